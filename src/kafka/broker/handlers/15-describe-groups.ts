/**
 * DescribeGroups, versions 0–6.
 * - A group that nobody knows, and one whose broker assigns (KIP-848), is Dead; from version 6 on
 *   it is GROUP_ID_NOT_FOUND besides.
 * - Protocol and metadata are told of a stable group alone, assignments also while they are made
 *   anew.
 * - Authorized operations are told of groups that there are.
 * 3: authorized operations (there is no authorizer, so all there are); 4: static members; 6: error
 * messages (KIP-1043).
 */
import { ClassicMembers } from '../../group/classic-members.ts';
import { describeGroupsApi } from '../../protocol/apis/15-describe-groups.ts';
import { errorCode } from '../../protocol/errors.ts';
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
  const groups = body.groups.map((id) => {
    const group = describe(context, id, version);
    return group.errorCode === errorCode.none ? { ...group, authorizedOperations } : group;
  });
  request.respond({ groups });
};

function describe({ groups }: BrokerContext, id: string, version: number): GroupAnswer {
  const shard = groups.shardOf(id);
  if (typeof shard === 'number') return { ...nothing, groupId: id, errorCode: shard };
  const group = shard.groups.get(id);
  if (group === undefined) return nobody(id, version, `Group ${id} not found.`);
  const { members } = group;
  if (members === null) return { ...nothing, groupId: id, groupState: 'Empty' };
  if (!(members instanceof ClassicMembers)) {
    return nobody(id, version, `Group ${id} is not a classic group.`);
  }
  const description = members.describe();
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

function nobody(groupId: string, version: number, message: string): GroupAnswer {
  const code = version >= 6 ? errorCode.groupIdNotFound : errorCode.none;
  const errorMessage = version >= 6 ? message : null;
  return { ...nothing, groupId, groupState: 'Dead', errorCode: code, errorMessage };
}

const nothing = {
  errorCode: errorCode.none,
  groupState: '',
  protocolType: '',
  protocolData: '',
  members: [],
};

export const servedDescribeGroups = serve(describeGroupsApi, [0, 6], handleDescribeGroups);
