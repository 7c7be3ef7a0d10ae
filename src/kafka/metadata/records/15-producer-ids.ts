/**
 * ProducerIds: a broker was given a block of producer ids; the next block starts at
 * `nextProducerId`.
 */
import { defineRecord, type RecordOf } from '../../protocol/record-schema.ts';
import { int32, int64 } from '../../protocol/schema.ts';

export const producerIdsRecord = defineRecord({
  key: 15,
  name: 'ProducerIdsRecord',
  versions: [0, 0],
  fields: { brokerId: int32(), brokerEpoch: int64({ default: -1 }), nextProducerId: int64() },
});

export type ProducerIdsRecord = RecordOf<typeof producerIdsRecord>;
