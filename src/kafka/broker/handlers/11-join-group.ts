/**
 * JoinGroup, versions 0–9.
 * - Answered when the group has a new generation: to its leader with all members, to the others
 *   without. What comes of a join is decided in `group/classic`.
 * - A group comes about when a member without an id joins; with an id it must be known there, else
 *   UNKNOWN_MEMBER_ID. An empty group id is INVALID_GROUP_ID.
 * 1: rebalance timeouts; 4: a new member is told its id first (KIP-394); 5: static members; 7:
 * protocol types in the answer; 8: reasons (KIP-800); 9: a returning static leader may skip the
 * assignment (KIP-814).
 */
import type { JoinAnswer, JoinRequest } from '../../group/classic/contract.ts';
import { joinGroupApi } from '../../protocol/apis/11-join-group.ts';
import type { Request } from '../../rpc/contract.ts';
import { serve } from '../../rpc/served-api.ts';
import { hostOf } from '../../rpc/session.ts';
import type { BrokerHandler } from '../context.ts';

const handleJoinGroup: BrokerHandler<typeof joinGroupApi> = (context, request) => {
  const { body, version } = request;
  const respond = request.guard((answer: JoinAnswer) => {
    request.respond({
      errorCode: answer.errorCode,
      generationId: answer.generation,
      protocolType: answer.protocolType,
      protocolName: answer.protocol ?? (version >= 7 ? null : ''),
      leader: answer.leader,
      skipAssignment: answer.skipAssignment,
      memberId: answer.memberId,
      members: answer.members.map(({ memberId, instanceId, metadata }) => ({
        memberId,
        groupInstanceId: instanceId,
        metadata,
      })),
    });
  });
  const { memberId } = body;
  const members = context.groups.classicOf(body.groupId, memberId === '');
  if (typeof members === 'number') respond({ ...refused, memberId, errorCode: members });
  else members.step({ kind: 'join', request: joinOf(request), respond });
};

function joinOf({ body, session, version }: Request<typeof joinGroupApi>): JoinRequest {
  return {
    memberId: body.memberId,
    instanceId: body.groupInstanceId,
    clientId: session.clientId ?? '',
    clientHost: `/${hostOf(session)}`,
    sessionTimeoutMs: body.sessionTimeoutMs,
    rebalanceTimeoutMs: version === 0 ? body.sessionTimeoutMs : body.rebalanceTimeoutMs,
    protocolType: body.protocolType,
    protocols: body.protocols,
    reason: body.reason,
    knowsMemberIdRequired: version >= 4,
    maySkipAssignment: version >= 9,
  };
}

const refused = {
  generation: -1,
  protocolType: null,
  protocol: null,
  leader: '',
  skipAssignment: false,
  members: [],
};

export const servedJoinGroup = serve(joinGroupApi, [0, 9], handleJoinGroup);
