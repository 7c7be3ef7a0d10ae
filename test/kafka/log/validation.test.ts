import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TopicSettings } from '../../../src/kafka/config.ts';
import type { Log } from '../../../src/kafka/log/log.ts';
import { RecordsRefused } from '../../../src/kafka/log/record-errors.ts';
import { errorCode, KafkaError } from '../../../src/kafka/protocol/errors.ts';
import * as batch from '../../../src/kafka/records/batch.ts';
import { buildBatch, type NewRecord } from '../../../src/kafka/records/builder.ts';
import { compress } from '../../../src/kafka/records/compression.ts';
import { readRecords, type StoredRecord } from '../../../src/kafka/records/reader.ts';
import { type OddRecord, oddBatch, oddRecords, varint } from '../records/odd-batches.ts';
import { joined, openLog, startMs } from './logs.ts';
import { MemoryDisk } from './memory-disk.ts';

const hourMs = 3_600_000;
const bytesOf = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes);

function logWith(settings: Partial<TopicSettings> = {}): Log {
  return openLog(new MemoryDisk(), { settings });
}

/** What the log holds from `from` on; each batch whole, its header as its records are. */
function stored(log: Log, from = 0): StoredRecord[] {
  const records: StoredRecord[] = [];
  for (let offset = from; offset < log.logEndOffset; ) {
    const bytes = log.read(offset, 1, log.logEndOffset);
    expect(batch.verifyBatch(bytes)).toBeNull();
    const inside = readRecords(bytes);
    expect(inside.map((record) => record.offset)).toEqual(inside.map((_, index) => offset + index));
    expect(inside.length).toBe(batch.recordCount(bytes));
    const largest = Math.max(-1, ...inside.map((record) => record.timestamp));
    expect(batch.maxTimestamp(bytes)).toBe(largest);
    records.push(...inside);
    offset = batch.lastOffset(bytes) + 1;
  }
  return records;
}

/** The error of an append that leaves the log as it was. */
function refusal(log: Log, bytes: Uint8Array): KafkaError {
  const { logEndOffset, size } = log;
  try {
    log.append(bytes, 0);
  } catch (error) {
    expect([log.logEndOffset, log.size]).toEqual([logEndOffset, size]);
    if (error instanceof KafkaError) return error;
    throw error;
  }
  throw new Error('it was appended');
}

describe('a batch that is not what its header says', () => {
  const { invalidRecord, unknownServerError, messageTooLarge } = errorCode;
  const two: OddRecord[] = [{}, {}];
  const packed = (codec: batch.Compression, plain: Uint8Array) => ({
    attributes: batch.compressions.indexOf(codec),
    body: compress(codec, plain),
  });
  it.each<[string, Uint8Array, number]>([
    ['two counted, one there', oddBatch({ records: [{}], recordCount: 2, lastOffsetDelta: 1 }), 87],
    ['one counted, two there', oddBatch({ records: two, recordCount: 1, lastOffsetDelta: 0 }), 87],
    [
      '2^31 − 1 counted',
      oddBatch({ records: [{}], recordCount: 0x7fffffff, lastOffsetDelta: 0x7ffffffe }),
      87,
    ],
    ['none counted', oddBatch({ records: [], lastOffsetDelta: 0 }), 87],
    ['a body of ones', oddBatch({ records: [{}], body: new Uint8Array(6).fill(255) }), 87],
    ['a record longer than stated', oddBatch({ records: [{ addedLength: -1 }] }), 87],
    ['a record shorter than stated', oddBatch({ records: [{ addedLength: 1 }, {}] }), 87],
    ['a record of negative length', oddBatch({ records: [{ addedLength: -20 }] }), 87],
    ['a header without key', oddBatch({ records: [{ headers: [[null, bytesOf(1)]] }] }), 87],
    ['−1 headers', oddBatch({ records: [{ headerCount: -1 }] }), 87],
    ['nine headers, none there', oddBatch({ records: [{ headerCount: 9 }] }), 87],
    ['2^31 − 1 headers', oddBatch({ records: [{ headerCount: 0x7fffffff }] }), 87],
    ['a varint without end', oddBatch({ records: [{}], body: bytesOf(...varint(9), 0, 128) }), 87],
    ['bytes behind the records', oddBatch({ records: [{}], body: trailing([{}]) }), 87],
    ['the same, packed', oddBatch({ records: [{}], ...packed('lz4', trailing([{}])) }), 87],
    ['fewer, packed', oddBatch({ records: two, ...packed('zstd', oddRecords([{}])) }), 87],
    ['a codec over plain bytes', oddBatch({ records: [{}], attributes: 1 }), unknownServerError],
    ['a codec that nobody knows', oddBatch({ records: [{}], attributes: 5 }), unknownServerError],
    [
      'a packed body that was cut',
      oddBatch({
        records: [{}],
        attributes: 4,
        body: compress('zstd', oddRecords([{}])).slice(0, 12),
      }),
      unknownServerError,
    ],
    [
      'a body that unpacks to more than it may',
      oddBatch({ records: [{}], ...packed('zstd', new Uint8Array(68_000_000)) }),
      messageTooLarge,
    ],
  ])('%s, is refused', (_what, bytes, code) => {
    expect(code === 87).toBe(code === invalidRecord);
    expect(refusal(logWith(), bytes).code).toBe(code);
  });

  it('takes any negative length for null, as Kafka does', () => {
    const log = logWith();
    const body = bytesOf(...varint(6), 0, 0, 0, ...varint(-5), ...varint(-9), 0);
    log.append(oddBatch({ records: [{}], body, baseTimestamp: startMs }), 0);
    expect(stored(log)).toMatchObject([{ key: null, value: null }]);
  });

  function trailing(records: OddRecord[]): Uint8Array {
    return joined(oddRecords(records), bytesOf(0));
  }
});

describe('records that a topic does not take', () => {
  const record = (timestamp: number, key: Uint8Array | null = null): NewRecord => ({
    timestamp,
    key,
    value: bytesOf(1),
    headers: [],
  });
  const errorsOf = (error: KafkaError): [number, number[]] => {
    expect(error).toBeInstanceOf(RecordsRefused);
    const { recordErrors } = error as RecordsRefused;
    return [error.code, recordErrors.map(({ batchIndex }) => batchIndex)];
  };

  it.each(batch.compressions)(
    'are named one by one, of a time out of bounds (%s)',
    (compression) => {
      const times = [startMs, startMs + hourMs + 1, startMs + hourMs, -1, startMs + 10 * hourMs];
      const bytes = buildBatch({ records: times.map((time) => record(time)), compression });
      expect(errorsOf(refusal(logWith(), bytes))).toEqual([32, [1, 4]]);
      const settings = {
        messageTimestampBeforeMaxMs: 5000,
        messageTimestampAfterMaxMs: 20 * hourMs,
      };
      const old = buildBatch({
        records: [startMs - 5000, startMs - 5001, -1].map((t) => record(t)),
      });
      expect(errorsOf(refusal(logWith(settings), old))).toEqual([32, [1]]);
    },
  );

  it('whatever an honest header says of them', () => {
    const records = [{}, { timestampDelta: 87_600 * hourMs }];
    const bytes = oddBatch({ records, baseTimestamp: startMs, maxTimestamp: startMs });
    expect(errorsOf(refusal(logWith(), bytes))).toEqual([32, [1]]);
  });

  it.each([2 ** 62, -(2 ** 62)])('of a time beyond what is kept', (timestampDelta) => {
    const bytes = oddBatch({ records: [{ timestampDelta }], baseTimestamp: startMs });
    expect(errorsOf(refusal(logWith(), bytes))).toEqual([32, [0]]);
  });

  it('without a key where the topic is compacted', () => {
    const key = bytesOf(7);
    const bytes = () => buildBatch({ records: [record(1, key), record(2), record(3, key)] });
    for (const cleanupPolicy of ['compact', 'compact,delete'] as const) {
      expect(errorsOf(refusal(logWith({ cleanupPolicy }), bytes()))).toEqual([87, [1]]);
    }
    const late = buildBatch({ records: [record(1), record(startMs + 2 * hourMs, key)] });
    expect(errorsOf(refusal(logWith({ cleanupPolicy: 'compact' }), late))).toEqual([32, [0, 1]]);
    logWith().append(bytes(), 0);
  });

  it('with a time that claims to be a broker’s, where brokers give it', () => {
    const log = logWith({ messageTimestampType: 'LogAppendTime' });
    const bytes = buildBatch({ records: [record(1), record(2)], timestampType: 'LogAppendTime' });
    expect(errorsOf(refusal(log, bytes))).toEqual([32, [0, 1]]);
  });

  it('are not all told of where they are very many', () => {
    const records = Array.from({ length: 20_000 }, () => record(startMs * 2));
    const error = refusal(logWith(), buildBatch({ records, compression: 'zstd' }));
    expect((error as RecordsRefused).recordErrors.length).toBe(10_000);
  });
});

describe('the times of a batch', () => {
  const record = { baseTimestamp: startMs, records: [{}, { timestampDelta: 9 }, {}] };
  it.each([-1, 0, startMs - 5, startMs + 2 * hourMs])(
    'are those of its records, though its header says %i',
    (maxTimestamp) => {
      const log = logWith();
      log.append(oddBatch({ ...record, maxTimestamp }), 0);
      expect(stored(log).map(({ timestamp }) => timestamp - startMs)).toEqual([0, 9, 0]);
      expect(log.maxTimestampOffset(3)).toMatchObject({ offset: 1, timestamp: startMs + 9 });
      expect(log.offsetForTimestamp(startMs + 1, 3)).toMatchObject({ offset: 1 });
      expect(log.offsetForTimestamp(startMs + 10, 3)).toBeNull();
    },
  );

  it('are believed where a producer claims that they are a broker’s', () => {
    const log = logWith();
    log.append(
      oddBatch({ ...record, attributes: batch.logAppendTimeBit, maxTimestamp: startMs }),
      0,
    );
    expect(stored(log).map(({ timestamp }) => timestamp - startMs)).toEqual([0, 9, 0]);
  });

  it('keep the checksum where they were right', () => {
    const log = logWith();
    const bytes = oddBatch({ ...record, maxTimestamp: startMs + 9 });
    const crc = batch.crc(bytes);
    log.append(bytes, 0);
    expect(batch.crc(log.read(0, 1, 3))).toBe(crc);
  });

  it('that are unknown do not make a segment old at once, nor its producer idle', () => {
    let nowMs = startMs;
    const settings = { retentionMs: 5000, segmentBytes: 200 };
    const log = openLog(new MemoryDisk(), {
      settings,
      wallMs: () => nowMs,
      producerIdExpirationMs: 10_000,
    });
    const timeless = (baseSequence: number) =>
      buildBatch({
        records: [{ timestamp: -1, key: null, value: new Uint8Array(90), headers: [] }],
        producerId: 5,
        producerEpoch: 0,
        baseSequence,
      });
    log.append(timeless(0), 0);
    log.append(timeless(1), 0);
    expect(log.deleteOldSegments(2)).toBe(0);
    nowMs += 5000;
    log.expireProducers();
    expect(log.append(timeless(1), 0).duplicate).toBe(true);
    expect(log.deleteOldSegments(2)).toBe(0);
    nowMs += 1;
    expect(log.deleteOldSegments(2)).toBe(2);
    nowMs += 5000;
    log.expireProducers();
    expect(log.append(timeless(1), 0).duplicate).toBe(false);
  });

  it('of a batch that is there already are told again', () => {
    const log = logWith();
    const bytes = () =>
      buildBatch({
        records: [{ timestamp: 77, key: null, value: null, headers: [] }],
        producerId: 5,
        producerEpoch: 0,
        baseSequence: 0,
      });
    expect(log.append(bytes(), 0)).toMatchObject({ duplicate: false, appendTimeMs: -1 });
    expect(log.append(bytes(), 0)).toMatchObject({ duplicate: true, appendTimeMs: 77 });
  });
});

const nullableBytes = fc.option(fc.uint8Array({ maxLength: 40 }));
const decentRecords = fc.array(
  fc.record({
    timestamp: fc.oneof(
      fc.constant(-1),
      fc.integer({ min: 0, max: startMs + hourMs }),
      fc.integer({ min: -(2 ** 40), max: -2 }),
    ),
    key: nullableBytes,
    value: nullableBytes,
    headers: fc.array(fc.record({ key: fc.string({ maxLength: 8 }), value: nullableBytes }), {
      maxLength: 3,
    }),
  }),
  { minLength: 1, maxLength: 20 },
);
const topics = fc.record({
  compressionType: fc.constantFrom(
    'producer',
    'uncompressed',
    'gzip',
    'snappy',
    'lz4',
    'zstd',
  ) as fc.Arbitrary<TopicSettings['compressionType']>,
  messageTimestampType: fc.constantFrom('CreateTime', 'LogAppendTime') as fc.Arbitrary<
    TopicSettings['messageTimestampType']
  >,
});
const codecs = fc.constantFrom(...batch.compressions);
const plainRecords = (records: readonly StoredRecord[], withTime = true) =>
  records.map(({ timestamp, key, value, headers }) => ({
    timestamp: withTime ? timestamp : startMs,
    key: key && [...key],
    value: value && [...value],
    headers: headers.map((header) => [header.key, header.value && [...header.value]]),
  }));

describe('whatever a producer sends', () => {
  it('and is decent, comes back as it was sent, packed as the topic wants', () => {
    const batches = fc.array(fc.tuple(decentRecords, codecs), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(batches, topics, (sent, settings) => {
        const log = logWith(settings);
        for (const [records, compression] of sent)
          log.append(buildBatch({ records, compression }), 0);
        const isCreateTime = settings.messageTimestampType === 'CreateTime';
        const all = sent.flatMap(([records]) => records.map((each) => ({ ...each, offset: 0 })));
        expect(plainRecords(stored(log))).toEqual(plainRecords(all, isCreateTime));
        let offset = 0;
        for (const [records, own] of sent) {
          const { compressionType } = settings;
          const wanted = { producer: own, uncompressed: 'none' }[compressionType as string];
          const codec = batch.compression(log.read(offset, 1, log.logEndOffset));
          expect(codec).toBe(wanted ?? compressionType);
          offset += records.length;
        }
      }),
      { numRuns: 150 },
    );
  });

  it('and numbers wrong, is numbered right and nothing else', () => {
    const deltas = fc.array(fc.integer({ min: -5, max: 300 }), { minLength: 1, maxLength: 9 });
    fc.assert(
      fc.property(deltas, codecs, (offsetDeltas, codec) => {
        const records = offsetDeltas.map((offsetDelta, index) => ({
          offsetDelta,
          timestampDelta: index * 3,
          key: bytesOf(index),
          headers: [[bytesOf(104), null]] as [Uint8Array, null][],
        }));
        const attributes = batch.compressions.indexOf(codec);
        const body = compress(codec, oddRecords(records));
        const log = logWith();
        log.append(oddBatch({ records, attributes, body, baseTimestamp: startMs }), 0);
        expect(
          stored(log).map(({ timestamp, key, headers }) => [timestamp, key?.[0], headers]),
        ).toEqual(records.map((_, at) => [startMs + at * 3, at, [{ key: 'h', value: null }]]));
      }),
      { numRuns: 60 },
    );
  });

  it('and is damaged anywhere, is refused with nothing appended, or can be read', () => {
    const known: ReadonlySet<number> = new Set([
      errorCode.unknownServerError,
      errorCode.corruptMessage,
      errorCode.messageTooLarge,
      errorCode.recordListTooLarge,
      errorCode.invalidTimestamp,
      errorCode.invalidRecord,
      errorCode.invalidProducerEpoch,
      errorCode.outOfOrderSequenceNumber,
    ]);
    const mutations = fc.array(
      fc.record({ at: fc.nat(400), value: fc.integer({ min: 0, max: 255 }), inBody: fc.boolean() }),
      { minLength: 1, maxLength: 4 },
    );
    let appended = 0;
    fc.assert(
      fc.property(
        decentRecords,
        codecs,
        codecs,
        topics,
        mutations,
        fc.boolean(),
        (records, codec, claimed, settings, changes, sealed) => {
          const plain = buildBatch({ records });
          for (const { at, value, inBody } of changes) {
            const from = inBody ? batch.batchHeaderSize : 12;
            if (plain.length > from) plain[from + (at % (plain.length - from))] = value;
          }
          const body = compress(codec, plain.subarray(batch.batchHeaderSize));
          const bytes = joined(plain.subarray(0, batch.batchHeaderSize), body);
          batch.setBody(bytes, sealed ? codec : claimed);
          batch.setCrc(bytes);
          const log = logWith(settings);
          try {
            log.append(bytes, 0);
          } catch (error) {
            expect(error).toBeInstanceOf(KafkaError);
            expect(known).toContain((error as KafkaError).code);
            expect([log.logEndOffset, log.size]).toEqual([0, 0]);
            return;
          }
          appended += 1;
          stored(log);
          for (const time of [0, startMs]) log.offsetForTimestamp(time, log.logEndOffset);
          log.maxTimestampOffset(log.logEndOffset);
        },
      ),
      { numRuns: 1500 },
    );
    expect(appended).toBeGreaterThan(100);
  });
});
