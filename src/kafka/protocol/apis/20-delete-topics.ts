/**
 * DeleteTopics: with all their data. Versions 1–6.
 * - 4: flexible
 * - 5: error message, THROTTLING_QUOTA_EXCEEDED
 * - 6: by name or by id, in `topics`
 */
import type { RequestOf, ResponseOf } from '../schema.ts';
import { arrayOf, arrayOfStructs, defineApi, int16, int32, string, uuid } from '../schema.ts';

export const deleteTopicsApi = defineApi({
  key: 20,
  name: 'DeleteTopics',
  versions: [1, 6],
  flexibleFrom: 4,
  request: {
    topics: arrayOfStructs(
      {
        name: string({ nullable: true, default: null }),
        topicId: uuid(),
      },
      { since: 6 },
    ),
    topicNames: arrayOf(string(), { until: 5 }),
    timeoutMs: int32(),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    responses: arrayOfStructs({
      name: string({ nullable: 6 }),
      topicId: uuid({ since: 6 }),
      errorCode: int16(),
      errorMessage: string({ since: 5, nullable: true, default: null }),
    }),
  },
});

export type DeleteTopicsRequest = RequestOf<typeof deleteTopicsApi>;
export type DeleteTopicsResponse = ResponseOf<typeof deleteTopicsApi>;
