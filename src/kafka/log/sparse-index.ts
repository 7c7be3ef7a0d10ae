/**
 * Sparse index of one segment: for a batch every `indexIntervalBytes` or so, its base offset, its
 * position, and the largest timestamp before it, which makes it the time index too. It lives in
 * memory while the segment grows; its file is written once the segment is full or the log is
 * closed, and is only believed where the segment's bytes are known to be durable. A file that does
 * not fit its segment is ignored and the index is built from the segment again.
 */
import { crc32c } from '../../base/crc32c.ts';
import type { Offset, WallMs } from '../../base/ids.ts';

/** Size of an entry in the file: three 64-bit floats, exact for all safe integers. */
export const indexEntrySize = 24;
const headerFields = 6;
const version = 1;

/** What the index file tells of its segment beside the entries. */
export interface SegmentSummary {
  readonly size: number;
  readonly endOffset: Offset;
  readonly maxTimestamp: WallMs;
  /** Largest timestamp of the segment's first batch; −1 when empty. */
  readonly firstTimestamp: WallMs;
}

export class SparseIndex {
  readonly #offsets: Offset[] = [];
  readonly #positions: number[] = [];
  readonly #maxTimestampsBefore: WallMs[] = [];

  get length(): number {
    return this.#offsets.length;
  }

  /** Position up to which nothing is indexed yet. */
  get lastPosition(): number {
    const { length } = this.#positions;
    // Looked at for each batch: reading in front of an array's first place is slow.
    return length === 0 ? 0 : (this.#positions[length - 1] as number);
  }

  /** Largest timestamp before `lastPosition`. */
  get lastMaxTimestamp(): WallMs {
    return this.#maxTimestampsBefore[this.#maxTimestampsBefore.length - 1] ?? -1;
  }

  add(offset: Offset, position: number, maxTimestampBefore: WallMs): void {
    this.#offsets.push(offset);
    this.#positions.push(position);
    this.#maxTimestampsBefore.push(maxTimestampBefore);
  }

  /**
   * Position of the last indexed batch whose base offset is not above `offset`; 0 if there is none.
   */
  positionOf(offset: Offset): number {
    return this.#positions[countUpTo(this.#offsets, offset) - 1] ?? 0;
  }

  /** Position before which all timestamps are below `timestamp`. */
  positionBefore(timestamp: WallMs): number {
    const count = countUpTo(this.#maxTimestampsBefore, timestamp - 1);
    return this.#positions[count - 1] ?? 0;
  }

  /** Drops entries at or behind `position`. */
  truncate(position: number): void {
    const count = countUpTo(this.#positions, position - 1);
    this.#offsets.length = count;
    this.#positions.length = count;
    this.#maxTimestampsBefore.length = count;
  }

  clear(): void {
    this.truncate(0);
  }

  encode(segment: SegmentSummary): Uint8Array {
    const count = this.#offsets.length;
    const bytes = new Uint8Array((headerFields + 3 * count) * 8 + 4);
    const view = new DataView(bytes.buffer);
    const { size, endOffset, maxTimestamp, firstTimestamp } = segment;
    const fields = [version, count, size, endOffset, maxTimestamp, firstTimestamp];
    for (let index = 0; index < count; index++) {
      fields.push(this.#offsets[index] as number, this.#positions[index] as number);
      fields.push(this.#maxTimestampsBefore[index] as number);
    }
    fields.forEach((field, index) => {
      view.setFloat64(index * 8, field);
    });
    view.setUint32(bytes.length - 4, crc32c(bytes, 0, bytes.length - 4));
    return bytes;
  }

  /**
   * Takes over a file's entries if it is whole and about a segment of `size` bytes; null otherwise.
   */
  load(bytes: Uint8Array, size: number): SegmentSummary | null {
    if (bytes.length < headerFields * 8 + 4) return null;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const field = (index: number): number => view.getFloat64(index * 8);
    const checksum = crc32c(bytes, 0, bytes.length - 4);
    if (view.getUint32(bytes.length - 4) !== checksum) return null;
    const count = field(1);
    if (field(0) !== version || field(2) !== size) return null;
    if (bytes.length !== (headerFields + 3 * count) * 8 + 4) return null;
    this.clear();
    for (let index = headerFields; index < headerFields + 3 * count; index += 3) {
      this.add(field(index), field(index + 1), field(index + 2));
    }
    return { size, endOffset: field(3), maxTimestamp: field(4), firstTimestamp: field(5) };
  }
}

/** How many of the rising `values` are at most `limit`. */
function countUpTo(values: readonly number[], limit: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] as number) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
