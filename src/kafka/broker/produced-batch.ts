/**
 * What can be said against the records of a Produce request before any log is asked, from the
 * batch's header alone. The log itself verifies lengths, CRC, size and sequences.
 */
import { errorCode } from '../protocol/errors.ts';

export interface Problem {
  readonly code: number;
  readonly message: string | null;
}

const magicAt = 16;
const lengthAt = 8;
const attributesLowByteAt = 22;
/** Bytes of the header up to what we look at. */
const headerBytes = 23;
const codecMask = 0x07;
const zstd = 4;
const transactionalBit = 0x10;
const controlBit = 0x20;

const invalid = (message: string): Problem => ({ code: errorCode.invalidRecord, message });

const noBatch = invalid('Produce requests must have at least one record batch.');
const manyBatches = invalid('Produce requests must have exactly one record batch.');
const oldMagic = invalid('Produce requests may only contain record batches of magic version 2.');
const controlBatch = invalid('Clients may not append control batches.');
const transactional: Problem = {
  code: errorCode.invalidTxnState,
  message: 'No transaction is open: this cluster has no transaction coordinator.',
};
const zstdTooOld: Problem = {
  code: errorCode.unsupportedCompressionType,
  message: 'Produce requests below version 7 may not use zstd.',
};

/** Null when there is nothing to say against them. */
export function batchProblem(records: Uint8Array | null, version: number): Problem | null {
  if (records === null || records.length < headerBytes) return noBatch;
  if (records[magicAt] !== 2) return oldMagic;
  const sizeInBytes = 12 + lengthField(records);
  if (sizeInBytes > records.length) return noBatch;
  if (sizeInBytes < records.length) return manyBatches;
  const attributes = records[attributesLowByteAt] ?? 0;
  if ((attributes & controlBit) !== 0) return controlBatch;
  if ((attributes & transactionalBit) !== 0) return transactional;
  return version < 7 && (attributes & codecMask) === zstd ? zstdTooOld : null;
}

const lengthField = (bytes: Uint8Array): number =>
  ((bytes[lengthAt] ?? 0) << 24) |
  ((bytes[lengthAt + 1] ?? 0) << 16) |
  ((bytes[lengthAt + 2] ?? 0) << 8) |
  (bytes[lengthAt + 3] ?? 0);
