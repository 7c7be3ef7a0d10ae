/**
 * The records of one partition in one fetch answer. `scan` looks at headers and checksums only:
 * which batches are sound, and where the next fetch goes on. A stream then gives the visible
 * records batch by batch: none below the position, none twice, no control records, and with
 * read_committed none of aborted transactions. In front of a batch that it cannot read it ends, and
 * says which.
 */
import type { LeaderEpoch, Offset, ProducerId } from '../../../base/ids.ts';
import { errorCode, KafkaError } from '../../protocol/errors.ts';
import {
  baseOffset,
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

/** A batch that cannot be read. */
export interface BadBatch {
  /** Its first offset that the application has not got, and where to seek to go on behind it. */
  readonly offset: Offset;
  readonly nextOffset: Offset;
  readonly what: string;
  readonly code: number;
}

export interface Scan {
  /** What the bytes begin with, if that is no sound batch. */
  readonly bad: BadBatch | null;
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
  let bad: BadBatch | null = null;
  while (at < bytes.length) {
    const found = checkCrcs ? verifyBatch(bytes, at) : verifyHeader(bytes, at, bytes.length);
    if (found !== null) {
      // What came before the damage is delivered; the next fetch meets it again, at its front.
      const what = found === 'partial' ? 'not one whole batch' : `a batch with a wrong ${found}`;
      // Behind a wrong checksum the header is legible, but need not be true.
      const last = found === 'checksum' ? lastOffset(bytes, at) : position;
      if (at === 0) bad = badBatch(position, last, what, errorCode.corruptMessage);
      break;
    }
    const last = lastOffset(bytes, at);
    if (last >= nextOffset) nextOffset = last + 1;
    lastEpoch = leaderEpoch(bytes, at);
    at += sizeInBytes(bytes, at);
  }
  return { bad, nextOffset, lastEpoch, end: at };
}

function badBatch(offset: Offset, lastOffset: Offset, what: string, code: number): BadBatch {
  return { offset, nextOffset: Math.max(offset, lastOffset) + 1, what, code };
}

const nothing: StoredRecord[] = [];

export class RecordStream {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  /** Records below it were given, or are not wanted. */
  #from: Offset;
  /** By first offset; null without read_committed. */
  readonly #aborted: AbortedTransaction[] | null;
  #nextAborted = 0;
  /** Made with the first of them. */
  #abortedProducers: Set<ProducerId> | null = null;
  #at = 0;
  #bad: BadBatch | null = null;

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

  /** The batch in front of which the stream has ended, if that was not its true end. */
  get bad(): BadBatch | null {
    return this.#bad;
  }

  /** The visible records of the next batch that has any; null at the end. */
  next(): StoredRecord[] | null {
    while (this.#at < this.#end && this.#bad === null) {
      const at = this.#at;
      let visible: StoredRecord[];
      try {
        visible = this.#visibleAt(at);
      } catch (error) {
        if (!(error instanceof KafkaError)) throw error;
        const offset = Math.max(this.#from, baseOffset(this.#bytes, at));
        this.#bad = badBatch(offset, lastOffset(this.#bytes, at), error.message, error.code);
        return null;
      }
      this.#at += sizeInBytes(this.#bytes, at);
      const last = lastOffset(this.#bytes, at);
      if (last >= this.#from) this.#from = last + 1;
      if (visible.length > 0) return visible;
    }
    return null;
  }

  /** Everything that is left, up to the end or a bad batch. */
  rest(): StoredRecord[] {
    let all = this.next() ?? [];
    while (this.#at < this.#end && this.#bad === null) all = all.concat(this.next() ?? []);
    return all;
  }

  #visibleAt(at: number): StoredRecord[] {
    if (this.#aborted !== null) this.#noteTransactions(at);
    const isHidden =
      lastOffset(this.#bytes, at) < this.#from ||
      isControl(this.#bytes, at) ||
      (isTransactional(this.#bytes, at) &&
        this.#abortedProducers?.has(producerId(this.#bytes, at)) === true);
    if (isHidden) return nothing;
    const records = readRecords(this.#bytes, at);
    const first = records[0];
    if (first === undefined || first.offset >= this.#from) return records;
    return records.filter(({ offset }) => offset >= this.#from);
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
