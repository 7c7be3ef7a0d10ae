/** Topic: a topic exists; its partitions follow in the same batch. */
import { defineRecord, type RecordOf } from '../../protocol/record-schema.ts';
import { string, uuid } from '../../protocol/schema.ts';

export const topicRecord = defineRecord({
  key: 2,
  name: 'TopicRecord',
  versions: [0, 0],
  fields: { name: string(), topicId: uuid() },
});

export type TopicRecord = RecordOf<typeof topicRecord>;
