import { countsSince } from '../disk-counts.ts';
import { faultKind, nothingToDraw } from '../kind.ts';

const words = { writesRefused: 'refused % writes' };

export const fullDisk = faultKind({
  name: 'full-disk',
  does: 'no byte more fits on the disk',
  harm: 'ends-process',
  fields: {},
  draw: nothingToDraw,
  strike({ machine: { disk }, arena: { disks } }) {
    const effect = countsSince(disk.effects, words);
    disks.fill(disk);
    return { end: () => disks.endFill(disk), effect };
  },
  words,
});
