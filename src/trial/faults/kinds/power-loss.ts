import { cutPower, powerWords } from '../cut-power.ts';
import { faultKind, nothingToDraw } from '../kind.ts';

export const powerLoss = faultKind({
  name: 'power-loss',
  does: 'the machine dies; each unsynced write is kept, dropped or torn; peers see silence',
  harm: 'destroys-unsynced',
  fields: {},
  draw: nothingToDraw,
  strike: ({ machine, arena }) => cutPower(machine, arena, () => machine.powerLoss()),
  words: powerWords,
});
