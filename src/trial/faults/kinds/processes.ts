/** Faults of processes and machines: crash, power loss, wipe, clean restart, pause. */
import type { Machine } from '../../../sim/machine.ts';
import type { ActiveFault, Arena } from '../active-fault.ts';

export function crash(machine: Machine, { supervisor }: Arena): ActiveFault {
  const strikes = isUp(machine);
  const before = machine.effects.connectionsReset;
  supervisor.hold(machine);
  machine.crash();
  const reset = machine.effects.connectionsReset - before;
  return {
    end: () => supervisor.release(machine),
    effect: () => (strikes ? `killed the process, reset ${reset} connections` : ''),
  };
}

export function powerLoss(machine: Machine, { supervisor }: Arena): ActiveFault {
  return cutPower(machine, () => machine.powerLoss(), supervisor);
}

export function wipe(machine: Machine, { supervisor, onDiskReplaced }: Arena): ActiveFault {
  const act = (): void => {
    machine.wipe();
    onDiskReplaced(machine.name);
  };
  return cutPower(machine, act, supervisor);
}

function cutPower(machine: Machine, act: () => void, supervisor: Arena['supervisor']): ActiveFault {
  const strikes = machine.state !== 'off';
  const before = { ...machine.disk.effects, silenced: machine.effects.connectionsSilenced };
  supervisor.hold(machine);
  act();
  const { writesLost, writesTorn, entriesLost } = machine.disk.effects;
  const tale =
    `took the power, silenced ${machine.effects.connectionsSilenced - before.silenced} connections, ` +
    `lost ${writesLost - before.writesLost} writes, tore ${writesTorn - before.writesTorn}, ` +
    `undid ${entriesLost - before.entriesLost} directory entries`;
  return {
    end: () => supervisor.release(machine),
    effect: () => (strikes ? tale : ''),
  };
}

/** Asks for a clean shutdown; when the fault ends the machine may start again. */
export function restart(machine: Machine, { supervisor }: Arena): ActiveFault {
  const strikes = isUp(machine);
  const incarnation = machine.incarnation;
  supervisor.hold(machine);
  machine.stop();
  return {
    end: () => supervisor.release(machine),
    effect() {
      if (!strikes) return '';
      const ended = machine.incarnation > incarnation || !isUp(machine);
      return ended ? 'shut down and started again' : 'asked for a shutdown that is still under way';
    },
  };
}

export function pause(machine: Machine, { supervisor, world }: Arena): ActiveFault {
  const strikes = isUp(machine);
  const since = world.now;
  let until: number | null = null;
  supervisor.pause(machine);
  return {
    end() {
      supervisor.resume(machine);
      until = world.now;
    },
    effect: () =>
      strikes
        ? `froze the process for ${Math.round(((until ?? world.now) - since) / 1000)} ms`
        : '',
  };
}

function isUp(machine: Machine): boolean {
  return machine.state === 'running' || machine.state === 'paused';
}
