/**
 * The header of a record batch (version 2), read and written in place at a position of some bytes.
 * Batches stay bytes on the broker: nothing here decodes records or allocates.
 *
 * The CRC covers everything behind itself, from the attributes to the end; base offset and leader
 * epoch stand before it and may be rewritten freely. All accessors but `verifyBatch` expect a whole
 * header at the position; numbers are in range in every batch that `verifyBatch` accepted.
 */
import { assert } from '../../base/assert.ts';
import { crc32c } from '../../base/crc32c.ts';
import type { LeaderEpoch, Offset, ProducerEpoch, ProducerId, WallMs } from '../../base/ids.ts';

/** Base offset and length, the part of a batch that its length field does not count. */
export const lengthOverhead = 12;
/** All fixed fields; records follow. */
export const batchHeaderSize = 61;
export const noProducerId: ProducerId = -1;
export const noSequence = -1;
export const noTimestamp: WallMs = -1;
/** Sequences are numbered 0 to this, then 0 again. */
export const maxSequence = 0x7fffffff;

export type Compression = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';
export type TimestampType = 'CreateTime' | 'LogAppendTime';

/** By the number in attribute bits 0 to 2. */
export const compressions: readonly Compression[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];

export const compressionMask = 0x07;
export const logAppendTimeBit = 0x08;
export const transactionalBit = 0x10;
export const controlBit = 0x20;

const twoTo32 = 4_294_967_296;
/** High halves of the 64-bit integers that are safe as numbers. */
const maxSafeHigh = 0x1fffff;

function int16(bytes: Uint8Array, at: number): number {
  return (((bytes[at] as number) << 24) | ((bytes[at + 1] as number) << 16)) >> 16;
}

function int32(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] as number) << 24) |
    ((bytes[at + 1] as number) << 16) |
    ((bytes[at + 2] as number) << 8) |
    (bytes[at + 3] as number)
  );
}

function int64(bytes: Uint8Array, at: number): number {
  const high = int32(bytes, at);
  // The usual case stays an integer: a product would make a floating-point number of it.
  if (high === 0) return int32(bytes, at + 4) >>> 0;
  assert(isSafeHigh(high), 'a 64-bit field of a batch is a safe integer');
  return high * twoTo32 + (int32(bytes, at + 4) >>> 0);
}

function isSafeHigh(high: number): boolean {
  return high <= maxSafeHigh && high >= -maxSafeHigh;
}

function setInt32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

function setInt64(bytes: Uint8Array, at: number, value: number): void {
  assert(Number.isSafeInteger(value), 'a 64-bit field of a batch is a safe integer');
  const high = Math.floor(value / twoTo32);
  setInt32(bytes, at, high);
  setInt32(bytes, at + 4, value - high * twoTo32);
}

export function baseOffset(bytes: Uint8Array, position = 0): Offset {
  return int64(bytes, position);
}

export function setBaseOffset(bytes: Uint8Array, position: number, offset: Offset): void {
  setInt64(bytes, position, offset);
}

/** Bytes behind the length field. */
export function batchLength(bytes: Uint8Array, position = 0): number {
  return int32(bytes, position + 8);
}

/** Bytes of the whole batch. */
export function sizeInBytes(bytes: Uint8Array, position = 0): number {
  return lengthOverhead + int32(bytes, position + 8);
}

export function leaderEpoch(bytes: Uint8Array, position = 0): LeaderEpoch {
  return int32(bytes, position + 12);
}

export function setLeaderEpoch(bytes: Uint8Array, position: number, epoch: LeaderEpoch): void {
  setInt32(bytes, position + 12, epoch);
}

export function magic(bytes: Uint8Array, position = 0): number {
  return ((bytes[position + 16] as number) << 24) >> 24;
}

/** The stored checksum, unsigned. */
export function crc(bytes: Uint8Array, position = 0): number {
  return int32(bytes, position + 17) >>> 0;
}

export function attributes(bytes: Uint8Array, position = 0): number {
  return int16(bytes, position + 21);
}

export function lastOffsetDelta(bytes: Uint8Array, position = 0): number {
  return int32(bytes, position + 23);
}

export function lastOffset(bytes: Uint8Array, position = 0): Offset {
  return int64(bytes, position) + int32(bytes, position + 23);
}

export function baseTimestamp(bytes: Uint8Array, position = 0): WallMs {
  return int64(bytes, position + 27);
}

export function maxTimestamp(bytes: Uint8Array, position = 0): WallMs {
  return int64(bytes, position + 35);
}

export function producerId(bytes: Uint8Array, position = 0): ProducerId {
  return int64(bytes, position + 43);
}

/** Kafka takes every negative id for none. */
export function hasProducerId(bytes: Uint8Array, position = 0): boolean {
  return producerId(bytes, position) >= 0;
}

export function producerEpoch(bytes: Uint8Array, position = 0): ProducerEpoch {
  return int16(bytes, position + 51);
}

export function baseSequence(bytes: Uint8Array, position = 0): number {
  return int32(bytes, position + 53);
}

/** Sequence of the last record; wraps behind 2^31 − 1. −1 where the batch has no sequence. */
export function lastSequence(bytes: Uint8Array, position = 0): number {
  const first = baseSequence(bytes, position);
  if (first < 0) return noSequence;
  const last = first + lastOffsetDelta(bytes, position);
  return last > maxSequence ? last - maxSequence - 1 : last;
}

export function recordCount(bytes: Uint8Array, position = 0): number {
  return int32(bytes, position + 57);
}

export function isTransactional(bytes: Uint8Array, position = 0): boolean {
  return ((bytes[position + 22] as number) & transactionalBit) !== 0;
}

export function isControl(bytes: Uint8Array, position = 0): boolean {
  return ((bytes[position + 22] as number) & controlBit) !== 0;
}

export function timestampType(bytes: Uint8Array, position = 0): TimestampType {
  const bit = (bytes[position + 22] as number) & logAppendTimeBit;
  return bit === 0 ? 'CreateTime' : 'LogAppendTime';
}

/** Null where the number names no codec that Kafka knows. */
export function compression(bytes: Uint8Array, position = 0): Compression | null {
  return compressions[(bytes[position + 22] as number) & compressionMask] ?? null;
}

/**
 * Says what the largest timestamp of a whole batch is, and whose time that is. The checksum is
 * computed anew only where that was not what the batch said.
 */
export function setMaxTimestamp(
  bytes: Uint8Array,
  position: number,
  type: TimestampType,
  timeMs: WallMs,
): void {
  if (timestampType(bytes, position) === type && maxTimestamp(bytes, position) === timeMs) return;
  const others = (bytes[position + 22] as number) & ~logAppendTimeBit;
  bytes[position + 22] = type === 'LogAppendTime' ? others | logAppendTimeBit : others;
  setInt64(bytes, position + 35, timeMs);
  setCrc(bytes, position);
}

/** Says that the bytes behind the header are all of the batch's, packed so; the checksum is due. */
export function setBody(bytes: Uint8Array, codec: Compression): void {
  setInt32(bytes, 8, bytes.length - lengthOverhead);
  bytes[22] = ((bytes[22] as number) & ~compressionMask) | compressions.indexOf(codec);
}

/** Computes and writes the checksum of a whole batch. */
export function setCrc(bytes: Uint8Array, position = 0): void {
  const end = position + sizeInBytes(bytes, position);
  setInt32(bytes, position + 17, crc32c(bytes, position + 21, end));
}

/**
 * `partial`: fewer bytes than the batch says it has. `length`, `magic`, `checksum`: the field is
 * wrong. `number`: an offset, a count or the producer id is beyond what this implementation keeps,
 * or an offset or count is negative. `time`: the same of a timestamp.
 */
export type BatchProblem = 'partial' | 'length' | 'magic' | 'checksum' | 'number' | 'time';

/** What is wrong with the batch at `position`, or null. `limit` is where the readable bytes end. */
export function verifyBatch(
  bytes: Uint8Array,
  position = 0,
  limit = bytes.length,
): BatchProblem | null {
  const problem = verifyHeader(bytes, position, limit);
  if (problem !== null) return problem;
  return hasValidCrc(bytes, position) ? null : 'checksum';
}

/** Of a whole batch. */
export function hasValidCrc(bytes: Uint8Array, position: number): boolean {
  const end = position + sizeInBytes(bytes, position);
  return crc32c(bytes, position + 21, end) === crc(bytes, position);
}

/** Like `verifyBatch`, without reading the records: the checksum is not verified. */
export function verifyHeader(
  bytes: Uint8Array,
  position: number,
  limit: number,
): BatchProblem | null {
  if (position + 17 > limit) return 'partial';
  const length = int32(bytes, position + 8);
  if (magic(bytes, position) !== 2) return 'magic';
  if (length < batchHeaderSize - lengthOverhead) return 'length';
  if (position + lengthOverhead + length > limit) return 'partial';
  const high = int32(bytes, position);
  // The sign of a number is the highest bit of its first byte.
  const numbersFit =
    high >= 0 &&
    high < maxSafeHigh &&
    (bytes[position + 23] as number) < 0x80 &&
    (bytes[position + 57] as number) < 0x80 &&
    isSafeHigh(int32(bytes, position + 43));
  if (!numbersFit) return 'number';
  const timesFit =
    isSafeHigh(int32(bytes, position + 27)) && isSafeHigh(int32(bytes, position + 35));
  return timesFit ? null : 'time';
}

/**
 * All fixed fields at once, for builders. The checksum is written by `setCrc` when the records
 * stand.
 */
export function writeHeader(bytes: Uint8Array, header: BatchHeader): void {
  setInt64(bytes, 0, header.baseOffset);
  setInt32(bytes, 8, header.sizeInBytes - lengthOverhead);
  setInt32(bytes, 12, header.leaderEpoch);
  bytes[16] = 2;
  bytes[21] = 0;
  bytes[22] = header.attributes;
  setInt32(bytes, 23, header.lastOffsetDelta);
  setInt64(bytes, 27, header.baseTimestamp);
  setInt64(bytes, 35, header.maxTimestamp);
  setInt64(bytes, 43, header.producerId);
  bytes[51] = header.producerEpoch >> 8;
  bytes[52] = header.producerEpoch;
  setInt32(bytes, 53, header.baseSequence);
  setInt32(bytes, 57, header.recordCount);
}

export interface BatchHeader {
  readonly baseOffset: Offset;
  readonly sizeInBytes: number;
  readonly leaderEpoch: LeaderEpoch;
  readonly attributes: number;
  readonly lastOffsetDelta: number;
  readonly baseTimestamp: WallMs;
  readonly maxTimestamp: WallMs;
  readonly producerId: ProducerId;
  readonly producerEpoch: ProducerEpoch;
  readonly baseSequence: number;
  readonly recordCount: number;
}
