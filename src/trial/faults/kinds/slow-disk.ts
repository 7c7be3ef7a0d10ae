import * as z from 'zod';
import { countsSince } from '../disk-counts.ts';
import { faultKind } from '../kind.ts';

const words = { syncsSlowed: 'slowed % syncs', callsBlocked: 'held % calls up' };

export const slowDisk = faultKind({
  name: 'slow-disk',
  does: 'every disk call takes `factor` times as long',
  harm: 'nothing',
  fields: { factor: z.int().min(2).max(10_000).default(100) },
  draw: (random) => ({ factor: 2 + random.int(200) }),
  strike({ fault: { factor }, machine: { disk }, arena: { disks } }) {
    const effect = countsSince(disk.effects, words);
    disks.slow(disk, factor);
    return { end: () => disks.endSlow(disk, factor), effect };
  },
  words,
});
