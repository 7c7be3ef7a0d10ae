/**
 * Which leader epoch starts where (KIP-101): the epochs of a log's batches in order, both epoch and
 * start offset rising. It is a summary of the log and rebuilt from it; the checkpoint file only
 * saves reading what is known to be durable, so it is written with a flush and not when an epoch
 * begins.
 */
import type { LeaderEpoch, Offset } from '../../base/ids.ts';
import type { Row } from './checkpoint.ts';
import type { EpochEnd, EpochStart, LogRules } from './rules.ts';

export class EpochCache {
  #entries: EpochStart[] = [];
  /** −1 when empty. */
  latest: LeaderEpoch = -1;
  /** Rises with every change, so that the owner knows whether the checkpoint is behind. */
  version = 0;

  get entries(): readonly EpochStart[] {
    return this.#entries;
  }

  /** Records that `epoch` starts at `startOffset`, unless it is known to have started already. */
  assign(epoch: LeaderEpoch, startOffset: Offset): void {
    if (epoch < 0) return;
    const last = this.#entries[this.#entries.length - 1];
    if (last !== undefined && last.epoch === epoch && last.startOffset <= startOffset) return;
    // What contradicts the new entry was never followed by records, or these were cut off.
    while (this.#entries.length > 0) {
      const end = this.#entries[this.#entries.length - 1] as EpochStart;
      if (end.epoch < epoch && end.startOffset < startOffset) break;
      this.#entries.pop();
    }
    this.#entries.push({ epoch, startOffset });
    this.#changed();
  }

  endOfEpoch(rules: LogRules, epoch: LeaderEpoch, logEnd: Offset): EpochEnd {
    return rules.endOfEpoch(this.#entries, epoch, logEnd);
  }

  /** Epoch of the record at `offset`; −1 if the cache does not reach back so far. */
  epochAt(offset: Offset): LeaderEpoch {
    for (let index = this.#entries.length - 1; index >= 0; index--) {
      const entry = this.#entries[index] as EpochStart;
      if (entry.startOffset <= offset) return entry.epoch;
    }
    return -1;
  }

  /** Drops epochs that start at or above `endOffset`. */
  truncateEnd(endOffset: Offset): void {
    const kept = this.#entries.filter((entry) => entry.startOffset < endOffset);
    if (kept.length === this.#entries.length) return;
    this.#entries = kept;
    this.#changed();
  }

  /**
   * Drops epochs that end at or below `startOffset`; the one that reaches over it now starts there.
   */
  truncateStart(startOffset: Offset): void {
    const index = this.#entries.findLastIndex((entry) => entry.startOffset <= startOffset);
    const first = this.#entries[index];
    if (first === undefined || (index === 0 && first.startOffset === startOffset)) return;
    this.#entries = [{ epoch: first.epoch, startOffset }, ...this.#entries.slice(index + 1)];
    this.#changed();
  }

  clear(): void {
    if (this.#entries.length === 0) return;
    this.#entries = [];
    this.#changed();
  }

  toRows(): Row[] {
    return this.#entries.map((entry) => [entry.epoch, entry.startOffset]);
  }

  /** Takes over a checkpoint's rows; false, and unchanged, where they are not a list of epochs. */
  load(rows: readonly Row[]): boolean {
    const entries: EpochStart[] = [];
    let before: EpochStart = { epoch: -1, startOffset: -1 };
    for (const row of rows) {
      const [epoch, startOffset] = row;
      if (row.length !== 2 || epoch === undefined || startOffset === undefined) return false;
      if (!(epoch > before.epoch && startOffset > before.startOffset)) return false;
      before = { epoch, startOffset };
      entries.push(before);
    }
    this.#entries = entries;
    this.#changed();
    return true;
  }

  #changed(): void {
    this.latest = this.#entries[this.#entries.length - 1]?.epoch ?? -1;
    this.version += 1;
  }
}
