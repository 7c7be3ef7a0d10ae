/**
 * LeaveGroup: members of a classic group go at once, without waiting for their sessions to end.
 * Versions 0–5.
 * - 1: throttle time
 * - 3: several members, also by instance id alone (KIP-345)
 * - 4: flexible
 * - 5: a reason (KIP-800)
 */
import type { RequestOf, ResponseOf } from '../schema.ts';
import { arrayOfStructs, defineApi, int16, int32, string } from '../schema.ts';

export const leaveGroupApi = defineApi({
  key: 13,
  name: 'LeaveGroup',
  versions: [0, 5],
  flexibleFrom: 4,
  request: {
    groupId: string(),
    memberId: string({ until: 2 }),
    members: arrayOfStructs(
      {
        memberId: string(),
        groupInstanceId: string({ nullable: true, default: null }),
        reason: string({ since: 5, nullable: true, default: null }),
      },
      { since: 3 },
    ),
  },
  response: {
    throttleTimeMs: int32({ since: 1 }),
    errorCode: int16(),
    members: arrayOfStructs(
      {
        memberId: string(),
        groupInstanceId: string({ nullable: true }),
        errorCode: int16(),
      },
      { since: 3 },
    ),
  },
});

export type LeaveGroupRequest = RequestOf<typeof leaveGroupApi>;
export type LeaveGroupResponse = ResponseOf<typeof leaveGroupApi>;
