/** Faults of clocks. */
import type { Machine } from '../../../sim/machine.ts';
import type { ActiveFault } from '../active-fault.ts';

export function clockJump({ clock }: Machine, offsetMs: number): ActiveFault {
  clock.jump(offsetMs);
  return {
    end: () => clock.jump(-offsetMs),
    effect: () => (offsetMs === 0 ? '' : `moved the wall clock by ${offsetMs} ms`),
  };
}

export function clockDrift({ clock }: Machine, partsPerMillion: number): ActiveFault {
  const before = clock.driftPpm;
  clock.setDrift(partsPerMillion);
  return {
    end: () => clock.setDrift(before),
    effect: () =>
      partsPerMillion === before
        ? ''
        : `made the clocks drift by ${partsPerMillion} parts per million`,
  };
}
