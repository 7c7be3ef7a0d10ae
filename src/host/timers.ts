import type { Micros } from '../base/ids.ts';

export interface Timer {
  /** Idempotent; after it returns the callback will not run. */
  cancel(): void;
}

/**
 * One-shot timers on the machine's monotonic clock. A timer may fire late (the process was paused
 * or busy), never early. Timers of a process end with it.
 */
export interface Timers {
  /** Runs `callback` once, `delayUs` microseconds from now; 0 means in a later event, not now. */
  after(delayUs: Micros, callback: () => void): Timer;
  /**
   * Runs `callback` once, still within this event, when none of its promises has anything left to
   * do: where Node runs what was given to process.nextTick. Promises that it sets off are waited
   * for in turn.
   */
  soon(callback: () => void): void;
}
