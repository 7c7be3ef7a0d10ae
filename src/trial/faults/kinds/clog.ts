import { linksOf } from '../../arena/link-sets.ts';
import { obstructionWords } from '../../arena/links.ts';
import { faultKind, nothingToDraw } from '../kind.ts';
import { obstruct } from '../obstruct.ts';

export const clog = faultKind({
  name: 'clog',
  does: 'bytes between the target and everybody wait until the end',
  harm: 'nothing',
  onClients: true,
  fields: {},
  draw: nothingToDraw,
  strike: ({ machine: { name }, arena }) => obstruct(linksOf(name, arena), 'clog', arena),
  words: obstructionWords,
});
