import { isUp } from '../is-up.ts';
import { faultKind, nothingToDraw } from '../kind.ts';

export const restart = faultKind({
  name: 'restart',
  does: 'a clean shutdown, and a new start after the time',
  harm: 'ends-process',
  onClients: true,
  fields: {},
  draw: nothingToDraw,
  strike({ machine, arena: { supervisor } }) {
    const strikes = isUp(machine);
    const { incarnation } = machine;
    supervisor.hold(machine);
    machine.stop();
    return {
      end: () => supervisor.release(machine),
      effect() {
        if (!strikes) return {};
        const ended = machine.incarnation > incarnation || !isUp(machine);
        return ended ? { shutDown: 1 } : { asked: 1 };
      },
    };
  },
  words: {
    shutDown: 'shut down and started again',
    asked: 'asked for a shutdown that is still under way',
  },
});
