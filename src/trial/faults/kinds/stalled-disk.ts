import { countsSince } from '../disk-counts.ts';
import { faultKind, nothingToDraw } from '../kind.ts';

const words = { syncsStalled: 'stalled % syncs', callsBlocked: 'held % calls up' };

export const stalledDisk = faultKind({
  name: 'stalled-disk',
  does: 'no disk call completes until the end',
  harm: 'nothing',
  fields: {},
  draw: nothingToDraw,
  strike({ machine: { disk }, arena: { disks } }) {
    const effect = countsSince(disk.effects, words);
    disks.stall(disk);
    return { end: () => disks.endStall(disk), effect };
  },
  words,
});
