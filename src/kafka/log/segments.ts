/**
 * The segments of one log, oldest first, the last of which grows. Never empty. It knows where
 * offsets stand and moves files; what batches mean is the log's.
 */
import type { Offset, WallMs } from '../../base/ids.ts';
import type { Disk } from '../../host/disk.ts';
import type { TopicSettings } from '../config.ts';
import * as batch from '../records/batch.ts';
import type { Durability } from './durability.ts';
import { offsetFileName } from './names.ts';
import { isFull } from './retention.ts';
import { Segment } from './segment.ts';

const empty = new Uint8Array(0);

export class Segments {
  readonly #disk: Disk;
  readonly #directory: string;
  readonly #durability: Durability;
  readonly #all: Segment[];
  #active: Segment;

  constructor(disk: Disk, directory: string, durability: Durability, found: readonly Segment[]) {
    this.#disk = disk;
    this.#directory = directory;
    this.#durability = durability;
    this.#all = [...found];
    this.#active = found[found.length - 1] as Segment;
  }

  get all(): readonly Segment[] {
    return this.#all;
  }

  get active(): Segment {
    return this.#active;
  }

  /** Offset of the next record. */
  get endOffset(): Offset {
    return this.#active.endOffset;
  }

  get firstOffset(): Offset {
    return (this.#all[0] as Segment).baseOffset;
  }

  /** Bytes in all segments. */
  get size(): number {
    let size = 0;
    for (const segment of this.#all) size += segment.size;
    return size;
  }

  /** See `Log.read`; `from` is in range and `limit` not above the end. */
  read(from: Offset, maxBytes: number, limit: Offset): Uint8Array {
    if (from >= limit) return empty;
    const segments = this.#all;
    let index = segments.length - 1;
    while (index > 0 && (segments[index] as Segment).baseOffset > from) index -= 1;
    for (; index < segments.length; index++) {
      const segment = segments[index] as Segment;
      if (segment.baseOffset >= limit) break;
      const bytes = segment.read(from, maxBytes, limit);
      // Nothing here: `from` was in a gap at this segment's end.
      if (bytes.length > 0 || segment.endOffset >= limit) return bytes;
    }
    return empty;
  }

  /**
   * Position in `records` behind the batches from `start` on that fit into one segment; at least
   * one.
   */
  chunkEnd(records: Uint8Array, start: number, settings: TopicSettings): number {
    if (records.length - start <= settings.segmentBytes) return records.length;
    let end = start + batch.sizeInBytes(records, start);
    while (end < records.length) {
      const next = end + batch.sizeInBytes(records, end);
      if (next - start > settings.segmentBytes) break;
      end = next;
    }
    return end;
  }

  /** Whether the growing segment must be closed before these batches come. */
  isDueToRoll(records: Uint8Array, settings: TopicSettings, nowMs: WallMs): boolean {
    const active = this.#active;
    if (active.size === 0) return false;
    const timestamp = batch.maxTimestamp(records);
    const lastOffset = batch.lastOffset(records);
    return isFull(active, { bytes: records.length, timestamp, lastOffset }, settings, nowMs);
  }

  /** Closes the growing segment and starts the next at the log's end. */
  roll(settings: TopicSettings, nowMs: WallMs): void {
    this.storeIndex();
    this.#start(this.#active.endOffset, settings, nowMs);
  }

  /** Has the next flush write the index file of the growing segment. */
  storeIndex(): void {
    const segment = this.#active;
    const name = offsetFileName(segment.baseOffset, 'index');
    this.#durability.put(name, segment.index.encode(segment));
  }

  /**
   * Cuts from the batch that holds `offset` on; `offset` is not below the first segment. What comes
   * then goes into a file of its own: written over the old bytes, it could stand in front of some
   * of them after a power loss that undid the cut, in a log that never was. As it is, either the
   * old log comes back or the new one.
   */
  truncateTo(offset: Offset, settings: TopicSettings, nowMs: WallMs): void {
    while (this.#all.length > 1 && this.#active.baseOffset > offset) {
      this.#remove(this.#all.pop() as Segment);
      this.#active = this.#all[this.#all.length - 1] as Segment;
    }
    // Its index file would fit again if as many other bytes came; it must never be believed.
    this.#durability.remove(offsetFileName(this.#active.baseOffset, 'index'));
    this.#active.truncateTo(offset);
    const { endOffset } = this.#active;
    if (this.#active.size > 0) this.storeIndex();
    else this.#remove(this.#all.pop() as Segment);
    this.#start(endOffset, settings, nowMs);
  }

  startOver(offset: Offset, settings: TopicSettings, nowMs: WallMs): void {
    for (const segment of this.#all.splice(0)) this.#remove(segment);
    this.#start(offset, settings, nowMs);
  }

  /** Removes the oldest segments, their files with the next flush; the growing one stays. */
  removeFirst(count: number): void {
    for (const segment of this.#all.splice(0, count)) {
      segment.retire();
      this.#durability.removeLater(offsetFileName(segment.baseOffset, 'log'));
      this.#durability.removeLater(offsetFileName(segment.baseOffset, 'index'));
    }
  }

  retire(): void {
    for (const segment of this.#all) segment.retire();
  }

  #start(offset: Offset, settings: TopicSettings, nowMs: WallMs): void {
    const interval = settings.indexIntervalBytes;
    // A file of this name can only be one that retention has given up already.
    this.#durability.remove(offsetFileName(offset, 'log'));
    const segment = Segment.open(this.#disk, this.#directory, offset, interval, nowMs);
    this.#durability.entriesChanged();
    this.#all.push(segment);
    this.#active = segment;
  }

  #remove(segment: Segment): void {
    segment.retire();
    this.#durability.remove(offsetFileName(segment.baseOffset, 'log'));
    this.#durability.remove(offsetFileName(segment.baseOffset, 'index'));
  }
}
