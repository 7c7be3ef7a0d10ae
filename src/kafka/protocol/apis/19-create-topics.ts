/**
 * CreateTopics: by partition count and replication factor, or by manual assignment. Versions 2–7.
 * - 4: −1 takes the cluster’s defaults for count and factor (KIP-464)
 * - 5: flexible, the answer tells what was made (KIP-525)
 * - 6: THROTTLING_QUOTA_EXCEEDED
 * - 7: topic id in the answer
 */
import type { RequestOf, ResponseOf } from '../schema.ts';
import {
  arrayOf,
  arrayOfStructs,
  bool,
  defineApi,
  int8,
  int16,
  int32,
  string,
  uuid,
} from '../schema.ts';

export const createTopicsApi = defineApi({
  key: 19,
  name: 'CreateTopics',
  versions: [2, 7],
  flexibleFrom: 5,
  request: {
    topics: arrayOfStructs({
      name: string(),
      numPartitions: int32(),
      replicationFactor: int16(),
      assignments: arrayOfStructs({ partitionIndex: int32(), brokerIds: arrayOf(int32()) }),
      configs: arrayOfStructs({ name: string(), value: string({ nullable: true }) }),
    }),
    timeoutMs: int32({ default: 60000 }),
    validateOnly: bool({ default: false }),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    topics: arrayOfStructs({
      name: string(),
      topicId: uuid({ since: 7 }),
      errorCode: int16(),
      errorMessage: string({ nullable: true, default: '' }),
      topicConfigErrorCode: int16({ since: 5, tag: 0 }),
      numPartitions: int32({ since: 5, default: -1 }),
      replicationFactor: int16({ since: 5, default: -1 }),
      configs: arrayOfStructs(
        {
          name: string(),
          value: string({ nullable: true }),
          readOnly: bool(),
          configSource: int8({ default: -1 }),
          isSensitive: bool(),
        },
        { since: 5, nullable: true },
      ),
    }),
  },
});

export type CreateTopicsRequest = RequestOf<typeof createTopicsApi>;
export type CreateTopicsResponse = ResponseOf<typeof createTopicsApi>;
