import { powerWords, replaceDisk } from '../cut-power.ts';
import { faultKind, nothingToDraw } from '../kind.ts';

export const wipe = faultKind({
  name: 'wipe',
  does: 'the machine dies and returns with an empty disk',
  harm: 'destroys-disk',
  fields: {},
  draw: nothingToDraw,
  strike: ({ machine, arena }) => replaceDisk(machine, arena),
  words: powerWords,
});
