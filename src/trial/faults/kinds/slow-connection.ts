import * as z from 'zod';
import { drawOne } from '../../../base/draw.ts';
import { msToMicros } from '../../../base/time.ts';
import { faultKind } from '../kind.ts';

export const slowConnection = faultKind({
  name: 'slow-connection',
  does:
    "what goes over one of the target's connections takes `lagMs` longer, both ways; others " +
    'between the same machines are as before. `nth` says which, the last used first',
  harm: 'nothing',
  onClients: true,
  fields: {
    nth: z.int().min(1).max(1_000).default(1),
    lagMs: z.int().min(1).max(60_000).default(500),
  },
  draw: (random) => ({
    nth: 1 + random.int(30),
    lagMs: 1 + random.int(drawOne([50, 3_000], random)),
  }),
  strike({ fault: { nth, lagMs }, machine: { name }, arena }) {
    const open = [...arena.world.network.node(name)!.ends]
      .filter(({ state }) => state === 'open')
      .sort((a, b) => b.lastUse - a.lastUse);
    const chosen = open[(nth - 1) % Math.max(1, open.length)];
    const ends = chosen === undefined ? [] : [chosen, chosen.other!];
    const lagUs = msToMicros(lagMs);
    const lagged = (): number => ends.reduce((sum, end) => sum + end.segmentsLagged, 0);
    const before = lagged();
    let after: number | null = null;
    for (const end of ends) end.lagUs += lagUs;
    return {
      end() {
        for (const end of ends) end.lagUs -= lagUs;
        after = lagged();
      },
      effect: () => ({ segmentsSlowed: (after ?? lagged()) - before }),
    };
  },
  words: { segmentsSlowed: 'slowed % segments of one connection' },
});
