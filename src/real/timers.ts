import { microsPerMs } from '../base/time.ts';
import type { Timers } from '../host/timers.ts';

/** The longest delay that setTimeout takes; longer ones are taken in legs. */
const longestDelayMs = 2_147_483_647;

/** System timers, and the way to end all of them with their process. */
export interface RealTimers extends Timers {
  cutOff(): void;
}

/**
 * Late, never early: setTimeout may fire up to a millisecond ahead, and then waits for the rest.
 */
export function realTimers(): RealTimers {
  const pending = new Set<NodeJS.Timeout>();
  let ended = false;
  return {
    after(delayUs, callback) {
      const due = performance.now() + delayUs / microsPerMs;
      let handle: NodeJS.Timeout | null = null;
      const arm = (): void => {
        const restMs = Math.ceil(due - performance.now());
        const timer = setTimeout(
          () => {
            pending.delete(timer);
            if (performance.now() < due) arm();
            else callback();
          },
          Math.min(Math.max(restMs, 0), longestDelayMs),
        );
        handle = timer;
        pending.add(timer);
      };
      if (!ended) arm();
      return {
        cancel() {
          if (handle === null) return;
          clearTimeout(handle);
          pending.delete(handle);
        },
      };
    },
    soon(callback) {
      const run = (): void => {
        if (!ended) callback();
      };
      // What is given to nextTick by a promise runs behind all promises.
      queueMicrotask(() => process.nextTick(run));
    },
    cutOff() {
      ended = true;
      for (const timer of pending) clearTimeout(timer);
      pending.clear();
    },
  };
}
