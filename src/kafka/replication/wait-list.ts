/**
 * What waits for an offset of one partition to be reached: produces for the high watermark, or for
 * a flush. Ordered by offset, first come first among equals; what comes later nearly always waits
 * for more, so adding and releasing cost the same however many wait.
 */
import type { Offset } from '../../base/ids.ts';

export interface OffsetWaiter {
  /** Released once everything below it is there. */
  readonly required: Offset;
}

export class OffsetWaitList<W extends OffsetWaiter> {
  readonly #waiters: W[] = [];

  get size(): number {
    return this.#waiters.length;
  }

  add(waiter: W): void {
    const waiters = this.#waiters;
    let at = waiters.length;
    while (at > 0 && (waiters[at - 1] as W).required > waiter.required) at--;
    if (at === waiters.length) waiters.push(waiter);
    else waiters.splice(at, 0, waiter);
  }

  /** The first waiter, taken out, if all it waits for lies below `reached`; null else. */
  take(reached: Offset): W | null {
    const first = this.#waiters[0];
    if (first === undefined || first.required > reached) return null;
    if (this.#waiters.length === 1) this.#waiters.pop();
    else this.#waiters.shift();
    return first;
  }

  /** False where it waits no more. */
  remove(waiter: W): boolean {
    const at = this.#waiters.indexOf(waiter);
    if (at >= 0) this.#waiters.splice(at, 1);
    return at >= 0;
  }
}
