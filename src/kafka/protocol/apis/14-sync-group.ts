/**
 * SyncGroup: the leader of a classic group hands over the assignment, each member gets its part.
 * Versions 0–5.
 * - 1: throttle time
 * - 3: static members (KIP-345)
 * - 4: flexible
 * - 5: protocol type and name, checked against the group's (KIP-559)
 */
import type { RequestOf, ResponseOf } from '../schema.ts';
import { arrayOfStructs, bytes, defineApi, int16, int32, string } from '../schema.ts';

export const syncGroupApi = defineApi({
  key: 14,
  name: 'SyncGroup',
  versions: [0, 5],
  flexibleFrom: 4,
  request: {
    groupId: string(),
    generationId: int32(),
    memberId: string(),
    groupInstanceId: string({ since: 3, nullable: true, default: null }),
    protocolType: string({ since: 5, nullable: true, default: null }),
    protocolName: string({ since: 5, nullable: true, default: null }),
    assignments: arrayOfStructs({ memberId: string(), assignment: bytes() }),
  },
  response: {
    throttleTimeMs: int32({ since: 1 }),
    errorCode: int16(),
    protocolType: string({ since: 5, nullable: true, default: null }),
    protocolName: string({ since: 5, nullable: true, default: null }),
    assignment: bytes(),
  },
});

export type SyncGroupRequest = RequestOf<typeof syncGroupApi>;
export type SyncGroupResponse = ResponseOf<typeof syncGroupApi>;
