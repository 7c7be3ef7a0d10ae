/**
 * OffsetFetch: a group's committed offsets. Null topics mean all there are. Versions 1–10.
 * - 2: all topics, an error code for the whole group
 * - 3: throttle time
 * - 5: leader epochs (KIP-320)
 * - 6: flexible
 * - 7: only stable offsets, no open transaction's (KIP-447)
 * - 8: several groups at once (KIP-709)
 * - 9: member id and epoch (KIP-848)
 * - 10: topic ids in place of names
 */
import type { RequestOf, ResponseOf } from '../schema.ts';
import {
  arrayOf,
  arrayOfStructs,
  bool,
  defineApi,
  int16,
  int32,
  int64,
  string,
  uuid,
} from '../schema.ts';

export const offsetFetchApi = defineApi({
  key: 9,
  name: 'OffsetFetch',
  versions: [1, 10],
  flexibleFrom: 6,
  request: {
    groupId: string({ until: 7 }),
    topics: arrayOfStructs(
      { name: string(), partitionIndexes: arrayOf(int32()) },
      { until: 7, nullable: 2 },
    ),
    groups: arrayOfStructs(
      {
        groupId: string(),
        memberId: string({ since: 9, nullable: true, default: null }),
        memberEpoch: int32({ since: 9, default: -1 }),
        topics: arrayOfStructs(
          {
            name: string({ until: 9 }),
            topicId: uuid({ since: 10 }),
            partitionIndexes: arrayOf(int32()),
          },
          { nullable: true },
        ),
      },
      { since: 8 },
    ),
    requireStable: bool({ since: 7, default: false }),
  },
  response: {
    throttleTimeMs: int32({ since: 3 }),
    topics: arrayOfStructs(
      {
        name: string(),
        partitions: arrayOfStructs({
          partitionIndex: int32(),
          committedOffset: int64(),
          committedLeaderEpoch: int32({ since: 5, default: -1 }),
          metadata: string({ nullable: true }),
          errorCode: int16(),
        }),
      },
      { until: 7 },
    ),
    errorCode: int16({ since: 2, until: 7 }),
    groups: arrayOfStructs(
      {
        groupId: string(),
        topics: arrayOfStructs({
          name: string({ until: 9 }),
          topicId: uuid({ since: 10 }),
          partitions: arrayOfStructs({
            partitionIndex: int32(),
            committedOffset: int64(),
            committedLeaderEpoch: int32({ default: -1 }),
            metadata: string({ nullable: true }),
            errorCode: int16(),
          }),
        }),
        errorCode: int16({ default: 0 }),
      },
      { since: 8 },
    ),
  },
});

export type OffsetFetchRequest = RequestOf<typeof offsetFetchApi>;
export type OffsetFetchResponse = ResponseOf<typeof offsetFetchApi>;
