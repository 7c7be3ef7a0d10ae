/** Config: one setting of a topic, null when it goes back to its default. */
import { defineRecord, type RecordOf } from '../../protocol/record-schema.ts';
import { int8, string } from '../../protocol/schema.ts';

export const configRecord = defineRecord({
  key: 4,
  name: 'ConfigRecord',
  versions: [0, 0],
  fields: {
    resourceType: int8(),
    resourceName: string(),
    name: string(),
    value: string({ nullable: true }),
  },
});

export type ConfigRecord = RecordOf<typeof configRecord>;
