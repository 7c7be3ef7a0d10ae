import * as z from 'zod';
import { drawOne } from '../../../base/draw.ts';
import { activityKind, topicName } from '../activity.ts';
import { onClient } from '../on-client.ts';

/** Beyond what a partition holds a consumer begins where its policy says. */
const mostBack = 1_000_000;

export const seek = activityKind({
  name: 'seek',
  does: 'a consumer goes to another place in all partitions of `topic`: `to` the `beginning`, the `end`, so many records `back`, or the first one of the last `agoMs`',
  by: 'consumer',
  fields: {
    topic: topicName,
    to: z.union([
      z.literal('beginning'),
      z.literal('end'),
      z.strictObject({ back: z.int().min(0).max(mostBack) }),
      z.strictObject({ agoMs: z.int().min(0).max(43_200_000) }),
    ]),
  },
  draw(random, stage) {
    if (stage.consumers === 0) return null;
    const to = drawOne(
      [
        'beginning' as const,
        'end' as const,
        { back: random.int(50) },
        { agoMs: random.int(20_000) },
      ],
      random,
    );
    return {
      ...onClient('c', stage.consumers, random),
      topic: drawOne(stage.topics, random).name,
      to,
    };
  },
  consequences: ({ topic }) => ({ needs: topic }),
  async run({ topic, to }, actor) {
    for (const { topic: name, partition } of actor.partitions) {
      if (name !== topic) continue;
      const target = targetOf(to, actor.position(topic, partition), actor.wallMs());
      if (target === null) continue;
      const about = { topic, partition, to: target };
      await actor.perform({ kind: 'seek', about }, async () => {
        actor.seek(topic, partition, target);
      });
    }
  },
});

function targetOf(
  to: 'beginning' | 'end' | { back: number } | { agoMs: number },
  position: number | null,
  wallMs: number,
) {
  if (to === 'beginning') return 'earliest' as const;
  if (to === 'end') return 'latest' as const;
  if ('agoMs' in to) return { timestamp: Math.max(0, wallMs - to.agoMs) };
  return position === null ? null : Math.max(0, position - to.back);
}
