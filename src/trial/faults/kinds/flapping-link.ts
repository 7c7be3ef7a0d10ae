import * as z from 'zod';
import { drawOne } from '../../../base/draw.ts';
import { msToMicros } from '../../../base/time.ts';
import { counterparts, linksBetween } from '../../arena/link-sets.ts';
import { LinkTally, obstructionWords } from '../../arena/links.ts';
import { type ActiveFault, faultKind } from '../kind.ts';
import { obstruct } from '../obstruct.ts';

export const flappingLink = faultKind({
  name: 'flapping-link',
  does:
    "the target's links with `from` `brokers`, all `nodes` or `everybody` are blocked for " +
    '`periodMs`, open for as long, and so on',
  harm: 'nothing',
  onClients: true,
  fields: {
    periodMs: z.int().min(20).max(60_000).default(500),
    from: z.enum(['brokers', 'nodes', 'everybody']).default('nodes'),
  },
  draw: (random) => ({
    periodMs: 20 + random.int(drawOne([200, 2_000], random)),
    from: drawOne(['brokers', 'nodes', 'everybody'] as const, random),
  }),
  strike({ fault: { periodMs, from }, machine: { name }, arena }) {
    const others = counterparts(name, from, arena);
    const links = [...linksBetween(others, [name], arena), ...linksBetween([name], others, arena)];
    const tally = new LinkTally(links);
    let blocked: ActiveFault | null = null;
    let over = false;
    const flap = (): void => {
      if (over) return;
      if (blocked === null) blocked = obstruct(links, 'block', arena);
      else {
        blocked.end();
        blocked = null;
      }
      arena.world.schedule(msToMicros(periodMs), `link of ${name} flaps`, flap);
    };
    flap();
    return {
      end() {
        over = true;
        blocked?.end();
        tally.close();
      },
      effect: () => tally.obstructions,
    };
  },
  words: obstructionWords,
});
