import { ringFrom } from '../../arena/link-sets.ts';
import { obstructionWords } from '../../arena/links.ts';
import { faultKind, nothingToDraw } from '../kind.ts';
import { separate } from '../obstruct.ts';

export const bridge = faultKind({
  name: 'bridge',
  does: 'as a split, but the target reaches both halves',
  harm: 'nothing',
  fields: {},
  draw: nothingToDraw,
  strike({ machine: { name }, arena }) {
    const others = ringFrom(name, arena).slice(1);
    return separate(others, Math.ceil(others.length / 2), arena);
  },
  words: obstructionWords,
});
