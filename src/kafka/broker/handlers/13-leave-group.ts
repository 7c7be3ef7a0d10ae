/**
 * LeaveGroup, versions 0–5.
 * - Up to version 2 one member leaves; from 3 on any number, static ones by their instance id.
 * - Of a group that nobody knows every member is UNKNOWN_MEMBER_ID.
 * 3: many members (KIP-345); 5: reasons (KIP-800).
 */
import type { LeaveAnswer } from '../../group/classic/contract.ts';
import { leaveGroupApi } from '../../protocol/apis/13-leave-group.ts';
import { errorCode } from '../../protocol/errors.ts';
import { serve } from '../../rpc/served-api.ts';
import type { BrokerHandler } from '../context.ts';

const handleLeaveGroup: BrokerHandler<typeof leaveGroupApi> = (context, request) => {
  const { body, version } = request;
  const leaving =
    version >= 3
      ? body.members.map(({ memberId, groupInstanceId, reason }) => ({
          memberId,
          instanceId: groupInstanceId,
          reason,
        }))
      : [{ memberId: body.memberId, instanceId: null, reason: null }];
  const respond = request.guard(({ errorCode: code, members }: LeaveAnswer) => {
    if (version < 3) {
      request.respond({ errorCode: code || (members[0]?.errorCode ?? errorCode.none) });
      return;
    }
    request.respond({
      errorCode: code,
      members: members.map(({ memberId, instanceId, errorCode: each }) => ({
        memberId,
        groupInstanceId: instanceId,
        errorCode: each,
      })),
    });
  });
  const members = context.groups.classicOf(body.groupId, false);
  if (members === errorCode.unknownMemberId) {
    const unknown = leaving.map((member) => ({ ...member, errorCode: members }));
    respond({ errorCode: errorCode.none, members: unknown });
  } else if (typeof members === 'number') respond({ errorCode: members, members: [] });
  else members.step({ kind: 'leave', members: leaving, respond });
};

export const servedLeaveGroup = serve(leaveGroupApi, [0, 5], handleLeaveGroup);
