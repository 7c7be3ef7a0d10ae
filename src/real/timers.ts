import { microsPerMs } from '../base/time.ts';
import type { Timers } from '../host/timers.ts';

/** The longest delay that setTimeout takes; longer ones are taken in legs. */
const longestDelayMs = 2_147_483_647;

/** System timers, rounded up to whole milliseconds: late, never early. */
export function realTimers(): Timers {
  return {
    after(delayUs, callback) {
      let handle: NodeJS.Timeout;
      const arm = (restMs: number): void => {
        const legMs = Math.min(restMs, longestDelayMs);
        handle = setTimeout(() => (restMs > legMs ? arm(restMs - legMs) : callback()), legMs);
      };
      arm(Math.ceil(delayUs / microsPerMs));
      return { cancel: () => clearTimeout(handle) };
    },
  };
}
