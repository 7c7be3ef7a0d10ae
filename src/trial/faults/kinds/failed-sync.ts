import { countsSince } from '../disk-counts.ts';
import { faultKind, nothingToDraw } from '../kind.ts';

const words = { syncsRefused: 'failed % syncs', writesLost: 'lost % writes' };

export const failedSync = faultKind({
  name: 'failed-sync',
  does: 'the next sync fails; the dirty pages are gone and reported clean',
  harm: 'destroys-unsynced',
  fields: {},
  draw: nothingToDraw,
  strike({ machine: { disk }, arena: { disks } }) {
    const effect = countsSince(disk.effects, words);
    disks.failSync(disk);
    return { end: () => disks.endFailSync(disk), effect };
  },
  words,
});
