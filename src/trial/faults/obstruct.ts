import type { Link } from '../../sim/link.ts';
import type { Arena } from '../arena/arena.ts';
import { linksBetween } from '../arena/link-sets.ts';
import { LinkTally, type Obstruction } from '../arena/links.ts';
import type { ActiveFault } from './kind.ts';

/** Obstructs links until the end, and counts what they held meanwhile. */
export function obstruct(links: readonly Link[], how: Obstruction, arena: Arena): ActiveFault {
  const tally = new LinkTally(links);
  for (const link of links) arena.links.begin(link, how);
  return {
    end() {
      for (const link of links) arena.links.end(link, how);
      tally.close();
    },
    effect: () => tally.obstructions,
  };
}

/** The first so many of `machines` and the others do not reach each other. */
export function separate(
  machines: readonly string[],
  firstHalf: number,
  arena: Arena,
): ActiveFault {
  const [a, b] = [machines.slice(0, firstHalf), machines.slice(firstHalf)];
  return obstruct([...linksBetween(a, b, arena), ...linksBetween(b, a, arena)], 'block', arena);
}
