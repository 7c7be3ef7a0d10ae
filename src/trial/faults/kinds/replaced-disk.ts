import { powerWords, replaceDisk } from '../cut-power.ts';
import { faultKind, nothingToDraw } from '../kind.ts';

export const replacedDisk = faultKind({
  name: 'replaced-disk',
  does:
    'as `wipe`, also of a voter: it returns as another replica, follows, and never votes again ' +
    '(KIP-853)',
  harm: 'replaces-disk',
  fields: {},
  draw: nothingToDraw,
  strike: ({ machine, arena }) => replaceDisk(machine, arena),
  words: powerWords,
});
