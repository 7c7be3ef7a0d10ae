import * as z from 'zod';
import { drawOne } from '../../../base/draw.ts';
import { errorCode } from '../../../kafka/protocol/errors.ts';
import { activityKind, topicName } from '../activity.ts';
import { create } from '../create.ts';
import { drawnConfigs } from '../drawn-configs.ts';

const names = ['returns', 'stock', 'metrics'];

export const createTopic = activityKind({
  name: 'create-topic',
  does: 'the administrator creates `topic` with `partitions`, `replicationFactor` and `configs`; clients write and read it from then on',
  by: 'administrator',
  fields: {
    topic: topicName,
    partitions: z.int().min(1).max(64).default(3),
    replicationFactor: z.int().min(1).max(9).default(3),
    configs: z.record(z.string(), z.string()).default({}),
  },
  draw(random, { brokers, topics }) {
    const like = drawOne(topics, random);
    const most = Math.min(brokers, like.replicationFactor);
    const minInsync = like.configs['min.insync.replicas'] ?? '1';
    return {
      topic: drawOne(names, random),
      partitions: drawOne([1, 2, 5], random),
      replicationFactor: most,
      configs: { 'min.insync.replicas': minInsync, ...drawnConfigs(random, 2) },
    };
  },
  consequences: ({ topic, partitions, replicationFactor, configs }) => ({
    creates: { topic, partitions, replicationFactor, configs },
  }),
  async run(activity, actor) {
    await create(activity, 'create-topic', [errorCode.topicAlreadyExists], actor);
  },
});
