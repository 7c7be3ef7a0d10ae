/**
 * OffsetCommit: a group's positions in partitions. Versions 2–10.
 * - 3: throttle time
 * - 5: no retention time any more
 * - 6: leader epoch of the committed offset (KIP-320)
 * - 7: static members (KIP-345)
 * - 8: flexible
 * - 9: member epochs of the consumer protocol (KIP-848)
 * - 10: topic ids in place of names
 */
import type { RequestOf, ResponseOf } from '../schema.ts';
import { arrayOfStructs, defineApi, int16, int32, int64, string, uuid } from '../schema.ts';

export const offsetCommitApi = defineApi({
  key: 8,
  name: 'OffsetCommit',
  versions: [2, 10],
  flexibleFrom: 8,
  request: {
    groupId: string(),
    generationIdOrMemberEpoch: int32({ default: -1 }),
    memberId: string({ default: '' }),
    groupInstanceId: string({ since: 7, nullable: true, default: null }),
    retentionTimeMs: int64({ until: 4, default: -1 }),
    topics: arrayOfStructs({
      name: string({ until: 9 }),
      topicId: uuid({ since: 10 }),
      partitions: arrayOfStructs({
        partitionIndex: int32(),
        committedOffset: int64(),
        committedLeaderEpoch: int32({ since: 6, default: -1 }),
        committedMetadata: string({ nullable: true, default: '' }),
      }),
    }),
  },
  response: {
    throttleTimeMs: int32({ since: 3 }),
    topics: arrayOfStructs({
      name: string({ until: 9 }),
      topicId: uuid({ since: 10 }),
      partitions: arrayOfStructs({ partitionIndex: int32(), errorCode: int16() }),
    }),
  },
});

export type OffsetCommitRequest = RequestOf<typeof offsetCommitApi>;
export type OffsetCommitResponse = ResponseOf<typeof offsetCommitApi>;
