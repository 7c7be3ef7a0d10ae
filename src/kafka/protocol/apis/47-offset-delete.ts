/**
 * OffsetDelete: removes committed offsets of topics to which the group does not subscribe
 * (KIP-496). Version 0, which is not flexible.
 */
import type { RequestOf, ResponseOf } from '../schema.ts';
import { arrayOfStructs, defineApi, int16, int32, noVersion, string } from '../schema.ts';

export const offsetDeleteApi = defineApi({
  key: 47,
  name: 'OffsetDelete',
  versions: [0, 0],
  flexibleFrom: noVersion,
  request: {
    groupId: string(),
    topics: arrayOfStructs({
      name: string(),
      partitions: arrayOfStructs({ partitionIndex: int32() }),
    }),
  },
  response: {
    errorCode: int16(),
    throttleTimeMs: int32({ default: 0 }),
    topics: arrayOfStructs({
      name: string(),
      partitions: arrayOfStructs({ partitionIndex: int32(), errorCode: int16() }),
    }),
  },
});

export type OffsetDeleteRequest = RequestOf<typeof offsetDeleteApi>;
export type OffsetDeleteResponse = ResponseOf<typeof offsetDeleteApi>;
