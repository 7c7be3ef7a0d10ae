import * as z from 'zod';
import { notHealedYet } from '../damage.ts';
import { countsSince } from '../disk-counts.ts';
import { faultKind } from '../kind.ts';

const words = { writesMisdirected: 'misdirected % writes' };

export const misdirectedWrite = faultKind({
  name: 'misdirected-write',
  does: 'the next `writes` land at another sector of their file, where they spoil what is there',
  harm: 'destroys-disk',
  notDrawn: notHealedYet,
  fields: { writes: z.int().min(1).max(1_000).default(1) },
  draw: (random) => ({ writes: 1 + random.int(3) }),
  strike({ fault: { writes }, machine: { disk }, arena: { disks } }) {
    const effect = countsSince(disk.effects, words);
    disks.misdirectWrites(disk, writes);
    return { end: () => disks.endMisdirectWrites(disk), effect };
  },
  words,
});
