/**
 * Produce: append record batches to partitions. Versions 3–13; advertised from 0, because
 * librdkafka takes a higher start as a broker without compression (KAFKA-18659).
 * - 3: transactional id, batches of magic 2
 * - 4: KAFKA_STORAGE_ERROR may come back
 * - 5: log start offset in the answer
 * - 7: zstd
 * - 8: which records of a batch were at fault (KIP-467)
 * - 9: flexible
 * - 10: the answer names the new leader (KIP-951)
 * - 11: TRANSACTION_ABORTABLE
 * - 12: a transaction takes up its partitions by this request alone (KIP-890)
 * - 13: topic ids in place of names
 */
import type { RequestOf, ResponseOf } from '../schema.ts';
import {
  arrayOfStructs,
  defineApi,
  int16,
  int32,
  int64,
  records,
  string,
  struct,
  uuid,
} from '../schema.ts';

export const produceApi = defineApi({
  key: 0,
  name: 'Produce',
  versions: [3, 13],
  advertisedFrom: 0,
  flexibleFrom: 9,
  request: {
    transactionalId: string({ nullable: true, default: null }),
    acks: int16(),
    timeoutMs: int32(),
    topicData: arrayOfStructs({
      name: string({ until: 12 }),
      topicId: uuid({ since: 13 }),
      partitionData: arrayOfStructs({ index: int32(), records: records({ nullable: true }) }),
    }),
  },
  response: {
    responses: arrayOfStructs({
      name: string({ until: 12 }),
      topicId: uuid({ since: 13 }),
      partitionResponses: arrayOfStructs({
        index: int32(),
        errorCode: int16(),
        baseOffset: int64(),
        logAppendTimeMs: int64({ default: -1 }),
        logStartOffset: int64({ since: 5, default: -1 }),
        recordErrors: arrayOfStructs(
          {
            batchIndex: int32(),
            batchIndexErrorMessage: string({ nullable: true, default: null }),
          },
          { since: 8 },
        ),
        errorMessage: string({ since: 8, nullable: true, default: null }),
        currentLeader: struct(
          {
            leaderId: int32({ default: -1 }),
            leaderEpoch: int32({ default: -1 }),
          },
          { since: 10, tag: 0 },
        ),
      }),
    }),
    throttleTimeMs: int32({ default: 0 }),
    nodeEndpoints: arrayOfStructs(
      {
        nodeId: int32(),
        host: string(),
        port: int32(),
        rack: string({ nullable: true, default: null }),
      },
      { since: 10, tag: 0 },
    ),
  },
});

export type ProduceRequest = RequestOf<typeof produceApi>;
export type ProduceResponse = ResponseOf<typeof produceApi>;
