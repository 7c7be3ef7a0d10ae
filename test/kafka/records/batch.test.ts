import { createRequire } from 'node:module';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KafkaError } from '../../../src/kafka/protocol/errors.ts';
import * as batch from '../../../src/kafka/records/batch.ts';
import {
  buildBatch,
  estimateRecordSize,
  type NewRecord,
} from '../../../src/kafka/records/builder.ts';
import { buildEndMarker, readEndMarker } from '../../../src/kafka/records/control.ts';
import { forEachBatch, readRecords } from '../../../src/kafka/records/reader.ts';
import { RecordCursor, varintSize, writeVarint } from '../../../src/kafka/records/varint.ts';

const require = createRequire(import.meta.url);
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

const bytes = fc.uint8Array({ maxLength: 300 });
const record: fc.Arbitrary<NewRecord> = fc.record({
  timestamp: fc.integer({ min: 0, max: 2_000_000_000_000 }),
  key: fc.option(bytes),
  value: fc.option(bytes),
  headers: fc.array(fc.record({ key: fc.string({ unit: 'grapheme' }), value: fc.option(bytes) }), {
    maxLength: 3,
  }),
});
const records = fc.array(record, { minLength: 1, maxLength: 8 });

const simple: NewRecord = { timestamp: 1000, key: utf8('k'), value: utf8('v'), headers: [] };

describe('a batch that was built', () => {
  it('gives its records back, with offsets from its base on', () => {
    fc.assert(
      fc.property(records, fc.nat(2 ** 40), (all, baseOffset) => {
        const built = buildBatch({ records: all, baseOffset });
        expect(batch.verifyBatch(built)).toBeNull();
        expect(batch.sizeInBytes(built)).toBe(built.length);
        const expected = all.map((each, index) => ({ ...each, offset: baseOffset + index }));
        expect(readRecords(built)).toEqual(expected);
        expect(batch.maxTimestamp(built)).toBe(Math.max(...all.map((each) => each.timestamp)));
      }),
    );
  });

  it('is not larger than estimated', () => {
    fc.assert(
      fc.property(records, (all) => {
        const close = all.map((each) => ({ ...each, timestamp: each.timestamp % 1_000_000 }));
        const estimated = close.reduce((size, each) => size + estimateRecordSize(each), 0);
        const { length } = buildBatch({ records: close });
        expect(length).toBeLessThanOrEqual(batch.batchHeaderSize + estimated);
      }),
    );
  });

  it('carries all that its options say', () => {
    const built = buildBatch({
      records: [simple, simple, simple],
      baseOffset: 2 ** 45,
      producerId: 2 ** 33 + 5,
      producerEpoch: 300,
      baseSequence: batch.maxSequence - 1,
      transactional: true,
      control: true,
      leaderEpoch: 77,
      compression: 'gzip',
      timestampType: 'LogAppendTime',
    });
    expect(batch.baseOffset(built)).toBe(2 ** 45);
    expect(batch.lastOffset(built)).toBe(2 ** 45 + 2);
    expect(batch.producerId(built)).toBe(2 ** 33 + 5);
    expect(batch.producerEpoch(built)).toBe(300);
    expect(batch.baseSequence(built)).toBe(batch.maxSequence - 1);
    expect(batch.lastSequence(built)).toBe(0);
    expect(batch.leaderEpoch(built)).toBe(77);
    expect(batch.recordCount(built)).toBe(3);
    expect(batch.compression(built)).toBe('gzip');
    expect(batch.timestampType(built)).toBe('LogAppendTime');
    expect([batch.isTransactional(built), batch.isControl(built)]).toEqual([true, true]);
    expect(batch.attributes(built)).toBe(0x39);
  });

  it('has Kafka’s marks for "none" by default', () => {
    const built = buildBatch({ records: [simple] });
    expect(batch.producerId(built)).toBe(-1);
    expect(batch.producerEpoch(built)).toBe(-1);
    expect(batch.baseSequence(built)).toBe(-1);
    expect(batch.lastSequence(built)).toBe(-1);
    expect(batch.leaderEpoch(built)).toBe(-1);
    expect(batch.attributes(built)).toBe(0);
  });

  it('is, byte for byte, what kafkajs makes of the same records', async () => {
    const encode = require('kafkajs/src/protocol/recordBatch/v0/index.js').RecordBatch;
    const Record = require('kafkajs/src/protocol/recordBatch/record/v0/index.js');
    const headers = [{ key: 'trace', value: utf8('x') }];
    const all = [simple, { ...simple, timestamp: 1005, key: null, headers }];
    const theirs = await encode({
      firstTimestamp: 1000,
      maxTimestamp: 1005,
      producerId: 9,
      producerEpoch: 2,
      firstSequence: 4,
      lastOffsetDelta: 1,
      partitionLeaderEpoch: 0,
      records: all.map((each, offsetDelta) =>
        Record({
          offsetDelta,
          timestampDelta: each.timestamp - 1000,
          key: each.key === null ? null : Buffer.from(each.key),
          value: Buffer.from(each.value ?? []),
          headers: each.headers.length > 0 ? { trace: 'x' } : {},
        }),
      ),
    });
    const producer = { producerId: 9, producerEpoch: 2, baseSequence: 4, leaderEpoch: 0 };
    const ours = buildBatch({ records: all, ...producer });
    expect(Buffer.from(ours).toString('hex')).toBe(theirs.buffer.toString('hex'));
  });
});

describe('a damaged batch', () => {
  it('is noticed whatever byte behind the length is hit', () => {
    const built = buildBatch({ records: [simple], producerId: 5, baseSequence: 0 });
    for (let index = 16; index < built.length; index++) {
      const damaged = built.slice();
      damaged[index] = (damaged[index] as number) ^ 0x10;
      expect(batch.verifyBatch(damaged)).not.toBeNull();
    }
  });

  it.each<[string, batch.BatchProblem, (bytes: Uint8Array) => Uint8Array]>([
    ['cut', 'partial', (built) => built.subarray(0, built.length - 1)],
    ['cut in its header', 'partial', (built) => built.subarray(0, 12)],
    ['of zeros', 'magic', (built) => built.fill(0)],
    ['with a short length', 'length', (built) => built.fill(0, 8, 12)],
    ['with a negative base offset', 'number', (built) => built.fill(0xff, 0, 8)],
    ['with a huge producer id', 'number', (built) => built.fill(0x7f, 43, 51)],
    ['with a wrong checksum', 'checksum', (built) => built.fill(1, 17, 21)],
  ])('%s has the problem "%s"', (_what, problem, damage) => {
    expect(batch.verifyBatch(damage(buildBatch({ records: [simple] })))).toBe(problem);
  });

  it('never makes the reader do anything but answer CORRUPT_MESSAGE', () => {
    fc.assert(
      fc.property(records, fc.nat(), fc.nat(255), (all, where, value) => {
        const built = buildBatch({ records: all });
        built[61 + (where % (built.length - 61))] = value;
        try {
          readRecords(built);
        } catch (error) {
          expect(error).toBeInstanceOf(KafkaError);
          expect((error as KafkaError).code).toBe(2);
        }
      }),
    );
  });
});

describe('bytes of several batches', () => {
  it('are walked batch by batch, leaving out what is cut', () => {
    const one = buildBatch({ records: [simple] });
    const two = buildBatch({ records: [simple, simple], baseOffset: 1 });
    const all = new Uint8Array([...one, ...two, ...one.subarray(0, 40)]);
    const seen: number[][] = [];
    const end = forEachBatch(all, (bytes, position, behind) => {
      seen.push([batch.baseOffset(bytes, position), position, behind]);
    });
    expect(seen).toEqual([
      [0, 0, one.length],
      [1, one.length, one.length + two.length],
    ]);
    expect(end).toBe(one.length + two.length);
  });
});

describe('a broker may', () => {
  it('set offset and epoch without touching the checksum, and time with a new one', () => {
    const built = buildBatch({ records: [simple, simple] });
    batch.setBaseOffset(built, 0, 2 ** 40 + 3);
    batch.setLeaderEpoch(built, 0, 12);
    expect(batch.verifyBatch(built)).toBeNull();
    expect([batch.baseOffset(built), batch.leaderEpoch(built)]).toEqual([2 ** 40 + 3, 12]);
    batch.setMaxTimestamp(built, 0, 'LogAppendTime', 5000);
    expect(batch.verifyBatch(built)).toBeNull();
    expect(readRecords(built).map((each) => each.timestamp)).toEqual([5000, 5000]);
  });
});

describe('transaction markers', () => {
  it.each(['abort', 'commit'] as const)('of type %s are read as written', (type) => {
    const marker = { type, coordinatorEpoch: 70_000, timestamp: 99 };
    const built = buildEndMarker(5, 2, marker);
    expect(readEndMarker(built, 0)).toEqual(marker);
    expect([batch.isControl(built), batch.isTransactional(built)]).toEqual([true, true]);
  });
});

describe('varints', () => {
  it('hold any safe integer that zigzag leaves safe, in the bytes that were counted', () => {
    const largest = Math.floor(Number.MAX_SAFE_INTEGER / 2);
    fc.assert(
      fc.property(fc.integer({ min: -largest, max: largest }), (value) => {
        const buffer = new Uint8Array(10);
        const size = writeVarint(buffer, 0, value);
        expect(varintSize(value)).toBe(size);
        expect(new RecordCursor(buffer, 0, size).varlong()).toBe(value);
        if (value !== (value | 0)) return;
        expect(new RecordCursor(buffer, 0, size).varint()).toBe(value);
      }),
    );
  });
});
