import * as z from 'zod';
import { drawOne } from '../../../base/draw.ts';
import { errorCode } from '../../../kafka/protocol/errors.ts';
import { activityKind, duration, topicName } from '../activity.ts';
import { create } from '../create.ts';
import { remove } from '../remove.ts';

export const recreateTopic = activityKind({
  name: 'recreate-topic',
  does: 'the administrator deletes `topic` and, `pauseMs` later, creates another one of that name under its clients',
  by: 'administrator',
  fields: {
    topic: topicName,
    pauseMs: duration.default(0),
    partitions: z.int().min(1).max(64).default(3),
    replicationFactor: z.int().min(1).max(9).default(3),
    configs: z.record(z.string(), z.string()).default({}),
  },
  draw(random, { topics }) {
    const topic = drawOne(topics, random);
    const { name, partitions, replicationFactor, configs } = topic;
    const fewer = Math.max(1, partitions - 1);
    return {
      topic: name,
      pauseMs: drawOne([0, 0, 100, 3_000], random),
      partitions: drawOne([partitions, partitions, fewer], random),
      replicationFactor,
      configs,
    };
  },
  consequences: ({ topic, partitions, replicationFactor, configs }) => ({
    creates: { topic, partitions, replicationFactor, configs },
    deletes: topic,
    needs: topic,
  }),
  async run(activity, actor) {
    await remove(activity.topic, 'recreate-topic', actor);
    await actor.wait(activity.pauseMs);
    await create(activity, 'recreate-topic', [errorCode.topicAlreadyExists], actor);
  },
});
