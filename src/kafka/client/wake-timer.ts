import type { Micros } from '../../base/ids.ts';
import type { Host } from '../../host/host.ts';

/** "Look again when something has happened." */
export const notTimed: Micros = Number.POSITIVE_INFINITY;

/** One timer for all that a driver waits for: it fires at the earliest time that was asked for. */
export class WakeTimer {
  readonly #host: Host;
  readonly #wake: () => void;
  #timer: { cancel(): void } | null = null;
  #atUs: Micros = notTimed;
  #closed = false;

  constructor(host: Host, wake: () => void) {
    this.#host = host;
    this.#wake = wake;
  }

  /** Wakes no later than this, in a later event. */
  wakeAt(atUs: Micros): void {
    if (atUs >= this.#atUs || this.#closed) return;
    this.#timer?.cancel();
    this.#atUs = atUs;
    const delayUs = Math.max(0, atUs - this.#host.clock.monotonicUs());
    this.#timer = this.#host.timers.after(delayUs, this.#fire);
  }

  readonly #fire = (): void => {
    this.#timer = null;
    this.#atUs = notTimed;
    this.#wake();
  };

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
  }
}
