/**
 * What can be said against the records of a Produce request before any log is asked, from the
 * batch's header alone: whether they are one batch of today's format. The log itself verifies CRC,
 * size, records and sequences.
 */
import { errorCode } from '../protocol/errors.ts';

export interface Problem {
  readonly code: number;
  readonly message: string | null;
}

const lengthAt = 8;
const magicAt = 16;
const attributesLowByteAt = 22;
/** Bytes of the header up to its length, up to its magic, and up to all that we look at. */
const toLength = 12;
const toMagic = 17;
const toAttributes = 23;
/** The shortest length that a batch of any format has: below it the bytes are no batch. */
const shortestLength = 14;
const currentMagic = 2;
const codecMask = 0x07;
const zstd = 4;
const transactionalBit = 0x10;

const invalid = (message: string): Problem => ({ code: errorCode.invalidRecord, message });
const corrupt = (message: string): Problem => ({ code: errorCode.corruptMessage, message });

const noBatch = invalid('Produce requests must have at least one record batch.');
const manyBatches = invalid('Produce requests must have exactly one record batch.');
const oldMagic = invalid('Produce requests may only contain record batches of magic version 2.');
const noMagic = corrupt('The record batch is of no known magic version.');
const tooShort = corrupt('The record batch is shorter than any batch.');
const zstdTooOld: Problem = {
  code: errorCode.unsupportedCompressionType,
  message: 'Produce requests below version 7 may not use zstd.',
};
/** Of a batch that belongs to a transaction. Kafka's broker cannot verify one without coordinator. */
export const unverifiable: Problem = {
  code: errorCode.notEnoughReplicas,
  message: 'The transaction cannot be verified: this cluster has no transaction coordinator.',
};

/** The batch with nothing behind it, or what there is to say against it. */
export function producedBatch(records: Uint8Array | null, version: number): Uint8Array | Problem {
  const size = records === null ? null : batchSize(records, 0);
  if (records === null || size === null) return noBatch;
  if (typeof size !== 'number') return size;
  if (size > records.length || size < toAttributes) return noBatch;
  if (records[magicAt] !== currentMagic) return oldMagic;
  const attributes = records[attributesLowByteAt] as number;
  if (version < 7 && (attributes & codecMask) === zstd) return zstdTooOld;
  if (size < records.length) {
    const next = batchSize(records, size);
    if (next !== null && typeof next !== 'number') return next;
    if (next !== null && size + next <= records.length) return manyBatches;
  }
  if ((attributes & transactionalBit) !== 0) return unverifiable;
  // Less than a batch behind the first is no matter to Kafka, so neither to us.
  return size < records.length ? records.subarray(0, size) : records;
}

export const isProblem = (found: Uint8Array | Problem): found is Problem => 'code' in found;

/** What the batch at `position` says of its size; null where there is too little to say. */
function batchSize(bytes: Uint8Array, position: number): number | Problem | null {
  if (bytes.length < position + toLength) return null;
  const length = lengthField(bytes, position);
  if (length < shortestLength) return tooShort;
  if (bytes.length < position + toMagic) return null;
  if ((bytes[position + magicAt] as number) > currentMagic) return noMagic;
  return toLength + length;
}

const lengthField = (bytes: Uint8Array, position: number): number =>
  ((bytes[position + lengthAt] as number) << 24) |
  ((bytes[position + lengthAt + 1] as number) << 16) |
  ((bytes[position + lengthAt + 2] as number) << 8) |
  (bytes[position + lengthAt + 3] as number);
