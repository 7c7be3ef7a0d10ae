import { drawOne } from '../../../base/draw.ts';
import { activityKind, topicName } from '../activity.ts';

/** A preferred replica that is away may be so for long: others wait for their turn. */
const timeoutMs = 3_000;
const nothing = (): void => {};

export const moveLeaders = activityKind({
  name: 'move-leaders',
  does: 'the administrator has the preferred replicas of `topic` lead again (ElectLeaders)',
  by: 'administrator',
  fields: { topic: topicName },
  draw: (random, { topics }) => ({ topic: drawOne(topics, random).name }),
  consequences: ({ topic }) => ({ needs: topic }),
  async run({ topic }, { admin, directory, perform }) {
    const known = directory.all.find(({ name }) => name === topic);
    const partitions = Array.from({ length: known?.partitions ?? 1 }, (_, index) => index);
    await perform(
      { kind: 'move-leaders', about: { topic, partitions: partitions.length } },
      ({ onDoubt = nothing }) =>
        admin.electPreferredLeaders(topic, partitions, { timeoutMs, onDoubt }),
    );
  },
});
