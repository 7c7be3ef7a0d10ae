import * as z from 'zod';
import { drawOne } from '../../../base/draw.ts';
import type { NodeId } from '../../../base/ids.ts';
import { activityKind, topicName } from '../activity.ts';

/** Who is to lead may have left the ISR since: then the next one has its turn. */
const timeoutMs = 2_000;
const nothing = (): void => {};
const kind = 'hand-over';

export const handOver = activityKind({
  name: kind,
  does: 'the administrator hands the lead of `partition` of `topic` to another replica in sync while all live, `times` one after the other with `gapMs` between them: the replicas are reordered, and the first one elected; `back` hands it to and fro between two, else it goes round',
  by: 'administrator',
  fields: {
    topic: topicName,
    partition: z.int().min(0).max(63),
    times: z.int().min(1).max(6),
    gapMs: z.int().min(0).max(1_000).default(0),
    back: z.boolean().default(false),
  },
  draw(random, { topics }) {
    const { name, partitions, replicationFactor } = drawOne(topics, random);
    if (replicationFactor < 2) return null;
    return {
      topic: name,
      partition: random.int(partitions),
      times: 1 + random.int(6),
      gapMs: random.int(drawOne([1, 20, 200, 1_001], random)),
      back: random.int(2) === 0,
    };
  },
  consequences: ({ topic }) => ({ needs: topic }),
  async run({ topic, partition, times, gapMs, back }, { admin, perform, placement, wait }) {
    const found = await placement(topic, partition);
    if (found === null) return;
    let { wanted: replicas } = found;
    const line = lineOf(found, back);
    for (let time = 0; time < times && line.length > 1; time++) {
      if (time > 0) await wait(gapMs);
      const next = line[(time + 1) % line.length]!;
      replicas = [next, ...replicas.filter((node) => node !== next)];
      const about = { topic, index: partition, leader: next };
      const change = { does: 'reassign', topic, partition, replicas } as const;
      const isReordered = await perform({ kind, about, change }, (options) =>
        admin.alterReassignments(topic, [{ partition, replicas }], options),
      );
      if (!isReordered) return;
      await perform({ kind, about }, ({ onDoubt = nothing }) =>
        admin.electPreferredLeaders(topic, [partition], { timeoutMs, onDoubt }),
      );
    }
  },
});

/** Who leads in turn, who leads now first. */
function lineOf(
  { isr, leader, wanted }: { isr: readonly NodeId[]; leader: NodeId; wanted: readonly NodeId[] },
  back: boolean,
): readonly NodeId[] {
  const others = wanted.filter((node) => node !== leader && isr.includes(node));
  return [leader, ...(back ? others.slice(0, 1) : others)];
}
