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

/** Drifts add up, so that each takes away what it brought, in whatever order they end. */
export function clockDrift({ clock }: Machine, partsPerMillion: number): ActiveFault {
  clock.setDrift(clock.driftPpm + partsPerMillion);
  return {
    end: () => clock.setDrift(clock.driftPpm - partsPerMillion),
    effect: () =>
      partsPerMillion === 0 ? '' : `made the clocks drift by ${partsPerMillion} parts per million`,
  };
}
