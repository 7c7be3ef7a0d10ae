import { countsSince } from '../disk-counts.ts';
import { faultKind, nothingToDraw } from '../kind.ts';

const words = { readsFailed: 'failed % reads' };

export const readError = faultKind({
  name: 'read-error',
  does: 'the next read fails',
  harm: 'ends-process',
  fields: {},
  draw: nothingToDraw,
  strike({ machine: { disk }, arena: { disks } }) {
    const effect = countsSince(disk.effects, words);
    disks.failRead(disk);
    return { end: () => disks.endFailRead(disk), effect };
  },
  words,
});
