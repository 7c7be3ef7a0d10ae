/**
 * The records of one partition in one fetch answer. `scan` looks at headers only: whether all is
 * sound, and where the next fetch goes on. A stream then gives the visible records batch by batch:
 * none below the position, no control records, and with read_committed none of aborted
 * transactions.
 */
import type { LeaderEpoch, Offset, ProducerId } from '../../../base/ids.ts';
import {
  isControl,
  isTransactional,
  lastOffset,
  leaderEpoch,
  producerId,
  sizeInBytes,
  verifyBatch,
  verifyHeader,
} from '../../records/batch.ts';
import { readEndMarker } from '../../records/control.ts';
import { readRecords, type StoredRecord } from '../../records/reader.ts';

export interface AbortedTransaction {
  readonly producerId: ProducerId;
  readonly firstOffset: Offset;
}

export interface Scan {
  /** What is wrong with the bytes, null if nothing is. */
  readonly problem: string | null;
  /** Behind the last whole batch; the position itself if there is none above it. */
  readonly nextOffset: Offset;
  /** Of the last whole batch; −1 if there is none. */
  readonly lastEpoch: LeaderEpoch;
  /** Bytes of whole batches. */
  readonly end: number;
}

export function scan(bytes: Uint8Array, position: Offset, checkCrcs: boolean): Scan {
  let at = 0;
  let nextOffset = position;
  let lastEpoch = -1;
  let problem: string | null = null;
  while (at < bytes.length) {
    const found = checkCrcs ? verifyBatch(bytes, at) : verifyHeader(bytes, at, bytes.length);
    if (found === 'partial') {
      if (at === 0) problem = 'not one whole batch';
      break;
    }
    if (found !== null) {
      // What came before the damage is delivered; the next fetch meets it again, at its front.
      if (at === 0) problem = `batch with a wrong ${found}`;
      break;
    }
    const last = lastOffset(bytes, at);
    if (last >= nextOffset) nextOffset = last + 1;
    lastEpoch = leaderEpoch(bytes, at);
    at += sizeInBytes(bytes, at);
  }
  return { problem, nextOffset, lastEpoch, end: at };
}

export class RecordStream {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  readonly #from: Offset;
  /** By first offset; null without read_committed. */
  readonly #aborted: AbortedTransaction[] | null;
  #nextAborted = 0;
  /** Made with the first of them. */
  #abortedProducers: Set<ProducerId> | null = null;
  #at = 0;

  constructor(
    bytes: Uint8Array,
    end: number,
    from: Offset,
    aborted: readonly AbortedTransaction[] | null,
  ) {
    this.#bytes = bytes;
    this.#end = end;
    this.#from = from;
    this.#aborted =
      aborted === null ? null : aborted.slice().sort((a, b) => a.firstOffset - b.firstOffset);
  }

  /**
   * The visible records of the next batch that has any; null at the end. Throws KafkaError on
   * damage.
   */
  next(): StoredRecord[] | null {
    while (this.#at < this.#end) {
      const at = this.#at;
      this.#at += sizeInBytes(this.#bytes, at);
      if (this.#aborted !== null) this.#noteTransactions(at);
      const hidden =
        lastOffset(this.#bytes, at) < this.#from ||
        isControl(this.#bytes, at) ||
        (isTransactional(this.#bytes, at) &&
          this.#abortedProducers?.has(producerId(this.#bytes, at)) === true);
      if (hidden) continue;
      const records = readRecords(this.#bytes, at);
      const first = records[0];
      const visible =
        first !== undefined && first.offset < this.#from
          ? records.filter(({ offset }) => offset >= this.#from)
          : records;
      if (visible.length > 0) return visible;
    }
    return null;
  }

  /** Everything that is left. */
  rest(): StoredRecord[] {
    let all = this.next() ?? [];
    while (this.#at < this.#end) all = all.concat(this.next() ?? []);
    return all;
  }

  /** A producer's aborted transaction spans from its first offset to its abort marker. */
  #noteTransactions(at: number): void {
    const aborted = this.#aborted as AbortedTransaction[];
    const last = lastOffset(this.#bytes, at);
    for (;;) {
      const next = aborted[this.#nextAborted];
      if (next === undefined || next.firstOffset > last) break;
      this.#abortedProducers ??= new Set();
      this.#abortedProducers.add(next.producerId);
      this.#nextAborted++;
    }
    if (!isControl(this.#bytes, at) || !isTransactional(this.#bytes, at)) return;
    if (readEndMarker(this.#bytes, at)?.type === 'abort') {
      this.#abortedProducers?.delete(producerId(this.#bytes, at));
    }
  }
}
