import * as z from 'zod';
import { drawOne } from '../../../base/draw.ts';
import { activityKind, groupName, topicName } from '../activity.ts';
import { partitionsKnown } from '../partitions-known.ts';

export const resetOffsets = activityKind({
  name: 'reset-offsets',
  does: 'the administrator sets what `group` has committed in `topic` to the `earliest` or `latest` offset of each partition; refused while the group has members',
  by: 'administrator',
  ofGroups: true,
  fields: { group: groupName, topic: topicName, to: z.enum(['earliest', 'latest']) },
  draw(random, { groups, topics }) {
    if (groups.length === 0) return null;
    return {
      group: drawOne(groups, random).name,
      topic: drawOne(topics, random).name,
      to: drawOne(['earliest', 'latest'] as const, random),
    };
  },
  consequences: ({ group, topic }) => ({ movesOffsetsOf: group, needs: topic }),
  async run({ group, topic, to }, { admin, directory, groupAdmin, perform }) {
    const asked = partitionsKnown(directory, topic).map((each) => ({ ...each, at: to }));
    await perform({ kind: 'reset-offsets', about: { group, topic, to } }, async (options) => {
      const found = await admin.listOffsets(asked, options);
      const offsets = found.map(({ partition, offset }) => ({ topic, partition, offset }));
      await groupAdmin.alterConsumerGroupOffsets(group, offsets, options);
      return { offsets: offsets.map(({ offset }) => offset) };
    });
  },
});
