/**
 * Where the last batches of the growing segment stand. Followers and consumers that keep up read at
 * the log's end all the time: for them this replaces looking into the sparse index and walking
 * headers from there.
 */
import type { Offset } from '../../base/ids.ts';

const kept = 64;

export class RecentBatches {
  readonly #baseOffsets = new Float64Array(kept);
  readonly #lastOffsets = new Float64Array(kept);
  readonly #positions = new Float64Array(kept);
  /** Batches ever added; the newest is at (count − 1) mod kept. */
  #count = 0;
  /** How many of the newest are valid. */
  #valid = 0;

  add(baseOffset: Offset, lastOffset: Offset, position: number): void {
    const slot = this.#count % kept;
    this.#baseOffsets[slot] = baseOffset;
    this.#lastOffsets[slot] = lastOffset;
    this.#positions[slot] = position;
    this.#count += 1;
    if (this.#valid < kept) this.#valid += 1;
  }

  /**
   * Position of the first batch whose last offset is at or above `offset`; `end` if all are below
   * it; −1 where that batch may be older than what is kept.
   */
  find(offset: Offset, end: number): number {
    let position = end;
    for (let back = 1; back <= this.#valid; back++) {
      const slot = (this.#count - back) % kept;
      if ((this.#lastOffsets[slot] as number) < offset) return position;
      position = this.#positions[slot] as number;
      if ((this.#baseOffsets[slot] as number) <= offset) return position;
    }
    return -1;
  }

  /** Drops batches at or behind `position`. */
  truncate(position: number): void {
    while (this.#valid > 0) {
      if ((this.#positions[(this.#count - 1) % kept] as number) < position) return;
      this.#count -= 1;
      this.#valid -= 1;
    }
  }
}
