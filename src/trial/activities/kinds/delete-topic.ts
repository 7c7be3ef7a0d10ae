import { drawOne } from '../../../base/draw.ts';
import { activityKind, topicName } from '../activity.ts';
import { remove } from '../remove.ts';

export const deleteTopic = activityKind({
  name: 'delete-topic',
  does: 'the administrator deletes `topic`, by its id; what was in it is not owed any more, and producers leave it',
  by: 'administrator',
  fields: { topic: topicName },
  draw(random, { topics }) {
    // One of the scenario's stays, so that the clients have something to do.
    const others = topics.slice(1).map(({ name }) => name);
    return { topic: drawOne([...others, 'returns', 'stock'], random) };
  },
  consequences: ({ topic }) => ({ deletes: topic, needs: topic }),
  async run({ topic }, actor) {
    await remove(topic, 'delete-topic', actor);
  },
});
