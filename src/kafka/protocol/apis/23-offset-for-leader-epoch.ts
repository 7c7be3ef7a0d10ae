/**
 * OffsetForLeaderEpoch: where an epoch ends in the leader’s log, for truncation (KIP-101,
 * KIP-279). Versions 2–4.
 * - 2: the asker’s leader epoch, for fencing
 * - 3: replica id; −2 is a consumer that may look beyond the high watermark
 * - 4: flexible
 */
import type { RequestOf, ResponseOf } from '../schema.ts';
import { arrayOfStructs, defineApi, int16, int32, int64, string } from '../schema.ts';

export const offsetForLeaderEpochApi = defineApi({
  key: 23,
  name: 'OffsetForLeaderEpoch',
  versions: [2, 4],
  flexibleFrom: 4,
  request: {
    replicaId: int32({ since: 3, default: -2 }),
    topics: arrayOfStructs({
      topic: string(),
      partitions: arrayOfStructs({
        partition: int32(),
        currentLeaderEpoch: int32({ default: -1 }),
        leaderEpoch: int32(),
      }),
    }),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    topics: arrayOfStructs({
      topic: string(),
      partitions: arrayOfStructs({
        errorCode: int16(),
        partition: int32(),
        leaderEpoch: int32({ default: -1 }),
        endOffset: int64({ default: -1 }),
      }),
    }),
  },
});

export type OffsetForLeaderEpochRequest = RequestOf<typeof offsetForLeaderEpochApi>;
export type OffsetForLeaderEpochResponse = ResponseOf<typeof offsetForLeaderEpochApi>;
