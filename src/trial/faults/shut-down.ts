import type { Machine } from '../../sim/machine.ts';
import type { Arena } from '../arena/arena.ts';
import { isUp } from './is-up.ts';
import type { ActiveFault } from './kind.ts';

export const shutDownWords = {
  shutDown: 'shut down and started again',
  asked: 'asked for a shutdown that is still under way',
};

/** Asks for a clean shutdown; the machine starts again when the fault ends. */
export function shutDown(machine: Machine, { supervisor }: Arena): ActiveFault {
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
}
