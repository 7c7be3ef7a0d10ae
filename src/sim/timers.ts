import type { Micros } from '../base/ids.ts';
import { mark } from '../base/mark.ts';
import type { Timer, Timers } from '../host/timers.ts';
import type { SimClock } from './clock.ts';
import type { SimProcess } from './incarnation.ts';
import type { EventKind, KernelEvent } from './kernel.ts';

/** One-shot timers of one process, on its machine's drifting clock. */
export class SimTimers implements Timers {
  readonly #owner: SimProcess;
  readonly #clock: SimClock;

  constructor(owner: SimProcess, clock: SimClock) {
    this.#owner = owner;
    this.#clock = clock;
  }

  after(delayUs: Micros, callback: () => void): Timer {
    const owner = this.#owner;
    if (owner.ended) return noTimer;
    const clock = this.#clock;
    const now = owner.localNow();
    const due = clock.monotonicAt(now) + (delayUs > 0 ? Math.ceil(delayUs) : 0);
    return this.#schedule(due, callback);
  }

  soon(callback: () => void): void {
    this.#owner.kernel.soon(this.#owner, callback);
  }

  /** A change of drift may have put off the moment at which the timer is due. */
  fire(event: KernelEvent): void {
    const clock = this.#clock;
    const kernel = this.#owner.kernel;
    if (clock.driftChanged && clock.monotonicAt(kernel.now) < event.due) {
      mark('timer-put-off');
      kernel.again(clock.timeOf(event.due), event, timerKind);
      return;
    }
    if (this.#owner.enter(event, lateTimerKind)) runTimer(event);
  }

  get machine(): string {
    return this.#owner.machine;
  }

  #schedule(due: Micros, callback: () => void): Timer {
    const owner = this.#owner;
    const time = this.#clock.timeOf(due);
    const event = owner.kernel.at(time, timerKind, owner.id, this, callback);
    event.due = due;
    return event;
  }
}

const noTimer: Timer = { cancel() {} };

function runTimer(event: KernelEvent): void {
  const callback = event.payload as () => void;
  event.kind = null;
  event.payload = null;
  callback();
}

function describe(event: KernelEvent): { machine: string; what: string } {
  const callback = event.payload as () => void;
  return {
    machine: (event.subject as SimTimers).machine,
    what: `timer ${callback.name}`.trimEnd(),
  };
}

const timerKind: EventKind = {
  id: 3,
  run: (event) => (event.subject as SimTimers).fire(event),
  describe,
};

const lateTimerKind: EventKind = { id: 3, run: runTimer, describe };
