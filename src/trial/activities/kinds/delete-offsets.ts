import { drawOne } from '../../../base/draw.ts';
import { activityKind, groupName, topicName } from '../activity.ts';
import { partitionsKnown } from '../partitions-known.ts';

export const deleteOffsets = activityKind({
  name: 'delete-offsets',
  does: 'the administrator deletes what `group` has committed in `topic`; refused while a member subscribes to it',
  by: 'administrator',
  ofGroups: true,
  fields: { group: groupName, topic: topicName },
  draw(random, { groups, topics }) {
    if (groups.length === 0) return null;
    return { group: drawOne(groups, random).name, topic: drawOne(topics, random).name };
  },
  consequences: ({ group, topic }) => ({ movesOffsetsOf: group, needs: topic }),
  async run({ group, topic }, { directory, groupAdmin, perform }) {
    const partitions = partitionsKnown(directory, topic);
    await perform({ kind: 'delete-offsets', about: { group, topic } }, (options) =>
      groupAdmin.deleteConsumerGroupOffsets(group, partitions, options),
    );
  },
});
