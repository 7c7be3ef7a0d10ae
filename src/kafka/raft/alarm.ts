/**
 * One timer for a deadline that mostly moves away. It is set anew only when the deadline comes
 * nearer; when it goes off too early, it sleeps again for the rest.
 */
import type { Micros } from '../../base/ids.ts';
import type { Host } from '../../host/host.ts';
import type { Timer } from '../../host/timers.ts';

export class Alarm {
  readonly #host: Host;
  readonly #onDue: () => void;
  #timer: Timer | null = null;
  #timerAtUs: Micros = Number.POSITIVE_INFINITY;
  #deadlineUs: Micros = Number.POSITIVE_INFINITY;

  constructor(host: Host, onDue: () => void) {
    this.#host = host;
    this.#onDue = onDue;
  }

  /** Infinity: no alarm. */
  set(deadlineUs: Micros): void {
    this.#deadlineUs = deadlineUs;
    if (deadlineUs >= this.#timerAtUs) return;
    this.#timer?.cancel();
    this.#sleep();
  }

  cancel(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#timerAtUs = Number.POSITIVE_INFINITY;
    this.#deadlineUs = Number.POSITIVE_INFINITY;
  }

  #sleep(): void {
    const delayUs = Math.max(0, this.#deadlineUs - this.#host.clock.monotonicUs());
    this.#timerAtUs = this.#deadlineUs;
    this.#timer = this.#host.timers.after(delayUs, this.#wake);
  }

  readonly #wake = (): void => {
    this.#timer = null;
    this.#timerAtUs = Number.POSITIVE_INFINITY;
    if (this.#deadlineUs === Number.POSITIVE_INFINITY) return;
    if (this.#host.clock.monotonicUs() < this.#deadlineUs) this.#sleep();
    else this.#onDue();
  };
}
