/**
 * Heartbeat: a member of a classic group lives, and learns of a rebalance. Versions 0–4.
 * - 1: throttle time
 * - 3: static members (KIP-345)
 * - 4: flexible
 */
import type { RequestOf, ResponseOf } from '../schema.ts';
import { defineApi, int16, int32, string } from '../schema.ts';

export const heartbeatApi = defineApi({
  key: 12,
  name: 'Heartbeat',
  versions: [0, 4],
  flexibleFrom: 4,
  request: {
    groupId: string(),
    generationId: int32(),
    memberId: string(),
    groupInstanceId: string({ since: 3, nullable: true, default: null }),
  },
  response: {
    throttleTimeMs: int32({ since: 1 }),
    errorCode: int16(),
  },
});

export type HeartbeatRequest = RequestOf<typeof heartbeatApi>;
export type HeartbeatResponse = ResponseOf<typeof heartbeatApi>;
