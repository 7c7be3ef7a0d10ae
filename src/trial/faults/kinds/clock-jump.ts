import * as z from 'zod';
import { mostJumpMs } from '../../arena/clocks.ts';
import { faultKind } from '../kind.ts';

export const clockJump = faultKind({
  name: 'clock-jump',
  does: 'the wall clock jumps by `offsetMs`, and jumps back at the end',
  harm: 'nothing',
  onClients: true,
  fields: { offsetMs: z.int().min(-mostJumpMs).max(mostJumpMs).default(60_000) },
  draw: (random) => ({ offsetMs: random.int(7_200_000) - 3_600_000 }),
  strike({ fault: { offsetMs }, machine: { clock }, arena: { clocks } }) {
    clocks.jump(clock, offsetMs);
    return { end: () => clocks.jump(clock, -offsetMs), effect: () => ({ movedMs: offsetMs }) };
  },
  words: { movedMs: 'moved the wall clock by % ms' },
});
