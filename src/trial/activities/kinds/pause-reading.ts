import * as z from 'zod';
import { drawOne } from '../../../base/draw.ts';
import { msToMicros } from '../../../base/time.ts';
import { activityKind, duration, topicName } from '../activity.ts';
import { onClient } from '../on-client.ts';

export const pauseReading = activityKind({
  name: 'pause-reading',
  does: 'a consumer pauses `partition` of `topic` and resumes it after `durationMs`, at the place where it was',
  by: 'consumer',
  fields: { topic: topicName, partition: z.int().min(0).max(63), durationMs: duration },
  draw(random, stage) {
    if (stage.consumers === 0) return null;
    const { name, partitions } = drawOne(stage.topics, random);
    return {
      ...onClient('c', stage.consumers, random),
      topic: name,
      partition: random.int(partitions),
      durationMs: 200 + random.int(8_000),
    };
  },
  consequences: ({ topic }) => ({ needs: topic }),
  async run({ topic, partition, durationMs }, actor) {
    const about = { topic, partition };
    const isRead = (): boolean =>
      actor.partitions.some((one) => one.topic === topic && one.partition === partition);
    if (!isRead()) return;
    await actor.perform({ kind: 'pause-reading', about: { ...about, durationMs } }, async () => {
      actor.pause(topic, partition);
      await new Promise<void>((resolve) => actor.timers.after(msToMicros(durationMs), resolve));
      actor.resume(topic, partition);
    });
  },
});
