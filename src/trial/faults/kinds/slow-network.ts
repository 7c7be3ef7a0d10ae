import * as z from 'zod';
import { linksOf } from '../../arena/link-sets.ts';
import { LinkTally } from '../../arena/links.ts';
import { faultKind } from '../kind.ts';

export const slowNetwork = faultKind({
  name: 'slow-network',
  does: "the target's links take `factor` times as long",
  harm: 'nothing',
  onClients: true,
  fields: { factor: z.int().min(2).max(1000).default(20) },
  draw: (random) => ({ factor: 2 + random.int(100) }),
  strike({ fault: { factor }, machine: { name }, arena }) {
    const links = linksOf(name, arena);
    const tally = new LinkTally(links);
    for (const link of links) arena.links.slow(link, factor);
    return {
      end() {
        tally.close();
        for (const link of links) arena.links.endSlow(link, factor);
      },
      effect: () => ({ segmentsSlowed: tally.segments }),
    };
  },
  words: { segmentsSlowed: 'slowed % segments' },
});
