/**
 * Deadlines of waiting operations. Most of them share a few durations (request timeout, fetch
 * wait), so there is one list per duration, in order of expiry, and one timer per list: adding and
 * removing are a few pointer writes, and a timer fires at most once per duration. A deadline is met
 * late at most by the timer's own lateness.
 */
import type { Micros } from '../../base/ids.ts';
import type { Host } from '../../host/host.ts';
import type { Timer } from '../../host/timers.ts';

/** Something with a deadline. The links belong to `Deadlines`. */
export abstract class Expiring {
  deadlineUs: Micros = 0;
  list: DeadlineList | null = null;
  previous: Expiring | null = null;
  next: Expiring | null = null;

  /** The deadline has passed; it is in no list any more. */
  abstract expire(): void;
}

interface DeadlineList {
  readonly durationUs: Micros;
  first: Expiring | null;
  last: Expiring | null;
  timer: Timer | null;
}

export class Deadlines {
  readonly #host: Host;
  readonly #afterExpiry: () => void;
  readonly #lists = new Map<Micros, DeadlineList>();

  /** `afterExpiry` runs once behind a series of expiries. */
  constructor(host: Host, afterExpiry: () => void) {
    this.#host = host;
    this.#afterExpiry = afterExpiry;
  }

  add(operation: Expiring, durationUs: Micros): void {
    let list = this.#lists.get(durationUs);
    if (list === undefined) {
      list = { durationUs, first: null, last: null, timer: null };
      this.#lists.set(durationUs, list);
    }
    operation.deadlineUs = this.#host.clock.monotonicUs() + durationUs;
    operation.list = list;
    operation.previous = list.last;
    if (list.last === null) list.first = operation;
    else list.last.next = operation;
    list.last = operation;
    if (list.timer === null) this.#arm(list, durationUs);
  }

  /** Nothing happens where it is not waiting. */
  remove(operation: Expiring): void {
    const { list, previous, next } = operation;
    if (list === null) return;
    if (previous === null) list.first = next;
    else previous.next = next;
    if (next === null) list.last = previous;
    else next.previous = previous;
    operation.list = null;
    operation.previous = null;
    operation.next = null;
  }

  close(): void {
    for (const list of this.#lists.values()) list.timer?.cancel();
    this.#lists.clear();
  }

  #arm(list: DeadlineList, delayUs: Micros): void {
    list.timer = this.#host.timers.after(delayUs, () => this.#onTimer(list));
  }

  #onTimer(list: DeadlineList): void {
    list.timer = null;
    const nowUs = this.#host.clock.monotonicUs();
    while (list.first !== null && list.first.deadlineUs <= nowUs) {
      const due = list.first;
      this.remove(due);
      due.expire();
    }
    if (list.first === null) this.#lists.delete(list.durationUs);
    else this.#arm(list, list.first.deadlineUs - nowUs);
    this.#afterExpiry();
  }
}
