/**
 * ListOffsets: the offset for a timestamp, or for one of the special ones: −1 latest, −2 earliest,
 * −3 largest timestamp, −4 earliest local, −5 latest tiered, −6 earliest not yet tiered. Versions
 * 1–11.
 * - 2: isolation level, throttle time
 * - 4: leader epochs
 * - 6: flexible
 * - 7: −3
 * - 8: −4
 * - 9: −5
 * - 10: a timeout for remote look-ups
 * - 11: −6
 */
import type { RequestOf, ResponseOf } from '../schema.ts';
import { arrayOfStructs, defineApi, int8, int16, int32, int64, string } from '../schema.ts';

export const listOffsetsApi = defineApi({
  key: 2,
  name: 'ListOffsets',
  versions: [1, 11],
  flexibleFrom: 6,
  request: {
    replicaId: int32(),
    isolationLevel: int8({ since: 2 }),
    topics: arrayOfStructs({
      name: string(),
      partitions: arrayOfStructs({
        partitionIndex: int32(),
        currentLeaderEpoch: int32({ since: 4, default: -1 }),
        timestamp: int64(),
      }),
    }),
    timeoutMs: int32({ since: 10 }),
  },
  response: {
    throttleTimeMs: int32({ since: 2 }),
    topics: arrayOfStructs({
      name: string(),
      partitions: arrayOfStructs({
        partitionIndex: int32(),
        errorCode: int16(),
        timestamp: int64({ default: -1 }),
        offset: int64({ default: -1 }),
        leaderEpoch: int32({ since: 4, default: -1 }),
      }),
    }),
  },
});

export type ListOffsetsRequest = RequestOf<typeof listOffsetsApi>;
export type ListOffsetsResponse = ResponseOf<typeof listOffsetsApi>;
