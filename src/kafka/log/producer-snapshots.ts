/**
 * Snapshots of a log's producer state, so that reopening or truncating does not read the whole log again. One
 * is taken when a segment is closed and when the log is; the files are written by the next flush. A snapshot
 * is the state below its offset; damaged ones are passed over.
 */
import type { Offset, WallMs } from '../../base/ids.ts';
import type { Disk } from '../../host/disk.ts';
import { decodeCheckpoint, encodeCheckpoint, readFile } from './checkpoint.ts';
import type { Durability } from './durability.ts';
import { offsetFileName } from './names.ts';
import type { Producers } from './producers.ts';
import type { Segment } from './segment.ts';

export class ProducerSnapshots {
  readonly #disk: Disk;
  readonly #directory: string;
  readonly #durability: Durability;
  /** Rising. */
  #offsets: Offset[];

  constructor(disk: Disk, directory: string, durability: Durability, offsets: readonly Offset[]) {
    this.#disk = disk;
    this.#directory = directory;
    this.#durability = durability;
    this.#offsets = [...offsets];
  }

  /** Snapshots `producers` at `offset`, the log's end. Older ones than `keepFrom` go. */
  take(producers: Producers, offset: Offset, keepFrom: Offset): void {
    this.#durability.put(offsetFileName(offset, 'snapshot'), encodeCheckpoint(producers.toRows()));
    if (this.#offsets.at(-1) !== offset) this.#offsets.push(offset);
    this.dropBelow(keepFrom);
  }

  dropBelow(offset: Offset): void {
    this.#keep((kept) => kept >= offset);
  }

  /** Those above `offset` tell of records that are gone. */
  dropAbove(offset: Offset): void {
    this.#keep((kept) => kept <= offset);
  }

  /** Brings `producers` to the state at the log's end: newest snapshot, then the batches behind it. */
  restore(producers: Producers, segments: readonly Segment[], nowMs: WallMs): void {
    const from = this.#loadNewest(producers, nowMs);
    for (const segment of segments) {
      if (segment.endOffset <= from) continue;
      segment.scan(segment.positionOf(from), (bytes, position) => {
        producers.record(bytes, position);
        return true;
      });
    }
  }

  #loadNewest(producers: Producers, nowMs: WallMs): Offset {
    for (const offset of this.#offsets.toReversed()) {
      const name = offsetFileName(offset, 'snapshot');
      const bytes = this.#durability.pending(name) ?? readFile(this.#disk, this.#path(name));
      const rows = bytes === null ? null : decodeCheckpoint(bytes);
      if (rows !== null && producers.load(rows, nowMs)) return offset;
      this.#keep((kept) => kept !== offset);
    }
    producers.clear();
    return 0;
  }

  #keep(isKept: (offset: Offset) => boolean): void {
    for (const offset of this.#offsets) {
      if (!isKept(offset)) this.#durability.remove(offsetFileName(offset, 'snapshot'));
    }
    this.#offsets = this.#offsets.filter(isKept);
  }

  #path(name: string): string {
    return `${this.#directory}/${name}`;
  }
}
