/**
 * Builds one record batch (version 2) as bytes of exactly its size, checksum included.
 * Deterministic: the same records and options give the same bytes on every runtime.
 */
import { assert } from '../../base/assert.ts';
import type { LeaderEpoch, Offset, ProducerEpoch, ProducerId, WallMs } from '../../base/ids.ts';
import { cutBytes } from '../../base/slab.ts';
import {
  batchHeaderSize,
  type Compression,
  compressions,
  controlBit,
  logAppendTimeBit,
  noProducerId,
  noSequence,
  setCrc,
  type TimestampType,
  transactionalBit,
  writeHeader,
} from './batch.ts';
import { compress } from './compression.ts';
import { varintSize, writeVarint } from './varint.ts';

export interface NewRecord {
  readonly timestamp: WallMs;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly RecordHeader[];
}

export interface RecordHeader {
  readonly key: string;
  readonly value: Uint8Array | null;
}

export interface BatchOptions {
  /** At least one. Timestamps may come in any order. */
  readonly records: readonly NewRecord[];
  /** 0 by default, as clients send it: the leader assigns the real one. */
  readonly baseOffset?: Offset;
  /** −1 by default: not idempotent. */
  readonly producerId?: ProducerId;
  readonly producerEpoch?: ProducerEpoch;
  readonly baseSequence?: number;
  readonly transactional?: boolean;
  readonly control?: boolean;
  /** −1 by default. */
  readonly leaderEpoch?: LeaderEpoch;
  readonly compression?: Compression;
  readonly timestampType?: TimestampType;
}

const utf8 = new TextEncoder();
/**
 * Most header keys are few and come again: their bytes are kept. Bounded, so that odd ones do no
 * harm.
 */
const keyBytes = new Map<string, Uint8Array>();
const maxKeptKeys = 256;

export function buildBatch(options: BatchOptions): Uint8Array {
  const { records } = options;
  const first = records[0];
  assert(first !== undefined, 'a batch has at least one record');
  const baseTimestamp = first.timestamp;
  let recordsSize = 0;
  for (let index = 0; index < records.length; index++) {
    const body = bodySize(records[index] as NewRecord, index, baseTimestamp);
    recordsSize += varintSize(body) + body;
  }
  const codec = options.compression ?? 'none';
  const plainStart = codec === 'none' ? batchHeaderSize : 0;
  const size = plainStart + recordsSize;
  const plain = codec === 'none' ? cutBytes(size) : new Uint8Array(size);
  let at = plainStart;
  let maxTimestamp = baseTimestamp;
  for (let index = 0; index < records.length; index++) {
    const record = records[index] as NewRecord;
    if (record.timestamp > maxTimestamp) maxTimestamp = record.timestamp;
    at = writeRecord(plain, at, record, index, baseTimestamp);
  }
  assert(at === plain.length, 'records take the bytes that were counted');
  const batch = codec === 'none' ? plain : behindHeader(compress(codec, plain));
  writeHeader(batch, {
    baseOffset: options.baseOffset ?? 0,
    sizeInBytes: batch.length,
    leaderEpoch: options.leaderEpoch ?? -1,
    attributes: attributesOf(options, codec),
    lastOffsetDelta: records.length - 1,
    baseTimestamp,
    maxTimestamp,
    producerId: options.producerId ?? noProducerId,
    producerEpoch: options.producerEpoch ?? -1,
    baseSequence: options.baseSequence ?? noSequence,
    recordCount: records.length,
  });
  setCrc(batch);
  return batch;
}

/** An upper bound of the bytes that a record adds to an uncompressed batch. */
export function estimateRecordSize(record: NewRecord): number {
  // Length, timestamp delta and offset delta at their largest for batches within days and 2^27
  // records.
  let size = 5 + 1 + 6 + 4 + sizeOf(record.key) + sizeOf(record.value) + 2;
  for (const header of record.headers) size += 10 + header.key.length * 3 + sizeOf(header.value);
  return size;
}

function sizeOf(bytes: Uint8Array | null): number {
  return bytes === null ? 1 : varintSize(bytes.length) + bytes.length;
}

function attributesOf(options: BatchOptions, codec: Compression): number {
  return (
    compressions.indexOf(codec) |
    (options.timestampType === 'LogAppendTime' ? logAppendTimeBit : 0) |
    (options.transactional === true ? transactionalBit : 0) |
    (options.control === true ? controlBit : 0)
  );
}

function behindHeader(packed: Uint8Array): Uint8Array {
  const batch = new Uint8Array(batchHeaderSize + packed.length);
  batch.set(packed, batchHeaderSize);
  return batch;
}

/** Size of a record behind its length field. */
function bodySize(record: NewRecord, index: number, baseTimestamp: WallMs): number {
  const { headers } = record;
  let size =
    1 +
    varintSize(record.timestamp - baseTimestamp) +
    varintSize(index) +
    sizeOf(record.key) +
    sizeOf(record.value) +
    varintSize(headers.length);
  for (let at = 0; at < headers.length; at++) {
    const header = headers[at] as RecordHeader;
    size += sizeOf(bytesOfKey(header.key)) + sizeOf(header.value);
  }
  return size;
}

function writeRecord(
  bytes: Uint8Array,
  start: number,
  record: NewRecord,
  index: number,
  baseTimestamp: WallMs,
): number {
  let at = writeVarint(bytes, start, bodySize(record, index, baseTimestamp));
  bytes[at++] = 0;
  at = writeVarint(bytes, at, record.timestamp - baseTimestamp);
  at = writeVarint(bytes, at, index);
  at = writeNullable(bytes, at, record.key);
  at = writeNullable(bytes, at, record.value);
  at = writeVarint(bytes, at, record.headers.length);
  for (const header of record.headers) {
    at = writeNullable(bytes, at, bytesOfKey(header.key));
    at = writeNullable(bytes, at, header.value);
  }
  return at;
}

function writeNullable(bytes: Uint8Array, at: number, value: Uint8Array | null): number {
  if (value === null) return writeVarint(bytes, at, -1);
  const behind = writeVarint(bytes, at, value.length);
  bytes.set(value, behind);
  return behind + value.length;
}

function bytesOfKey(key: string): Uint8Array {
  let bytes = keyBytes.get(key);
  if (bytes === undefined) {
    bytes = utf8.encode(key);
    if (keyBytes.size < maxKeptKeys) keyBytes.set(key, bytes);
  }
  return bytes;
}
