import * as z from 'zod';
import { faultKind } from '../kind.ts';

/** Thirty years either way: from 2026 that leaves every timestamp positive. */
const mostJumpMs = 946_080_000_000;

export const clockJump = faultKind({
  name: 'clock-jump',
  does: 'the wall clock jumps by `offsetMs`, and jumps back at the end',
  harm: 'nothing',
  onClients: true,
  fields: { offsetMs: z.int().min(-mostJumpMs).max(mostJumpMs).default(60_000) },
  draw: (random) => ({ offsetMs: random.int(7_200_000) - 3_600_000 }),
  strike({ fault: { offsetMs }, machine: { clock } }) {
    clock.jump(offsetMs);
    return { end: () => clock.jump(-offsetMs), effect: () => ({ movedMs: offsetMs }) };
  },
  words: { movedMs: 'moved the wall clock by % ms' },
});
