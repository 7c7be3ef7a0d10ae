import * as z from 'zod';
import { faultKind } from '../kind.ts';

export const clockDrift = faultKind({
  name: 'clock-drift',
  does: "the machine's clocks run fast or slow by `partsPerMillion`",
  harm: 'nothing',
  onClients: true,
  fields: { partsPerMillion: z.int().min(-200_000).max(200_000).default(50_000) },
  draw: (random) => ({ partsPerMillion: random.int(100_001) - 50_000 }),
  strike({ fault: { partsPerMillion }, machine: { clock }, arena: { clocks } }) {
    clocks.drift(clock, partsPerMillion);
    return {
      end: () => clocks.drift(clock, -partsPerMillion),
      effect: () => ({ drift: partsPerMillion }),
    };
  },
  words: { drift: 'made the clocks drift by % parts per million' },
});
