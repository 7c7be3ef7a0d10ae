/**
 * JoinGroup: a member of a classic group takes part in the next rebalance. The answer waits until
 * that rebalance has gathered its members; the leader's answer lists them all. Versions 0–9.
 * - 1: rebalance time-out apart from the session's (KIP-62)
 * - 2: throttle time
 * - 4: MEMBER_ID_REQUIRED: a new dynamic member joins a second time, by its id (KIP-394)
 * - 5: static members (KIP-345)
 * - 6: flexible
 * - 7: the protocol type in the answer, a null protocol where there is none
 * - 8: a reason (KIP-800)
 * - 9: a returning static leader may skip the assignment (KIP-814)
 */
import type { RequestOf, ResponseOf } from '../schema.ts';
import { arrayOfStructs, bool, bytes, defineApi, int16, int32, string } from '../schema.ts';

export const joinGroupApi = defineApi({
  key: 11,
  name: 'JoinGroup',
  versions: [0, 9],
  flexibleFrom: 6,
  request: {
    groupId: string(),
    sessionTimeoutMs: int32(),
    rebalanceTimeoutMs: int32({ since: 1, default: -1 }),
    memberId: string(),
    groupInstanceId: string({ since: 5, nullable: true, default: null }),
    protocolType: string(),
    protocols: arrayOfStructs({ name: string(), metadata: bytes() }),
    reason: string({ since: 8, nullable: true, default: null }),
  },
  response: {
    throttleTimeMs: int32({ since: 2 }),
    errorCode: int16(),
    generationId: int32({ default: -1 }),
    protocolType: string({ since: 7, nullable: true, default: null }),
    protocolName: string({ nullable: 7 }),
    leader: string(),
    skipAssignment: bool({ since: 9, default: false }),
    memberId: string(),
    members: arrayOfStructs({
      memberId: string(),
      groupInstanceId: string({ since: 5, nullable: true, default: null }),
      metadata: bytes(),
    }),
  },
});

export type JoinGroupRequest = RequestOf<typeof joinGroupApi>;
export type JoinGroupResponse = ResponseOf<typeof joinGroupApi>;
