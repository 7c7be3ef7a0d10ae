/** RemoveTopic: a topic with all its partitions and settings is gone. */
import { defineRecord, type RecordOf } from '../../protocol/record-schema.ts';
import { uuid } from '../../protocol/schema.ts';

export const removeTopicRecord = defineRecord({
  key: 9,
  name: 'RemoveTopicRecord',
  versions: [0, 0],
  fields: { topicId: uuid() },
});

export type RemoveTopicRecord = RecordOf<typeof removeTopicRecord>;
