import * as z from 'zod';
import { drawOne } from '../../../base/draw.ts';
import { errorCode } from '../../../kafka/protocol/errors.ts';
import { activityKind, topicName } from '../activity.ts';

const most = 64;

export const addPartitions = activityKind({
  name: 'add-partitions',
  does: 'the administrator raises the number of partitions of `topic` to `partitions`',
  by: 'administrator',
  fields: { topic: topicName, partitions: z.int().min(2).max(most) },
  draw(random, { topics }) {
    const { name, partitions } = drawOne(topics, random);
    return { topic: name, partitions: Math.min(most, partitions + 1 + random.int(4)) };
  },
  consequences: ({ topic, partitions }) => ({ grows: { topic, partitions }, needs: topic }),
  async run({ topic, partitions }, { admin, directory, perform }) {
    const grown = await perform(
      {
        kind: 'add-partitions',
        about: { topic, partitions },
        change: { does: 'grow', topic, partitions },
        doneBefore: [errorCode.invalidPartitions],
      },
      (options) => admin.createPartitions(topic, partitions, options),
    );
    if (grown) directory.note(topic, partitions);
  },
});
