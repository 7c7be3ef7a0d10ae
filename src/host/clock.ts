import type { Micros, WallMs } from '../base/ids.ts';

/**
 * What a process may know of time. In simulation both are virtual.
 * Within one event the answers do not change, except that a blocking disk call moves both on.
 */
export interface Clock {
  /**
   * Microseconds since an arbitrary start; never steps back; drifts against other machines' clocks.
   */
  monotonicUs(): Micros;
  /** Wall time in milliseconds; may be offset, drift and jump, backwards too. */
  wallMs(): WallMs;
}
