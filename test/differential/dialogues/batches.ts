/** Batches of records, good ones and ones with one fault each, mostly with a right checksum. */
import { setCrc } from '../../../src/kafka/records/batch.ts';
import {
  type BatchOptions,
  buildBatch,
  type NewRecord,
} from '../../../src/kafka/records/builder.ts';
import { compress } from '../../../src/kafka/records/compression.ts';
import { varintSize, writeVarint } from '../../../src/kafka/records/varint.ts';

const utf8 = new TextEncoder();
/** Long ago enough not to be taken for “now”, and within every retention. */
export const ageMs = 3_600_000;

export function record(timestamp: number, value = 'value', key: string | null = 'key'): NewRecord {
  return {
    timestamp,
    key: key === null ? null : utf8.encode(key),
    value: utf8.encode(value),
    headers: [],
  };
}

/** So many records, a millisecond apart. */
export function records(startMs: number, count: number, valueBytes = 5): NewRecord[] {
  return Array.from({ length: count }, (_, index) =>
    record(startMs - ageMs + index, String(index).padEnd(valueBytes, 'v')),
  );
}

export function batch(
  startMs: number,
  count = 1,
  options: Omit<BatchOptions, 'records'> = {},
): Uint8Array {
  return buildBatch({ records: records(startMs, count), ...options }).slice();
}

export type Spoil = (view: DataView, bytes: Uint8Array) => void;

/** A batch with one field changed and the checksum made anew. */
export function spoiled(bytes: Uint8Array, spoil: Spoil): Uint8Array {
  const copy = bytes.slice();
  spoil(new DataView(copy.buffer), copy);
  setCrcOf(copy);
  return copy;
}

function setCrcOf(bytes: Uint8Array): void {
  const { buffer } = bytes;
  const length = new DataView(buffer).getInt32(8);
  if (length < 49 || length + 12 > bytes.length) return;
  setCrc(bytes, 0);
}

/** The header of `like` over another body; count and last offset delta as given. */
export function withBody(
  like: Uint8Array,
  body: Uint8Array,
  options: { codec?: number; count?: number; delta?: number } = {},
): Uint8Array {
  const bytes = new Uint8Array(61 + body.length);
  bytes.set(like.subarray(0, 61));
  bytes.set(body, 61);
  const view = new DataView(bytes.buffer);
  view.setInt32(8, bytes.length - 12);
  if (options.codec !== undefined) view.setInt16(21, options.codec);
  if (options.count !== undefined) view.setInt32(57, options.count);
  const delta = options.delta ?? (options.count === undefined ? undefined : options.count - 1);
  if (delta !== undefined) view.setInt32(23, delta);
  setCrcOf(bytes);
  return bytes;
}

export interface RawRecord {
  readonly attributes?: number;
  readonly timestampDelta?: number;
  readonly offsetDelta?: number;
  /** Null is sent as −1, a number as that length without bytes. */
  readonly key?: string | null | number;
  readonly value?: string | null | number;
  readonly headerCount?: number;
  /** Behind the header count. */
  readonly headers?: readonly number[];
  /** How much longer than it is the record says it is. */
  readonly longer?: number;
}

/** Bytes of a record as it is told, right or wrong. */
export function rawRecord(told: RawRecord = {}): Uint8Array {
  const inner = joined(
    Uint8Array.of(told.attributes ?? 0),
    varint(told.timestampDelta ?? 0),
    varint(told.offsetDelta ?? 0),
    field(told.key === undefined ? 'key' : told.key),
    field(told.value === undefined ? 'value' : told.value),
    varint(told.headerCount ?? 0),
    Uint8Array.from(told.headers ?? []),
  );
  return joined(varint(inner.length + (told.longer ?? 0)), inner);
}

function field(content: string | null | number): Uint8Array {
  if (content === null) return varint(-1);
  if (typeof content === 'number') return varint(content);
  const bytes = utf8.encode(content);
  return joined(varint(bytes.length), bytes);
}

export function varint(value: number): Uint8Array {
  const bytes = new Uint8Array(varintSize(value));
  writeVarint(bytes, 0, value);
  return bytes;
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

type Faulty = readonly [what: string, make: (startMs: number) => Uint8Array];

const plain = (startMs: number): Uint8Array => batch(startMs, 2);
const one = (startMs: number): Uint8Array => batch(startMs, 1);
const header = (what: string, spoil: Spoil): Faulty => [what, (ms) => spoiled(plain(ms), spoil)];
const body = (what: string, ...told: readonly RawRecord[]): Faulty => [
  what,
  (ms) => withBody(one(ms), joined(...told.map(rawRecord)), { count: told.length }),
];

/** Faults of the header, and values of its fields that are unusual but right. */
export const faultyHeaders: readonly Faulty[] = [
  ...[0, 1, 3, 127, -1].map((magic) => header(`magic ${magic}`, (v) => v.setInt8(16, magic))),
  ...[0, 10, 48, 49, 50, -1, 0x7fffffff].map((length) =>
    header(`length ${length}`, (v) => v.setInt32(8, length)),
  ),
  ['a length one too long', (ms) => spoiled(plain(ms), (v) => v.setInt32(8, v.getInt32(8) + 1))],
  ['a length one too short', (ms) => spoiled(plain(ms), (v) => v.setInt32(8, v.getInt32(8) - 1))],
  [
    'a wrong checksum',
    (ms) => {
      const bytes = plain(ms);
      bytes[17]! ^= 1;
      return bytes;
    },
  ],
  ...[1, 2, 3, 4, 5, 6, 7].map((codec) =>
    header(`codec ${codec} over plain records`, (v) => v.setInt16(21, codec)),
  ),
  header('the bit of log append time', (v) => v.setInt16(21, 8)),
  header('the transactional bit', (v) => v.setInt16(21, 16)),
  header('the control bit', (v) => v.setInt16(21, 32)),
  header('the bit of a delete horizon', (v) => v.setInt16(21, 64)),
  header('an unused attribute bit', (v) => v.setInt16(21, 128)),
  header('the highest attribute bit', (v) => v.setInt16(21, -0x8000)),
  ...[0, 1, 3, -1, 0x7fffffff].map((count) =>
    header(`count ${count} over two records`, (v) => v.setInt32(57, count)),
  ),
  ...[0, 2, 3, -1, 0x7fffffff].map((delta) =>
    header(`last offset delta ${delta} of two records`, (v) => v.setInt32(23, delta)),
  ),
  header('count and last delta for three of two records', (v) => {
    v.setInt32(57, 3);
    v.setInt32(23, 2);
  }),
  header('count and last delta of 2^31 − 1 records', (v) => {
    v.setInt32(57, 0x7fffffff);
    v.setInt32(23, 0x7ffffffe);
  }),
  header('count and last delta for one of two records', (v) => {
    v.setInt32(57, 1);
    v.setInt32(23, 0);
  }),
  header('a base offset of 7', (v) => v.setBigInt64(0, 7n)),
  header('a base offset of −1', (v) => v.setBigInt64(0, -1n)),
  header('a leader epoch of 5', (v) => v.setInt32(12, 5)),
  header('largest time −1', (v) => v.setBigInt64(35, -1n)),
  header('largest time 0', (v) => v.setBigInt64(35, 0n)),
  header('largest time later than its records', (v) => v.setBigInt64(35, v.getBigInt64(35) + 500n)),
  header('largest time two hours ahead', (v) => v.setBigInt64(35, v.getBigInt64(35) + 10_800_000n)),
  header('base time −1', (v) => v.setBigInt64(27, -1n)),
  header('base and largest time −1', (v) => {
    v.setBigInt64(27, -1n);
    v.setBigInt64(35, -1n);
  }),
  header('base time −2', (v) => v.setBigInt64(27, -2n)),
  header('base time 2^63 − 1', (v) => v.setBigInt64(27, 0x7fffffffffffffffn)),
  header('base time three hours later', (v) => v.setBigInt64(27, v.getBigInt64(27) + 10_800_000n)),
  header('a producer id without epoch and sequence', (v) => v.setBigInt64(43, 5n)),
  header('a producer id −2', (v) => v.setBigInt64(43, -2n)),
  header('an epoch without producer id', (v) => v.setInt16(51, 3)),
  header('a sequence without producer id', (v) => v.setInt32(53, 3)),
];

/** Faults behind the header, and contents that are unusual but right. */
export const faultyBodies: readonly Faulty[] = [
  body('a record without key', { key: null }),
  body('a record without value', { value: null }),
  body('a record without key and value', { key: null, value: null }),
  body('an empty key', { key: '' }),
  body('a record longer than it says', { longer: -1 }),
  body('a record shorter than it says', { longer: 1 }),
  body('a record of a negative length', { longer: -1000 }),
  body('a record longer than the batch', { longer: 1000 }),
  body('record attributes', { attributes: 1 }),
  body('a key of length −2', { key: -2 }),
  body('a key longer than the batch', { key: 1000 }),
  body('a key of length 2^31 − 1', { key: 0x7fffffff }),
  body('a value of length −2', { value: -2 }),
  body('a value longer than the batch', { value: 1000 }),
  body('a header', { headerCount: 1, headers: [2, 104, 2, 118] }),
  body('a header without value', { headerCount: 1, headers: [2, 104, 1] }),
  body('a header without key', { headerCount: 1, headers: [1, 2, 118] }),
  body('a header with an empty key', { headerCount: 1, headers: [0, 2, 118] }),
  body('a header key of length −2', { headerCount: 1, headers: [3, 2, 118] }),
  body('a header value of length −2', { headerCount: 1, headers: [2, 104, 3] }),
  body('a header key that is no UTF-8', { headerCount: 1, headers: [2, 255, 2, 118] }),
  body('header count −1', { headerCount: -1 }),
  body('header count 9 without headers', { headerCount: 9 }),
  body('header count 0 over a header', { headerCount: 0, headers: [2, 104, 2, 118] }),
  body('a record ten years ahead', { timestampDelta: 315_360_000_000 }),
  body('a record two hours ahead', { timestampDelta: 10_800_000 }),
  body(
    'a record two hours ahead behind a good one',
    {},
    { offsetDelta: 1, timestampDelta: 10_800_000 },
  ),
  body('a record before 1970', { timestampDelta: -4_000_000_000_000 }),
  body('a record earlier than the first', {}, { offsetDelta: 1, timestampDelta: -5 }),
  body('offset delta 1 of the first record', { offsetDelta: 1 }),
  body('offset delta −1', { offsetDelta: -1 }),
  body('one offset delta twice', {}, {}),
  body('a gap between offset deltas', {}, { offsetDelta: 5 }),
  body('offset deltas backwards', { offsetDelta: 1 }, { offsetDelta: 0 }),
  ['no records', (ms) => withBody(one(ms), new Uint8Array(0), { count: 0, delta: 0 })],
  ['no records, last delta −1', (ms) => withBody(one(ms), new Uint8Array(0), { count: 0 })],
  ['no records where one is counted', (ms) => withBody(one(ms), new Uint8Array(0))],
  ['bytes ff', (ms) => withBody(one(ms), new Uint8Array(6).fill(255))],
  ['bytes 00', (ms) => withBody(one(ms), new Uint8Array(6))],
  [
    'a varint of eleven bytes',
    (ms) => withBody(one(ms), joined(new Uint8Array(10).fill(0x80), Uint8Array.of(1))),
  ],
  [
    'bytes behind the last record',
    (ms) => withBody(one(ms), joined(rawRecord(), new Uint8Array(5))),
  ],
  ['five bytes behind the batch', (ms) => joined(one(ms), new Uint8Array(5))],
  ['a whole header of zeros behind the batch', (ms) => joined(one(ms), new Uint8Array(61))],
  ['two batches', (ms) => joined(one(ms), one(ms))],
  ['half a second batch', (ms) => joined(one(ms), one(ms).subarray(0, 40))],
  ['half a batch', (ms) => one(ms).subarray(0, 65)],
  ['ten bytes', (ms) => one(ms).subarray(0, 10)],
  ['sixteen bytes', (ms) => one(ms).subarray(0, 16)],
  ['seventeen bytes', (ms) => one(ms).subarray(0, 17)],
];

const codecs = ['gzip', 'snappy', 'lz4', 'zstd'] as const;
const skippable = Uint8Array.of(0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3);

/** Compressed bodies, right and wrong. */
export const faultyCompression: readonly Faulty[] = [
  ...codecs.flatMap((codec, index): Faulty[] => {
    const number = index + 1;
    const pack = (ms: number, packed: Uint8Array, count = 1): Uint8Array =>
      withBody(one(ms), packed, { codec: number, count });
    const good = (): Uint8Array => compress(codec, rawRecord());
    return [
      [`${codec}: count of two over one record`, (ms) => pack(ms, good(), 2)],
      [
        `${codec}: count of one over two records`,
        (ms) => pack(ms, compress(codec, joined(rawRecord(), rawRecord({ offsetDelta: 1 })))),
      ],
      [`${codec}: the end is missing`, (ms) => pack(ms, good().subarray(0, good().length - 6))],
      [`${codec}: only the beginning`, (ms) => pack(ms, good().subarray(0, 3))],
      [`${codec}: nothing`, (ms) => pack(ms, new Uint8Array(0))],
      [`${codec}: bytes behind`, (ms) => pack(ms, joined(good(), new Uint8Array(7).fill(9)))],
      [
        `${codec}: bytes behind the last record`,
        (ms) => pack(ms, compress(codec, joined(rawRecord(), new Uint8Array(5)))),
      ],
      [
        `${codec}: a header without key`,
        (ms) => pack(ms, compress(codec, rawRecord({ headerCount: 1, headers: [1, 2, 118] }))),
      ],
      [
        `${codec}: a record two hours ahead`,
        (ms) => pack(ms, compress(codec, rawRecord({ timestampDelta: 10_800_000 }))),
      ],
      [
        `${codec}: an offset delta twice`,
        (ms) => pack(ms, compress(codec, joined(rawRecord(), rawRecord())), 2),
      ],
      [
        `${codec}: two streams`,
        (ms) => {
          const parts = [rawRecord(), rawRecord({ offsetDelta: 1 })];
          return pack(ms, joined(...parts.map((part) => compress(codec, part))), 2);
        },
      ],
      [`${codec}: a skippable frame first`, (ms) => pack(ms, joined(skippable, good()))],
      [`${codec}: a skippable frame last`, (ms) => pack(ms, joined(good(), skippable))],
      [
        `${codec}: one bit flipped`,
        (ms) => {
          const bytes = good();
          bytes[bytes.length >> 1]! ^= 4;
          return pack(ms, bytes);
        },
      ],
    ];
  }),
];
