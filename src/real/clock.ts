import type { Clock } from '../host/clock.ts';

/** System time: monotonic since the process began, wall time as the system has it. */
export function realClock(): Clock {
  return {
    monotonicUs: () => Math.round(performance.now() * 1000),
    wallMs: () => Date.now(),
  };
}
