/**
 * DescribeGroups, versions 0–6.
 * - A group that nobody knows is Dead; from version 6 on it is GROUP_ID_NOT_FOUND besides.
 * - Protocol, metadata and assignments are told of a stable group alone.
 * 3: authorized operations (there is no authorizer, so all there are); 4: static members; 6: error
 * messages (KIP-1043).
 */
import { describeGroupsApi } from '../../protocol/apis/15-describe-groups.ts';
import { errorCode, errorName } from '../../protocol/errors.ts';
import type { ResponseInput } from '../../protocol/schema.ts';
import { serve } from '../../rpc/served-api.ts';
import type { BrokerContext, BrokerHandler } from '../context.ts';
import { groupOperations, operationsUntold } from '../topic-view.ts';

type GroupAnswer = ResponseInput<typeof describeGroupsApi>['groups'][number];

const handleDescribeGroups: BrokerHandler<typeof describeGroupsApi> = (context, request) => {
  const { body, version } = request;
  const authorizedOperations = body.includeAuthorizedOperations
    ? groupOperations
    : operationsUntold;
  const groups = body.groups.map((id) => describe(context, id, version));
  request.respond({ groups: groups.map((group) => ({ ...group, authorizedOperations })) });
};

function describe({ groups }: BrokerContext, id: string, version: number): GroupAnswer {
  const shard = groups.shardOf(id);
  if (typeof shard === 'number') return { ...nothing, groupId: id, errorCode: shard };
  const group = shard.groups.get(id);
  if (group === undefined) {
    const code = version >= 6 ? errorCode.groupIdNotFound : errorCode.none;
    const errorMessage = version >= 6 ? `Group ${id} not found.` : null;
    return { ...nothing, groupId: id, groupState: 'Dead', errorCode: code, errorMessage };
  }
  if (group.members?.type === 'consumer') {
    const code = errorCode.groupIdNotFound;
    return { ...nothing, groupId: id, errorCode: code, errorMessage: errorName(code) };
  }
  const description = group.members?.describe();
  if (description === undefined) return { ...nothing, groupId: id, groupState: 'Empty' };
  return {
    errorCode: errorCode.none,
    groupId: id,
    groupState: description.state,
    protocolType: description.protocolType,
    protocolData: description.protocol,
    members: description.members.map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.instanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      memberMetadata: member.metadata,
      memberAssignment: member.assignment,
    })),
  };
}

const nothing = {
  errorCode: errorCode.none,
  groupState: '',
  protocolType: '',
  protocolData: '',
  members: [],
};

export const servedDescribeGroups = serve(describeGroupsApi, [0, 6], handleDescribeGroups);
