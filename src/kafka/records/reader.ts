/**
 * Reads batches out of bytes as a fetch answers them, and records out of a batch. Bytes may end in
 * the middle of a batch: what is cut is left out. Keys and values are views into the batch (or into
 * what it unpacked to). Damage fails with KafkaError CORRUPT_MESSAGE.
 */
import type { Offset, WallMs } from '../../base/ids.ts';
import { errorCode, KafkaError } from '../protocol/errors.ts';
import {
  baseOffset,
  baseTimestamp,
  batchHeaderSize,
  compression,
  lastOffsetDelta,
  maxTimestamp,
  recordCount,
  sizeInBytes,
  timestampType,
  verifyHeader,
} from './batch.ts';
import type { RecordHeader } from './builder.ts';
import { decompress } from './compression.ts';
import { RecordCursor, RecordsError } from './varint.ts';

export interface StoredRecord {
  readonly offset: Offset;
  readonly timestamp: WallMs;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly RecordHeader[];
}

/**
 * Calls `fn` for every whole batch in order; `end` is the position behind it. Headers are checked,
 * checksums are not. Returns the position behind the last whole batch.
 */
export function forEachBatch(
  bytes: Uint8Array,
  fn: (bytes: Uint8Array, position: number, end: number) => void,
): number {
  let position = 0;
  while (position < bytes.length) {
    const problem = verifyHeader(bytes, position, bytes.length);
    if (problem === 'partial') break;
    if (problem !== null) throw new KafkaError(errorCode.corruptMessage, `batch ${problem}`);
    const end = position + sizeInBytes(bytes, position);
    fn(bytes, position, end);
    position = end;
  }
  return position;
}

const noHeaders: readonly RecordHeader[] = [];
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** The records of the one batch that stands at `position`. */
export function readRecords(bytes: Uint8Array, position = 0): StoredRecord[] {
  const problem = verifyHeader(bytes, position, bytes.length);
  if (problem !== null) throw new KafkaError(errorCode.corruptMessage, `batch ${problem}`);
  try {
    return recordsAt(openRecords(bytes, position), bytes, position);
  } catch (error) {
    throw asCorrupt(error);
  }
}

/**
 * A cursor over the records of the whole batch at `position`, unpacked where they are packed.
 * Throws a RecordsError where that fails.
 */
export function openRecords(bytes: Uint8Array, position: number): RecordCursor {
  const codec = compression(bytes, position);
  const start = position + batchHeaderSize;
  const end = position + sizeInBytes(bytes, position);
  if (codec === 'none') return new RecordCursor(bytes, start, end);
  if (codec === null) throw new RecordsError('its codec is none that Kafka knows');
  return new RecordCursor(decompress(codec, bytes.subarray(start, end)));
}

/** What a RecordsError in stored or fetched records means to a peer; other errors as they are. */
export function asCorrupt(error: unknown): unknown {
  if (!(error instanceof RecordsError)) return error;
  return new KafkaError(errorCode.corruptMessage, error.message);
}

function recordsAt(cursor: RecordCursor, batch: Uint8Array, position: number): StoredRecord[] {
  const offset = baseOffset(batch, position);
  const timestamp = baseTimestamp(batch, position);
  const isCreateTime = timestampType(batch, position) === 'CreateTime';
  const appendTime = maxTimestamp(batch, position);
  const count = recordCount(batch, position);
  const lastDelta = lastOffsetDelta(batch, position);
  // The count is the peer's word: room is made as records are found.
  const records: StoredRecord[] = count === 1 ? new Array(1) : [];
  let deltaBefore = -1;
  for (let index = 0; index < count; index++) {
    const size = cursor.varint();
    const end = cursor.position + size;
    if (size < 0 || end > cursor.limit) throw new RecordsError('a record reaches beyond its batch');
    cursor.byte();
    const timestampDelta = cursor.varlong();
    const time = isCreateTime ? timestamp + timestampDelta : appendTime;
    if (!Number.isSafeInteger(time)) throw new RecordsError('a record is of no time');
    const offsetDelta = cursor.varint();
    // Compaction leaves gaps, but no offset is there twice and none lies outside of the batch.
    if (offsetDelta <= deltaBefore || offsetDelta > lastDelta) {
      throw new RecordsError('offsets do not rise through the batch');
    }
    deltaBefore = offsetDelta;
    const key = cursor.nullableBytes(cursor.varint());
    const value = cursor.nullableBytes(cursor.varint());
    const headers = readHeaders(cursor, cursor.varint());
    if (cursor.position !== end) throw new RecordsError('a record is not as long as it says');
    records[index] = { offset: offset + offsetDelta, timestamp: time, key, value, headers };
  }
  if (cursor.position !== cursor.limit) throw new RecordsError('bytes behind the last record');
  return records;
}

function readHeaders(cursor: RecordCursor, count: number): readonly RecordHeader[] {
  if (count === 0) return noHeaders;
  if (count < 0 || count > cursor.limit - cursor.position) {
    throw new RecordsError('more headers than bytes');
  }
  const headers: RecordHeader[] = [];
  for (let index = 0; index < count; index++) {
    const key = cursor.nullableBytes(cursor.varint());
    if (key === null) throw new RecordsError('a header without a key');
    headers.push({ key: utf8.decode(key), value: cursor.nullableBytes(cursor.varint()) });
  }
  return headers;
}
