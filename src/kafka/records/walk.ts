/**
 * Passes over the records of a batch without making any: for a broker, which has to know that they
 * are well-formed and what their times and offsets are, but not what they say. Nothing is allocated
 * per record.
 */
import type { WallMs } from '../../base/ids.ts';
import { noTimestamp } from './batch.ts';
import { type RecordCursor, RecordsError } from './varint.ts';

/** Attributes, timestamp delta, offset delta, key, value and headers take a byte each at least. */
const smallestBody = 6;

/** Moves from record to record; the fields are those of the record that `next` passed over. */
export class RecordWalk {
  readonly #cursor: RecordCursor;
  readonly #baseTimestamp: WallMs;
  readonly #count: number;
  /** Of the record, from 0. */
  index = -1;
  /** Where it stands behind its length, its offset delta, what follows that, and its end. */
  bodyStart = 0;
  offsetAt = 0;
  afterOffset = 0;
  end = 0;
  /** Beyond the safe integers only near what was written. */
  timestamp: WallMs = noTimestamp;
  offsetDelta = 0;
  hasKey = false;

  constructor(cursor: RecordCursor, count: number, baseTimestamp: WallMs) {
    this.#cursor = cursor;
    this.#count = count;
    this.#baseTimestamp = baseTimestamp;
  }

  /**
   * False behind the last record. Throws a RecordsError where a record is not well-formed, or where
   * bytes are left behind the last.
   */
  next(): boolean {
    const cursor = this.#cursor;
    this.index += 1;
    if (this.index === this.#count) {
      if (cursor.position !== cursor.limit) throw new RecordsError('bytes behind the last record');
      return false;
    }
    const size = cursor.varint();
    const bodyStart = cursor.position;
    this.bodyStart = bodyStart;
    if (size < smallestBody || size > cursor.limit - bodyStart) {
      throw new RecordsError('a record reaches beyond its batch');
    }
    this.end = bodyStart + size;
    cursor.position += 1;
    this.timestamp = this.#baseTimestamp + cursor.varlong();
    this.offsetAt = cursor.position;
    this.offsetDelta = cursor.varint();
    this.afterOffset = cursor.position;
    const keySize = cursor.varint();
    this.hasKey = keySize >= 0;
    cursor.skip(keySize);
    cursor.skip(cursor.varint());
    const headers = cursor.varint();
    if (headers !== 0) skipHeaders(cursor, headers);
    if (cursor.position !== this.end) throw new RecordsError('a record is not as long as it says');
    return true;
  }
}

function skipHeaders(cursor: RecordCursor, count: number): void {
  // The count is the peer's word, but each takes two bytes: it cannot make us walk for nothing.
  if (count < 0 || count > cursor.limit - cursor.position) {
    throw new RecordsError('more headers than bytes');
  }
  for (let index = 0; index < count; index++) {
    const keySize = cursor.varint();
    if (keySize < 0) throw new RecordsError('a header without a key');
    cursor.skip(keySize);
    cursor.skip(cursor.varint());
  }
}

/** What a broker wants to know of the records of a batch. */
export interface RecordsSummary {
  /** Of those that have a time; −1 where none has. */
  readonly maxTimestamp: WallMs;
  /** Likewise. */
  readonly minTimestamp: WallMs;
  readonly lacksKey: boolean;
  /** Whether the offset deltas are 0, 1, 2 and so on, as the format wants them. */
  readonly isNumbered: boolean;
}

/** Throws a RecordsError where the records are not well-formed or not `count`. */
export function summarize(
  cursor: RecordCursor,
  count: number,
  baseTimestamp: WallMs,
): RecordsSummary {
  const walk = new RecordWalk(cursor, count, baseTimestamp);
  let maxTimestamp = noTimestamp;
  let minTimestamp = noTimestamp;
  let lacksKey = false;
  let isNumbered = true;
  while (walk.next()) {
    const { timestamp } = walk;
    if (timestamp !== noTimestamp) {
      if (timestamp > maxTimestamp) maxTimestamp = timestamp;
      if (timestamp < minTimestamp || minTimestamp === noTimestamp) minTimestamp = timestamp;
    }
    if (!walk.hasKey) lacksKey = true;
    if (walk.offsetDelta !== walk.index) isNumbered = false;
  }
  return { maxTimestamp, minTimestamp, lacksKey, isNumbered };
}
