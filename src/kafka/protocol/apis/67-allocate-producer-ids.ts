/**
 * AllocateProducerIds: a broker takes a block of producer ids from the controller (KIP-730).
 * Version 0, flexible.
 */
import type { RequestOf, ResponseOf } from '../schema.ts';
import { defineApi, int16, int32, int64 } from '../schema.ts';

export const allocateProducerIdsApi = defineApi({
  key: 67,
  name: 'AllocateProducerIds',
  versions: [0, 0],
  flexibleFrom: 0,
  request: {
    brokerId: int32(),
    brokerEpoch: int64({ default: -1 }),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16(),
    producerIdStart: int64(),
    producerIdLen: int32(),
  },
});

export type AllocateProducerIdsRequest = RequestOf<typeof allocateProducerIdsApi>;
export type AllocateProducerIdsResponse = ResponseOf<typeof allocateProducerIdsApi>;
