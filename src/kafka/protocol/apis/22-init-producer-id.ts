/**
 * InitProducerId: a producer id and epoch, for idempotence or for a transactional id. Versions
 * 0–5.
 * - 2: flexible
 * - 3: a producer may ask to bump the epoch it has (KIP-360)
 * - 4: PRODUCER_FENCED
 * - 5: TRANSACTION_ABORTABLE
 */
import type { RequestOf, ResponseOf } from '../schema.ts';
import { defineApi, int16, int32, int64, string } from '../schema.ts';

export const initProducerIdApi = defineApi({
  key: 22,
  name: 'InitProducerId',
  versions: [0, 5],
  flexibleFrom: 2,
  request: {
    transactionalId: string({ nullable: true }),
    transactionTimeoutMs: int32(),
    producerId: int64({ since: 3, default: -1 }),
    producerEpoch: int16({ since: 3, default: -1 }),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16(),
    producerId: int64({ default: -1 }),
    producerEpoch: int16(),
  },
});

export type InitProducerIdRequest = RequestOf<typeof initProducerIdApi>;
export type InitProducerIdResponse = ResponseOf<typeof initProducerIdApi>;
