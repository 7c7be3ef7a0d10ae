import { linksBetween, ringFrom } from '../../arena/link-sets.ts';
import { obstructionWords } from '../../arena/links.ts';
import { faultKind, nothingToDraw } from '../kind.ts';
import { obstruct } from '../obstruct.ts';

export const majorityRing = faultKind({
  name: 'majority-ring',
  does: 'each node hears a majority, no two nodes the same one',
  harm: 'nothing',
  fields: {},
  draw: nothingToDraw,
  /** Each hears, beside itself, only those that follow it in the ring. */
  strike({ machine: { name }, arena }) {
    const ring = ringFrom(name, arena);
    const heard = Math.floor(ring.length / 2);
    const links = ring.flatMap((node, i) => {
      const deafTo = ring.filter((_, j) => j !== i && (j - i + ring.length) % ring.length > heard);
      return linksBetween(deafTo, [node], arena);
    });
    return obstruct(links, 'block', arena);
  },
  words: obstructionWords,
});
