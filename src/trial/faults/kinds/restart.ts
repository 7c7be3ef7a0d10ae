import { faultKind, nothingToDraw } from '../kind.ts';
import { shutDown, shutDownWords } from '../shut-down.ts';

export const restart = faultKind({
  name: 'restart',
  does: 'a clean shutdown, and a new start after the time',
  harm: 'ends-process',
  onClients: true,
  fields: {},
  draw: nothingToDraw,
  strike: ({ machine, arena }) => shutDown(machine, arena),
  words: shutDownWords,
});
