/**
 * One file of a log: whole batches one behind another, from `baseOffset` on. The file may be longer
 * than `size`, by what a failed write left behind; nothing behind `size` is ever read.
 *
 * Offsets rise through the file and stay below `endOffset`; between batches there may be gaps.
 */
import { assert } from '../../base/assert.ts';
import type { Offset, WallMs } from '../../base/ids.ts';
import type { Disk, DiskFile } from '../../host/disk.ts';
import { errorCode, KafkaError } from '../protocol/errors.ts';
import * as batch from '../records/batch.ts';
import { offsetFileName } from './names.ts';
import { RecentBatches } from './recent-batches.ts';
import type { LogRules } from './rules.ts';
import { type SegmentSummary, SparseIndex } from './sparse-index.ts';

const scanBytes = 262_144;
const lookUpBytes = 16_384;
const empty = new Uint8Array(0);

export class Segment implements SegmentSummary {
  readonly baseOffset: Offset;
  readonly createdMs: WallMs;
  readonly index = new SparseIndex();
  readonly #file: DiskFile;
  readonly #indexIntervalBytes: number;
  readonly #recent = new RecentBatches();
  size = 0;
  endOffset: Offset;
  maxTimestamp: WallMs = -1;
  firstTimestamp: WallMs = -1;
  /** When something was appended last; before that, when this process opened the segment. */
  modifiedMs: WallMs;
  #changes = 0;
  #syncedChanges = 0;
  #runningSyncs = 0;
  #isRetired = false;

  private constructor(file: DiskFile, baseOffset: Offset, interval: number, createdMs: WallMs) {
    this.#file = file;
    this.baseOffset = baseOffset;
    this.endOffset = baseOffset;
    this.#indexIntervalBytes = interval;
    this.createdMs = createdMs;
    this.modifiedMs = createdMs;
  }

  /**
   * Opens the segment's file, creating it where it is missing. What it holds is the caller's to
   * `scan`.
   */
  static open(
    disk: Disk,
    directory: string,
    baseOffset: Offset,
    indexIntervalBytes: number,
    nowMs: WallMs,
  ): Segment {
    const file = disk.open(`${directory}/${offsetFileName(baseOffset, 'log')}`, true);
    return new Segment(file, baseOffset, indexIntervalBytes, nowMs);
  }

  /** Length of the file, which may hold more than the segment. */
  get fileSize(): number {
    return this.#file.size();
  }

  /** True where bytes were written, cut or found that no sync has covered. */
  get isDirty(): boolean {
    return this.#syncedChanges < this.#changes;
  }

  get isRetired(): boolean {
    return this.#isRetired;
  }

  /** Appends whole batches, already verified, with offsets at or above `endOffset`. */
  append(bytes: Uint8Array, nowMs: WallMs): void {
    this.#file.write(this.size, bytes);
    this.modifiedMs = nowMs;
    this.#changes += 1;
    let position = 0;
    while (position < bytes.length) {
      this.note(bytes, position);
      position += batch.sizeInBytes(bytes, position);
    }
  }

  /** Takes in the batch at `position` of `bytes`, which stands at the end of the segment. */
  note(bytes: Uint8Array, position: number): void {
    const baseOffset = batch.baseOffset(bytes, position);
    const lastOffset = batch.lastOffset(bytes, position);
    const timestamp = batch.maxTimestamp(bytes, position);
    assert(baseOffset >= this.endOffset, 'offsets rise through a segment');
    if (this.size - this.index.lastPosition >= this.#indexIntervalBytes) {
      this.index.add(baseOffset, this.size, this.maxTimestamp);
    }
    this.#recent.add(baseOffset, lastOffset, this.size);
    if (this.size === 0) this.firstTimestamp = timestamp;
    if (timestamp > this.maxTimestamp) this.maxTimestamp = timestamp;
    this.size += batch.sizeInBytes(bytes, position);
    this.endOffset = lastOffset + 1;
  }

  /**
   * Reads the file from its start, up to the first batch that is damaged or that `accepts` refuses,
   * and cuts what is left, after `beforeCut` was told. True if the file was whole.
   */
  recover(
    rules: LogRules,
    accepts: (bytes: Uint8Array, position: number) => boolean,
    beforeCut: (file: DiskFile) => void,
  ): boolean {
    const fileSize = this.fileSize;
    this.#changes += 1;
    const visit = (bytes: Uint8Array, position: number): boolean => {
      if (batch.verifyBatch(bytes, position) !== null || !accepts(bytes, position)) return false;
      this.note(bytes, position);
      return true;
    };
    this.scan(0, visit, scanBytes, fileSize);
    this.size = rules.recoveredSize(this.size, fileSize);
    if (this.size === fileSize) return true;
    beforeCut(this.#file);
    this.#file.truncate(this.size);
    return false;
  }

  /** Whether the batches behind the last index entry are whole and end where they should. */
  hasSoundEnd(): boolean {
    let endOffset = this.baseOffset;
    const stop = this.scan(this.index.lastPosition, (bytes, position) => {
      endOffset = batch.lastOffset(bytes, position) + 1;
      return batch.verifyBatch(bytes, position) === null;
    });
    return stop === this.size && endOffset === this.endOffset;
  }

  /** Forgets what was restored; the file is untouched. */
  forget(): void {
    this.index.clear();
    this.size = 0;
    this.endOffset = this.baseOffset;
    this.maxTimestamp = -1;
    this.firstTimestamp = -1;
  }

  /** Takes over what a valid index file says, instead of reading the segment. */
  restore(indexFile: Uint8Array): boolean {
    const summary = this.index.load(indexFile, this.fileSize);
    if (summary === null || summary.endOffset < this.baseOffset) {
      this.index.clear();
      return false;
    }
    this.size = summary.size;
    this.endOffset = summary.endOffset;
    this.maxTimestamp = summary.maxTimestamp;
    this.firstTimestamp = summary.firstTimestamp;
    return true;
  }

  /**
   * Whole batches from the one that holds `from` (or the next, if `from` is in a gap) and that end
   * below `upTo`: at most `maxBytes` of them, but at least one. Empty where there is none.
   */
  read(from: Offset, maxBytes: number, upTo: Offset): Uint8Array {
    const limit = upTo >= this.endOffset ? this.size : this.#recent.find(upTo, this.size);
    const recent = this.#recent.find(from, this.size);
    const start = recent >= 0 ? recent : this.positionOf(from);
    if (limit >= 0 && limit - start <= maxBytes) {
      return limit > start ? this.#file.read(start, limit - start) : empty;
    }
    const end = limit >= 0 ? limit : this.size;
    return this.#trim(this.#file.read(start, Math.min(maxBytes, end - start)), start, upTo);
  }

  /** Position of the first batch that ends at or above `offset`; `size` if there is none. */
  positionOf(offset: Offset): number {
    if (offset >= this.endOffset) return this.size;
    const recent = this.#recent.find(offset, this.size);
    if (recent >= 0) return recent;
    let found = this.size;
    this.scan(
      this.index.positionOf(offset),
      (bytes, position, at) => {
        if (batch.lastOffset(bytes, position) < offset) return true;
        found = at;
        return false;
      },
      lookUpBytes,
    );
    return found;
  }

  /** Cuts `bytes`, read at `start`, behind the last whole batch that ends below `upTo`. */
  #trim(bytes: Uint8Array, start: number, upTo: Offset): Uint8Array {
    let position = 0;
    for (;;) {
      const problem = batch.verifyHeader(bytes, position, bytes.length);
      if (problem === 'partial') break;
      if (problem !== null) throw damaged(this.#file.path, start + position);
      if (batch.lastOffset(bytes, position) >= upTo) return bytes.subarray(0, position);
      position += batch.sizeInBytes(bytes, position);
    }
    if (position > 0) return bytes.subarray(0, position);
    const whole = this.#readBatch(start);
    return whole !== null && batch.lastOffset(whole, 0) < upTo ? whole : empty;
  }

  #readBatch(position: number): Uint8Array | null {
    if (position >= this.size) return null;
    const header = this.#file.read(position, batch.batchHeaderSize);
    if (header.length < batch.batchHeaderSize) throw damaged(this.#file.path, position);
    const size = batch.sizeInBytes(header, 0);
    const whole = this.#file.read(position, size);
    if (batch.verifyHeader(whole, 0, whole.length) !== null) {
      throw damaged(this.#file.path, position);
    }
    return whole;
  }

  /**
   * Calls `visit` for every batch from the one at `start` on, with bytes that hold it, its position
   * in them and its position in the segment, until `visit` says no. Stops in front of anything that
   * is not a whole batch; returns the position where it stopped.
   */
  scan(
    start: number,
    visit: (bytes: Uint8Array, position: number, at: number) => boolean,
    chunkBytes = scanBytes,
    end = this.size,
  ): number {
    let at = start;
    let wanted = chunkBytes;
    while (at < end) {
      const bytes = this.#file.read(at, Math.min(wanted, end - at));
      let position = 0;
      let problem: batch.BatchProblem | null = null;
      while (position < bytes.length && problem === null) {
        problem = batch.verifyHeader(bytes, position, bytes.length);
        if (problem !== null) break;
        if (!visit(bytes, position, at + position)) return at + position;
        position += batch.sizeInBytes(bytes, position);
      }
      at += position;
      if (problem !== null && problem !== 'partial') return at;
      if (position > 0) wanted = chunkBytes;
      else {
        // A batch larger than the chunk, or one that the file does not hold whole.
        const header = this.#file.read(at, batch.batchHeaderSize);
        if (header.length < batch.batchHeaderSize) return at;
        wanted = batch.sizeInBytes(header, 0);
        if (wanted <= bytes.length || wanted > end - at) return at;
      }
    }
    return at;
  }

  /**
   * Cuts the batch that holds `offset` and all behind it. The segment then ends right behind its
   * last batch, which may be below `offset`.
   */
  truncateTo(offset: Offset): void {
    const position = this.positionOf(offset);
    this.#file.truncate(position);
    this.#changes += 1;
    this.#recent.truncate(position);
    this.index.truncate(position);
    this.size = position;
    this.endOffset = this.baseOffset;
    this.maxTimestamp = this.index.lastMaxTimestamp;
    if (position === 0) this.firstTimestamp = -1;
    this.scan(this.index.lastPosition, (bytes, at) => {
      this.maxTimestamp = Math.max(this.maxTimestamp, batch.maxTimestamp(bytes, at));
      this.endOffset = batch.lastOffset(bytes, at) + 1;
      return true;
    });
  }

  /** Resolves once all that was written before the call is durable. */
  async sync(): Promise<void> {
    const changes = this.#changes;
    this.#runningSyncs += 1;
    try {
      await this.#file.sync();
      if (changes > this.#syncedChanges) this.#syncedChanges = changes;
    } catch (error) {
      if (!this.#isRetired) throw error;
    } finally {
      this.#runningSyncs -= 1;
      if (this.#isRetired && this.#runningSyncs === 0) this.#file.close();
    }
  }

  /** Gives up the file's handle, once no sync needs it any more. */
  retire(): void {
    this.#isRetired = true;
    if (this.#runningSyncs === 0) this.#file.close();
  }
}

function damaged(path: string, position: number): KafkaError {
  return new KafkaError(errorCode.corruptMessage, `${path} is damaged at ${position}`);
}
