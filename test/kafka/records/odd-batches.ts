/**
 * Batches as no decent client writes them: sealed with a right checksum, so that only who looks at
 * the records can tell.
 */
import * as batch from '../../../src/kafka/records/batch.ts';
import type { NewRecord } from '../../../src/kafka/records/builder.ts';
import { varintSize, writeVarint } from '../../../src/kafka/records/varint.ts';

/** A record given byte by byte: each field may be a lie. */
export interface OddRecord {
  readonly timestampDelta?: number;
  readonly offsetDelta?: number;
  readonly key?: Uint8Array | null;
  readonly value?: Uint8Array | null;
  readonly headers?: readonly (readonly [Uint8Array | null, Uint8Array | null])[];
  /** What the record says instead of the truth. */
  readonly headerCount?: number;
  readonly addedLength?: number;
}

export interface OddBatch {
  readonly records: readonly OddRecord[];
  readonly baseTimestamp?: number;
  readonly maxTimestamp?: number;
  readonly recordCount?: number;
  readonly lastOffsetDelta?: number;
  readonly attributes?: number;
  /** What stands behind the header, instead of `records`. */
  readonly body?: Uint8Array;
}

export function oddBatch(options: OddBatch): Uint8Array {
  const { records, baseTimestamp = 0 } = options;
  const body = options.body ?? oddRecords(records);
  const bytes = new Uint8Array(batch.batchHeaderSize + body.length);
  batch.writeHeader(bytes, {
    baseOffset: 0,
    sizeInBytes: bytes.length,
    leaderEpoch: -1,
    attributes: options.attributes ?? 0,
    lastOffsetDelta: options.lastOffsetDelta ?? records.length - 1,
    baseTimestamp,
    maxTimestamp: options.maxTimestamp ?? baseTimestamp,
    producerId: -1,
    producerEpoch: -1,
    baseSequence: -1,
    recordCount: options.recordCount ?? records.length,
  });
  bytes.set(body, batch.batchHeaderSize);
  batch.setCrc(bytes);
  return bytes;
}

export function oddRecords(records: readonly OddRecord[]): Uint8Array {
  return Uint8Array.from(records.flatMap((record, index) => oddRecord(record, index)));
}

function oddRecord(record: OddRecord, index: number): number[] {
  const headers = record.headers ?? [];
  const body = [
    0,
    ...varint(record.timestampDelta ?? 0),
    ...varint(record.offsetDelta ?? index),
    ...field(record.key ?? null),
    ...field(record.value ?? null),
    ...varint(record.headerCount ?? headers.length),
    ...headers.flatMap(([key, value]) => [...field(key), ...field(value)]),
  ];
  return [...varint(body.length + (record.addedLength ?? 0)), ...body];
}

const field = (bytes: Uint8Array | null): number[] =>
  bytes === null ? varint(-1) : [...varint(bytes.length), ...bytes];

export function varint(value: number): number[] {
  const bytes = new Uint8Array(varintSize(value));
  writeVarint(bytes, 0, value);
  return [...bytes];
}

/** The same record as a builder takes it. */
export const asNewRecord = (record: OddRecord, baseTimestamp: number): NewRecord => ({
  timestamp: baseTimestamp + (record.timestampDelta ?? 0),
  key: record.key ?? null,
  value: record.value ?? null,
  headers: [],
});
