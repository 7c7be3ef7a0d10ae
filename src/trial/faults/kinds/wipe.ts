import { cutPower, powerWords } from '../cut-power.ts';
import { faultKind, nothingToDraw } from '../kind.ts';

export const wipe = faultKind({
  name: 'wipe',
  does: 'the machine dies and returns with an empty disk',
  harm: 'destroys-disk',
  fields: {},
  draw: nothingToDraw,
  strike: ({ machine, arena }) =>
    cutPower(machine, arena, () => {
      machine.wipe();
      arena.onDiskReplaced(machine.name);
    }),
  words: powerWords,
});
