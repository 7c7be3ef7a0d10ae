/**
 * The producer state of a log with its snapshots, so that reopening or truncating does not read the
 * whole log again. One is taken when a segment is closed and when the log is; the files are written
 * by the next flush. A snapshot is the state below its offset; damaged ones are passed over.
 */
import type { Offset, WallMs } from '../../base/ids.ts';
import type { Disk } from '../../host/disk.ts';
import { decodeCheckpoint, encodeCheckpoint, readFile } from './checkpoint.ts';
import type { Durability } from './durability.ts';
import { offsetFileName } from './names.ts';
import type { Producers } from './producers.ts';
import type { Segment } from './segment.ts';
import type { Segments } from './segments.ts';

export class ProducerStore {
  readonly producers: Producers;
  readonly #disk: Disk;
  readonly #directory: string;
  readonly #durability: Durability;
  /** Rising. */
  #offsets: Offset[];

  constructor(
    producers: Producers,
    disk: Disk,
    directory: string,
    durability: Durability,
    offsets: readonly Offset[],
  ) {
    this.producers = producers;
    this.#disk = disk;
    this.#directory = directory;
    this.#durability = durability;
    this.#offsets = [...offsets];
  }

  /** Takes a snapshot at the log's end; of older ones those that a truncation may need are kept. */
  takeSnapshot({ all, endOffset }: Segments): void {
    const rows = this.producers.toRows();
    this.#durability.put(offsetFileName(endOffset, 'snapshot'), encodeCheckpoint(rows));
    if (this.#offsets.at(-1) !== endOffset) this.#offsets.push(endOffset);
    this.dropBelow((all[Math.max(0, all.length - 2)] as Segment).baseOffset);
  }

  dropBelow(offset: Offset): void {
    this.#keep((kept) => kept >= offset);
  }

  /** Snapshots above `offset` tell of records that are gone, or not known to be durable. */
  dropAbove(offset: Offset): void {
    this.#keep((kept) => kept <= offset);
  }

  clear(): void {
    this.producers.clear();
    this.dropAbove(-1);
  }

  /** Goes back to the state at the end of a log that was cut. */
  afterCut(segments: Segments, nowMs: WallMs): void {
    this.dropAbove(segments.endOffset);
    // Nobody to forget: the log without its end knows nobody either.
    if (!this.producers.isEmpty) this.restore(segments, nowMs);
  }

  /**
   * Brings the producers to the state at the log's end: newest snapshot, then the batches behind
   * it.
   */
  restore(segments: Segments, nowMs: WallMs): void {
    const from = this.#loadNewest(nowMs);
    for (const segment of segments.all) {
      if (segment.endOffset <= from) continue;
      segment.scan(segment.positionOf(from), (bytes, position) => {
        this.producers.record(bytes, position, nowMs);
        return true;
      });
    }
  }

  #loadNewest(nowMs: WallMs): Offset {
    for (const offset of this.#offsets.toReversed()) {
      const name = offsetFileName(offset, 'snapshot');
      const bytes = this.#durability.pending(name) ?? readFile(this.#disk, this.#path(name));
      const rows = bytes === null ? null : decodeCheckpoint(bytes);
      if (rows !== null && this.producers.load(rows, nowMs)) return offset;
      this.#keep((kept) => kept !== offset);
    }
    this.producers.clear();
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
