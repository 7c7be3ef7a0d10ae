import * as z from 'zod';
import { drawOne } from '../../../base/draw.ts';
import { activityKind, topicName } from '../activity.ts';
import { onClient } from '../on-client.ts';

export const lookUp = activityKind({
  name: 'look-up',
  does: 'a consumer asks for the first record of `partition` of `topic` from `agoMs` ago on (ListOffsets)',
  by: 'consumer',
  fields: {
    topic: topicName,
    partition: z.int().min(0).max(63),
    agoMs: z.int().min(0).max(43_200_000),
  },
  draw(random, stage) {
    if (stage.consumers === 0) return null;
    const { name, partitions } = drawOne(stage.topics, random);
    return {
      ...onClient('c', stage.consumers, random),
      topic: name,
      partition: random.int(partitions),
      agoMs: random.int(drawOne([500, 5_000, 30_000], random)),
    };
  },
  consequences: ({ topic }) => ({ needs: topic }),
  async run({ topic, partition, agoMs }, actor) {
    const asked = Math.max(0, actor.wallMs() - agoMs);
    const about = { topic, index: partition, asked };
    await actor.perform({ kind: 'look-up', about }, async ({ timeoutMs }) => {
      const query = { topic, partition, at: { timestamp: asked } };
      const limit = timeoutMs === undefined ? {} : { timeoutMs };
      const [found] = await actor.admin.listOffsets([query], limit);
      return { offset: found?.offset ?? -1, timestamp: found?.timestamp ?? -1 };
    });
  },
});
