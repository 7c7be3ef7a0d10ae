/**
 * BrokerRegistrationChange: `fenced` 1 fences, −1 unfences, 0 leaves it; `inControlledShutdown` 1
 * enters, 0 leaves it as it is. 1: controlled shutdown (KIP-841). 2: log directories.
 */
import { defineRecord, type RecordOf } from '../../protocol/record-schema.ts';
import { arrayOf, int8, int32, int64, uuid } from '../../protocol/schema.ts';

export const brokerRegistrationChangeRecord = defineRecord({
  key: 17,
  name: 'BrokerRegistrationChangeRecord',
  versions: [0, 2],
  fields: {
    brokerId: int32(),
    brokerEpoch: int64(),
    fenced: int8({ default: 0, tag: 0 }),
    inControlledShutdown: int8({ since: 1, default: 0, tag: 1 }),
    logDirs: arrayOf(uuid(), { since: 2, tag: 2 }),
  },
});

export type BrokerRegistrationChangeRecord = RecordOf<typeof brokerRegistrationChangeRecord>;
