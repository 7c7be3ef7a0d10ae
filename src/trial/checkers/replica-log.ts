/**
 * The log of one replica as its observations tell it: batches in offset order. `matchedEnd` is how
 * far it has been compared with the committed log; what is compared once is not compared again
 * unless it was cut off.
 */
import type { LeaderEpoch, NodeId, Offset } from '../../base/ids.ts';

export interface BatchFact {
  readonly baseOffset: Offset;
  readonly lastOffset: Offset;
  readonly leaderEpoch: LeaderEpoch;
  readonly crc: number;
}

export class ReplicaLog {
  readonly node: NodeId;
  start: Offset = 0;
  end: Offset = 0;
  highWatermark: Offset = 0;
  matchedEnd: Offset = 0;
  /** The epoch in which it last reported a high watermark as leader; −1 when it is none. */
  leadingEpoch: LeaderEpoch = -1;
  /**
   * The end it had before a recovery cut it short; it is not held to that until it is back there.
   */
  endBeforeLoss: Offset = 0;
  readonly #batches: BatchFact[] = [];

  constructor(node: NodeId) {
    this.node = node;
  }

  /** True while the replica is behind where it once was because its machine lost writes. */
  get recovering(): boolean {
    return this.end < this.endBeforeLoss;
  }

  append(batch: BatchFact): void {
    this.#batches.push(batch);
    this.end = batch.lastOffset + 1;
  }

  truncate(to: Offset): void {
    while (this.#batches.length > 0 && this.#batches.at(-1)!.lastOffset >= to) this.#batches.pop();
    this.end = to;
    this.matchedEnd = Math.min(this.matchedEnd, to);
    this.highWatermark = Math.min(this.highWatermark, to);
  }

  /** The log was opened anew: what lies at or above `end` is gone. */
  reopen(start: Offset, end: Offset): void {
    if (end < this.end) {
      this.endBeforeLoss = Math.max(this.endBeforeLoss, this.end);
      this.truncate(end);
    }
    this.start = start;
    this.end = end;
    this.highWatermark = 0;
    this.leadingEpoch = -1;
  }

  /** Index of the batch that holds `offset`, or of the first one behind it. */
  indexOf(offset: Offset): number {
    const batches = this.#batches;
    let low = 0;
    let high = batches.length;
    // Nearly all that is looked for lies at the end.
    const nearEnd = high - 8;
    if (nearEnd > 0 && batches[nearEnd]!.lastOffset < offset) low = nearEnd + 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (batches[middle]!.lastOffset < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  batch(index: number): BatchFact | undefined {
    return this.#batches[index];
  }

  /** The batch that holds `offset`, if there is one. */
  batchAt(offset: Offset): BatchFact | undefined {
    const batch = this.#batches[this.indexOf(offset)];
    return batch !== undefined && batch.baseOffset <= offset ? batch : undefined;
  }

  holds(batch: BatchFact): boolean {
    const own = this.batchAt(batch.baseOffset);
    return own !== undefined && sameBatch(own, batch);
  }
}

export function sameBatch(a: BatchFact, b: BatchFact): boolean {
  return a.baseOffset === b.baseOffset && a.leaderEpoch === b.leaderEpoch && a.crc === b.crc;
}
