/** UnregisterBroker: the broker of this epoch is gone for good. */
import { defineRecord, type RecordOf } from '../../protocol/record-schema.ts';
import { int32, int64 } from '../../protocol/schema.ts';

export const unregisterBrokerRecord = defineRecord({
  key: 1,
  name: 'UnregisterBrokerRecord',
  versions: [0, 0],
  fields: { brokerId: int32(), brokerEpoch: int64() },
});

export type UnregisterBrokerRecord = RecordOf<typeof unregisterBrokerRecord>;
