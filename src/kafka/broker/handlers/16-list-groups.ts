/**
 * ListGroups, versions 0–5.
 * - The groups that this broker coordinates, in the order of their partitions; while one of those
 *   is being loaded COORDINATOR_LOAD_IN_PROGRESS.
 * - Filters go by names without regard to case; no filter is all.
 * 4: states (KIP-518); 5: types (KIP-848).
 */
import { listGroupsApi } from '../../protocol/apis/16-list-groups.ts';
import { errorCode } from '../../protocol/errors.ts';
import { serve } from '../../rpc/served-api.ts';
import type { BrokerHandler } from '../context.ts';

const handleListGroups: BrokerHandler<typeof listGroupsApi> = (context, request) => {
  const { statesFilter, typesFilter } = request.body;
  const { shards } = context.groups;
  const loading = errorCode.coordinatorLoadInProgress;
  if (shards.some(({ problem }) => problem === loading)) {
    request.respond({ errorCode: loading, groups: [] });
    return;
  }
  const listed = shards
    .filter(({ problem }) => problem === errorCode.none)
    .flatMap(({ groups }) => [...groups.values()])
    .map(({ id, members }) => ({
      groupId: id,
      protocolType: members?.protocolType ?? '',
      groupState: members?.state ?? 'Empty',
      groupType: members?.type ?? 'classic',
    }));
  const groups = listed.filter(
    ({ groupState, groupType }) =>
      passes(statesFilter, groupState) && passes(typesFilter, groupType),
  );
  request.respond({ errorCode: errorCode.none, groups });
};

const passes = (filter: readonly string[], name: string): boolean =>
  filter.length === 0 || filter.some((one) => one.toLowerCase() === name.toLowerCase());

export const servedListGroups = serve(listGroupsApi, [0, 5], handleListGroups);
