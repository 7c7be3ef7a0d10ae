import type { Machine } from '../../sim/machine.ts';
import type { Arena } from '../arena/arena.ts';
import type { ActiveFault } from './kind.ts';

export const powerWords = {
  powerCut: 'took the power',
  connectionsSilenced: 'silenced % connections',
  writesLost: 'lost % writes',
  writesTorn: 'tore % writes',
  entriesLost: 'undid % directory entries',
};

/** Takes the power by `act`; the machine starts again when the fault ends. */
export function cutPower(machine: Machine, arena: Arena, act: () => void): ActiveFault {
  const powerCut = machine.state === 'off' ? 0 : 1;
  const { connectionsSilenced } = machine.effects;
  const { writesLost, writesTorn, entriesLost } = machine.disk.effects;
  arena.supervisor.hold(machine);
  act();
  const now = machine.disk.effects;
  const effect = {
    powerCut,
    connectionsSilenced: machine.effects.connectionsSilenced - connectionsSilenced,
    writesLost: now.writesLost - writesLost,
    writesTorn: now.writesTorn - writesTorn,
    entriesLost: now.entriesLost - entriesLost,
  };
  return { end: () => arena.supervisor.release(machine), effect: () => effect };
}

/** The same, and an empty disk takes the place of the old one. */
export function replaceDisk(machine: Machine, arena: Arena): ActiveFault {
  return cutPower(machine, arena, () => {
    machine.wipe();
    arena.onDiskReplaced(machine.name);
  });
}
