/**
 * A produce that waits: with acks=all for the high watermark to pass its batches, with a flush
 * policy for its own disk. Each partition's part is settled once; when all are, or at the deadline,
 * it is answered.
 */

import type { Offset } from '../../base/ids.ts';
import { mark } from '../../base/mark.ts';
import { errorCode } from '../protocol/errors.ts';
import type { Completable, Completions } from './completions.ts';
import type { ProduceResult } from './contract.ts';
import type { Deadlines } from './deadlines.ts';
import { Expiring } from './deadlines.ts';
import type { OffsetWaiter, OffsetWaitList } from './wait-list.ts';

export interface ProduceWaiter extends OffsetWaiter {
  readonly operation: DelayedProduce;
  /** Place of the partition in the request. */
  readonly slot: number;
  readonly list: OffsetWaitList<ProduceWaiter>;
}

export class DelayedProduce extends Expiring implements Completable {
  readonly #results: ProduceResult[];
  readonly #done: (results: ProduceResult[]) => void;
  readonly #completions: Completions;
  readonly #deadlines: Deadlines;
  #waiters: ProduceWaiter[] = [];
  #unsettled = 0;

  /** `results` are those of a success; parts that fail are replaced. */
  constructor(
    results: ProduceResult[],
    done: (results: ProduceResult[]) => void,
    completions: Completions,
    deadlines: Deadlines,
  ) {
    super();
    this.#results = results;
    this.#done = done;
    this.#completions = completions;
    this.#deadlines = deadlines;
  }

  waitFor(slot: number, required: Offset, list: OffsetWaitList<ProduceWaiter>): void {
    const waiter: ProduceWaiter = { required, operation: this, slot, list };
    this.#waiters.push(waiter);
    this.#unsettled++;
    list.add(waiter);
  }

  /** The waiter was taken from its list; `code` is what becomes of its part. */
  settle(waiter: ProduceWaiter, code: number): void {
    if (code !== errorCode.none) this.#fail(waiter.slot, code);
    this.#unsettled--;
    if (this.#unsettled > 0) return;
    this.#deadlines.remove(this);
    this.#completions.add(this);
  }

  expire(): void {
    if (this.#unsettled === 0) return;
    mark('produce-expired');
    for (const waiter of this.#waiters) {
      if (waiter.list.remove(waiter)) this.#fail(waiter.slot, errorCode.requestTimedOut);
    }
    this.#unsettled = 0;
    this.#completions.add(this);
  }

  complete(): void {
    this.#waiters = [];
    this.#done(this.#results);
  }

  #fail(slot: number, code: number): void {
    const result = this.#results[slot];
    if (result === undefined) return;
    this.#results[slot] = {
      ...result,
      errorCode: code,
      baseOffset: -1,
      logAppendTimeMs: -1,
      logStartOffset: -1,
    };
  }
}
