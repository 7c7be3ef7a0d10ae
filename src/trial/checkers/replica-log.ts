/**
 * The log of one replica as its observations tell it: batches in offset order. `matchedEnd` is how
 * far it has been compared with the committed log; what is compared once is not compared again
 * unless it was cut off.
 */
import type { LeaderEpoch, NodeId, Offset, WallMs } from '../../base/ids.ts';
import type { DiskPast, StoredLog } from './stored/storage.ts';

export interface BatchFact {
  readonly baseOffset: Offset;
  readonly lastOffset: Offset;
  readonly leaderEpoch: LeaderEpoch;
  readonly crc: number;
}

/** What a log held when its last process ended, and what has befallen its disk since. */
export interface FormerLog {
  readonly start: Offset;
  readonly end: Offset;
  readonly flushedEnd: Offset;
  readonly highWatermark: Offset;
  /** In offset order. */
  readonly batches: readonly BatchFact[];
  /** What was not synced may be gone; otherwise the page cache has survived. */
  readonly hasLost: boolean;
}

const newDisk: DiskPast = { losses: 0, damages: 0, replacements: 0 };

export class ReplicaLog {
  readonly node: NodeId;
  /** `orders-0`, or `orders-0#2` of the second topic of that name. */
  readonly partition: string;
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
  /** All below it was synced here. */
  flushedEnd: Offset = 0;
  /** What it was before a recovery cut it short. */
  flushedBeforeLoss: Offset = 0;
  /** What the newest durable checkpoint has, or where the log was cut below that since. */
  storedHighWatermark: Offset = 0;
  /** Of the last opening; null before the first. */
  former: FormerLog | null = null;
  /** It was opened as its last process had closed it. */
  openedClean = true;
  /** The disk may hold anything: it was spoilt since it was new. */
  isDamaged = false;
  /** Which process of its node opened it last. */
  boot = 0;
  /** Producers that were last active by then may have been forgotten. */
  forgetsUntilMs: WallMs = -1;
  /** What its files held when it was opened last; null where that is not known. */
  stored: StoredLog | null = null;
  #past: DiskPast = newDisk;
  #batches: BatchFact[] = [];
  /** Cut off, and may come back until the cut is durable. */
  #cut: BatchFact[] = [];
  /** All above may be gone: a cut to here was begun, and the disk failed. */
  #mayEndAt: Offset = Number.POSITIVE_INFINITY;

  constructor(node: NodeId, partition: string) {
    this.node = node;
    this.partition = partition;
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
    while (this.#batches.length > 0 && this.#batches.at(-1)!.lastOffset >= to)
      this.#cut.push(this.#batches.pop()!);
    this.end = to;
    this.start = Math.min(this.start, to);
    this.matchedEnd = Math.min(this.matchedEnd, to);
    this.highWatermark = Math.min(this.highWatermark, to);
    this.flushedEnd = Math.min(this.flushedEnd, to);
    this.storedHighWatermark = Math.min(this.storedHighWatermark, to);
  }

  /** A batch goes as a whole. */
  cutFailed(offset: Offset): void {
    const to = this.batchAt(offset)?.baseOffset ?? offset;
    this.#mayEndAt = Math.min(this.#mayEndAt, to);
    this.flushedEnd = Math.min(this.flushedEnd, to);
    this.storedHighWatermark = Math.min(this.storedHighWatermark, to);
  }

  moveStart(start: Offset): void {
    this.start = start;
    this.end = Math.max(this.end, start);
  }

  flushed(end: Offset, coversCuts: boolean): void {
    this.flushedEnd = Math.max(this.flushedEnd, end);
    if (coversCuts) this.#cut = [];
  }

  /**
   * The log was opened anew. It has what stands in its files; where these are not known, what it
   * had below `end`.
   */
  reopen(start: Offset, end: Offset, stored: StoredLog | null, past: DiskPast): void {
    const isNewDisk = past.replacements > this.#past.replacements;
    this.isDamaged = isNewDisk ? false : this.isDamaged || past.damages > this.#past.damages;
    const hasLost = past.losses > this.#past.losses;
    if (end < this.end) {
      this.endBeforeLoss = Math.max(this.endBeforeLoss, this.end);
      this.flushedBeforeLoss = Math.max(this.flushedBeforeLoss, this.flushedEnd);
    }
    if (isNewDisk) this.#forget();
    const { flushedEnd, highWatermark } = this;
    const batches = this.#batches.slice();
    const endOwed = Math.min(this.end, this.#mayEndAt);
    this.#mayEndAt = Number.POSITIVE_INFINITY;
    this.former = { start: this.start, end: endOwed, flushedEnd, highWatermark, batches, hasLost };
    this.#past = past;
    this.stored = stored;
    const storedHighWatermark = this.storedHighWatermark;
    if (end < this.end) this.truncate(end);
    if (stored !== null) this.#adopt(stored, end);
    this.start = start;
    this.end = end;
    this.storedHighWatermark = storedHighWatermark;
    this.highWatermark = 0;
    this.leadingEpoch = -1;
  }

  /** Its files were removed, and may come back until that is durable. */
  removed(): void {
    this.truncate(0);
    this.endBeforeLoss = 0;
    this.flushedBeforeLoss = 0;
    this.leadingEpoch = -1;
    this.forgetsUntilMs = -1;
    this.former = null;
    this.stored = null;
    this.openedClean = true;
    this.#mayEndAt = Number.POSITIVE_INFINITY;
  }

  noteDamage(past: DiskPast): void {
    if (past.damages > this.#past.damages) this.isDamaged = true;
  }

  /** Whether this batch was cut off here and may have come back. */
  wasCut(batch: BatchFact): boolean {
    return this.#cut.some((cut) => sameBatch(cut, batch));
  }

  /** In offset order. */
  get batches(): readonly BatchFact[] {
    return this.#batches;
  }

  /** All that it knew stood on a disk that is gone. */
  #forget(): void {
    this.#batches = [];
    this.#cut = [];
    this.start = 0;
    this.end = 0;
    this.matchedEnd = 0;
    this.flushedEnd = 0;
    this.storedHighWatermark = 0;
    this.highWatermark = 0;
  }

  #adopt({ batches }: StoredLog, end: Offset): void {
    const first = batches[0]?.baseOffset ?? end;
    const known = this.#batches.slice(this.indexOf(first));
    let same = 0;
    while (same < batches.length && same < known.length && sameBatch(batches[same]!, known[same]!))
      same++;
    for (const batch of known.slice(same)) this.#cut.push(batch);
    this.#batches = batches.filter(({ lastOffset }) => lastOffset < end);
    const sameEnd = same === 0 ? first : known[same - 1]!.lastOffset + 1;
    this.matchedEnd = Math.min(this.matchedEnd, sameEnd);
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
