import { ringFrom } from '../../arena/link-sets.ts';
import { obstructionWords } from '../../arena/links.ts';
import { faultKind, nothingToDraw } from '../kind.ts';
import { separate } from '../obstruct.ts';

export const split = faultKind({
  name: 'split',
  does: 'the nodes fall into two halves that do not reach each other; the target is in the first',
  harm: 'nothing',
  fields: {},
  draw: nothingToDraw,
  strike({ machine: { name }, arena }) {
    const ring = ringFrom(name, arena);
    return separate(ring, Math.ceil(ring.length / 2), arena);
  },
  words: obstructionWords,
});
