import { microsToMs } from '../../../base/time.ts';
import { isUp } from '../is-up.ts';
import { faultKind, nothingToDraw } from '../kind.ts';

export const pause = faultKind({
  name: 'pause',
  does: 'the process freezes, as in a long collection; later it goes on, its timers late',
  harm: 'nothing',
  onClients: true,
  fields: {},
  draw: nothingToDraw,
  strike({ machine, arena: { supervisor, world } }) {
    const strikes = isUp(machine);
    const since = world.now;
    let until: number | null = null;
    supervisor.pause(machine);
    return {
      end() {
        supervisor.resume(machine);
        until = world.now;
      },
      effect: () => (strikes ? { frozenMs: microsToMs((until ?? world.now) - since) } : {}),
    };
  },
  words: { frozenMs: 'froze the process for % ms' },
});
