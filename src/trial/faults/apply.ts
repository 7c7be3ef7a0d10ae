/** Puts a fault of a plan in force on one machine, by its kind. */
import { msToMicros } from '../../base/time.ts';
import type { ActiveFault, Arena } from './active-fault.ts';
import type { Fault } from './fault.ts';
import { clockDrift, clockJump } from './kinds/clocks.ts';
import { failedSync, fullDisk, readError, slowDisk, stalledDisk } from './kinds/disks.ts';
import {
  bridge,
  clog,
  isolate,
  majorityRing,
  oneWayPartition,
  slowNetwork,
  split,
  swizzle,
} from './kinds/network.ts';
import { crash, pause, powerLoss, restart, wipe } from './kinds/processes.ts';

export function applyFault(fault: Fault, target: string, arena: Arena): ActiveFault {
  const machine = arena.world.machine(target);
  switch (fault.kind) {
    case 'crash':
      return crash(machine, arena);
    case 'power-loss':
      return powerLoss(machine, arena);
    case 'wipe':
      return wipe(machine, arena);
    case 'restart':
      return restart(machine, arena);
    case 'pause':
      return pause(machine, arena);
    case 'isolate':
      return isolate(target, fault.from, arena);
    case 'one-way-partition':
      return oneWayPartition(target, fault.direction, fault.from, arena);
    case 'split':
      return split(target, arena);
    case 'bridge':
      return bridge(target, arena);
    case 'majority-ring':
      return majorityRing(target, arena);
    case 'clog':
      return clog(target, arena);
    case 'swizzle':
      return swizzle(target, msToMicros(fault.durationMs), arena);
    case 'slow-network':
      return slowNetwork(target, fault.factor, arena);
    case 'full-disk':
      return fullDisk(machine, arena);
    case 'slow-disk':
      return slowDisk(machine, fault.factor, arena);
    case 'stalled-disk':
      return stalledDisk(machine, arena);
    case 'failed-sync':
      return failedSync(machine, arena);
    case 'read-error':
      return readError(machine, arena);
    case 'clock-jump':
      return clockJump(machine, fault.offsetMs);
    case 'clock-drift':
      return clockDrift(machine, fault.partsPerMillion);
  }
}
