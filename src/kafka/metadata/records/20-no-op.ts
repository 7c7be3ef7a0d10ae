/** NoOp: says nothing; moves the log on. */
import { defineRecord, type RecordOf } from '../../protocol/record-schema.ts';

export const noOpRecord = defineRecord({
  key: 20,
  name: 'NoOpRecord',
  versions: [0, 0],
  fields: {},
});

export type NoOpRecord = RecordOf<typeof noOpRecord>;
