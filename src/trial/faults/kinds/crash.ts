import { isUp } from '../is-up.ts';
import { faultKind, nothingToDraw } from '../kind.ts';

export const crash = faultKind({
  name: 'crash',
  does: 'the process dies; the page cache survives; peers see resets',
  harm: 'ends-process',
  onClients: true,
  fields: {},
  draw: nothingToDraw,
  strike({ machine, arena: { supervisor } }) {
    const killed = isUp(machine) ? 1 : 0;
    const before = machine.effects.connectionsReset;
    supervisor.hold(machine);
    machine.crash();
    const connectionsReset = machine.effects.connectionsReset - before;
    return {
      end: () => supervisor.release(machine),
      effect: () => ({ killed, connectionsReset }),
    };
  },
  words: { killed: 'killed the process', connectionsReset: 'reset % connections' },
});
