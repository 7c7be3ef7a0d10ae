/**
 * CreatePartitions: raises a topic’s partition count, with optional assignments for the new ones.
 * Versions 0–3.
 * - 2: flexible
 * - 3: THROTTLING_QUOTA_EXCEEDED
 */
import type { RequestOf, ResponseOf } from '../schema.ts';
import { arrayOf, arrayOfStructs, bool, defineApi, int16, int32, string } from '../schema.ts';

export const createPartitionsApi = defineApi({
  key: 37,
  name: 'CreatePartitions',
  versions: [0, 3],
  flexibleFrom: 2,
  request: {
    topics: arrayOfStructs({
      name: string(),
      count: int32(),
      assignments: arrayOfStructs({ brokerIds: arrayOf(int32()) }, { nullable: true }),
    }),
    timeoutMs: int32(),
    validateOnly: bool(),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    results: arrayOfStructs({
      name: string(),
      errorCode: int16(),
      errorMessage: string({ nullable: true, default: null }),
    }),
  },
});

export type CreatePartitionsRequest = RequestOf<typeof createPartitionsApi>;
export type CreatePartitionsResponse = ResponseOf<typeof createPartitionsApi>;
