import { describe, expect, it } from 'vitest';
import { KafkaError } from '../../../src/kafka/protocol/errors.ts';
import * as batch from '../../../src/kafka/records/batch.ts';
import { buildBatch } from '../../../src/kafka/records/builder.ts';
import { forEachBatch } from '../../../src/kafka/records/reader.ts';
import { batchOf, contents, joined, openLog, replicated, startMs } from './logs.ts';
import { MemoryDisk } from './memory-disk.ts';

function codeOf(work: () => unknown): number | null {
  try {
    work();
  } catch (error) {
    if (error instanceof KafkaError) return error.code;
    throw error;
  }
  return null;
}

describe('a leader appends', () => {
  it('gives consecutive offsets and its epoch, and leaves the checksum as it was', () => {
    const log = openLog(new MemoryDisk());
    const first = batchOf(['a', 'b']);
    const crc = batch.crc(first);
    expect(log.append(first, 3)).toMatchObject({ baseOffset: 0, lastOffset: 1, recordCount: 2 });
    expect(log.append(batchOf(['c']), 4)).toMatchObject({ baseOffset: 2, lastOffset: 2 });
    expect(contents(log)).toEqual(['0:3:a', '1:3:b', '2:4:c']);
    expect(log.logEndOffset).toBe(3);
    expect(batch.crc(first)).toBe(crc);
    expect(batch.verifyBatch(log.read(0, 1, 3))).toBeNull();
  });

  it('takes several batches of plain producers at once', () => {
    const log = openLog(new MemoryDisk());
    const result = log.append(joined(batchOf(['a']), batchOf(['b', 'c'])), 0);
    expect(result).toMatchObject({ baseOffset: 0, lastOffset: 2, batchCount: 2 });
    expect(contents(log)).toEqual(['0:0:a', '1:0:b', '2:0:c']);
  });

  it('stamps its own time where the topic says so, and answers with it', () => {
    const log = openLog(new MemoryDisk(), { settings: { messageTimestampType: 'LogAppendTime' } });
    expect(log.append(batchOf(['a']), 0).appendTimeMs).toBe(startMs);
    const bytes = log.read(0, 1, 1);
    expect(batch.timestampType(bytes)).toBe('LogAppendTime');
    expect(batch.maxTimestamp(bytes)).toBe(startMs);
    expect(batch.verifyBatch(bytes)).toBeNull();
  });

  it.each<[string, () => Uint8Array, number]>([
    ['a flipped bit', () => flipped(batchOf(['a'])), 2],
    ['a cut batch', () => batchOf(['a']).subarray(0, 65), 2],
    ['an old magic', () => withByte(batchOf(['a']), 16, 1), 87],
    ['no batch at all', () => new Uint8Array(0), 87],
    ['a batch that is too large', () => batchOf(['x'.repeat(600)]), 10],
    ['a control batch', () => batchOf(['a'], { control: true }), 87],
    ['a base offset that is not 0', () => batchOf(['a'], { baseOffset: 7 }), 87],
    ['more offsets than records', () => withCount(batchOf(['a', 'b']), 1), 87],
    ['an idempotent batch without sequence', () => batchOf(['a'], { producerId: 1 }), 87],
    ['a record two hours ahead', () => at(startMs + 7_200_000), 32],
    ['an unknown codec', () => withAttributes(batchOf(['a']), 7), -1],
  ])('refuses %s and stays as it was', (_what, make, code) => {
    const log = openLog(new MemoryDisk(), { settings: { maxMessageBytes: 500 } });
    log.append(batchOf(['first']), 0);
    expect(codeOf(() => log.append(make(), 0))).toBe(code);
    expect(contents(log)).toEqual(['0:0:first']);
    log.append(batchOf(['second']), 0);
    expect(contents(log)).toEqual(['0:0:first', '1:0:second']);
  });

  it('lets the metadata log write control batches', () => {
    const replica = {
      node: 1,
      topicId: 'AAAAAAAAAAAAAAAAAAAAAA',
      partition: '__cluster_metadata-0',
    };
    const log = openLog(new MemoryDisk(), { replica });
    log.append(batchOf(['leader'], { control: true }), 5);
    expect(log.latestEpoch).toBe(5);
  });

  it('tells its observer of every batch', () => {
    const observations: never[] = [];
    const log = openLog(new MemoryDisk(), { observations });
    const bytes = batchOf(['a', 'b']);
    log.append(bytes, 2);
    const name = { node: 1, topicId: 'AAAAAAAAAAAAAAAAAAAAAQ', partition: 'orders-0' };
    const crc = batch.crc(bytes);
    expect(observations).toMatchObject([
      { kind: 'log-opened', ...name, start: 0, end: 0, clean: false },
      { kind: 'settings-used', ...name, by: 'log' },
      { kind: 'batch-appended', ...name, baseOffset: 0, lastOffset: 1, leaderEpoch: 2, crc },
    ]);
  });
});

describe('a follower appends', () => {
  it('takes whole batches as they are and leaves a partial one', () => {
    const log = openLog(new MemoryDisk());
    const bytes = joined(replicated(0, 1, ['a', 'b']), replicated(2, 2, ['c']));
    const cut = joined(bytes, replicated(3, 2, ['d']).subarray(0, 68));
    expect(log.appendAsFollower(cut)).toMatchObject({ batchCount: 2, lastOffset: 2 });
    expect(contents(log)).toEqual(['0:1:a', '1:1:b', '2:2:c']);
    expect(log.epochAt(1)).toBe(1);
    expect(log.latestEpoch).toBe(2);
  });

  it('keeps gaps that compaction made, and reads over them', () => {
    const log = openLog(new MemoryDisk(), { settings: { cleanupPolicy: 'compact' } });
    log.appendAsFollower(joined(replicated(0, 1, ['a']), replicated(5, 1, ['f'])));
    expect(log.logEndOffset).toBe(6);
    expect(batch.baseOffset(log.read(2, 1000, 6))).toBe(5);
  });

  it('refuses batches below its end and damaged ones, as a whole', () => {
    const log = openLog(new MemoryDisk());
    log.appendAsFollower(replicated(0, 1, ['a', 'b']));
    expect(codeOf(() => log.appendAsFollower(replicated(1, 1, ['x'])))).toBe(-1);
    const damaged = joined(replicated(2, 1, ['c']), flipped(replicated(3, 1, ['d'])));
    expect(codeOf(() => log.appendAsFollower(damaged))).toBe(2);
    expect(log.logEndOffset).toBe(2);
  });

  it('stops in front of an epoch that the leader asked cannot have', () => {
    const log = openLog(new MemoryDisk());
    const bytes = joined(replicated(0, 1, ['a']), replicated(1, 3, ['b']));
    expect(log.appendAsFollower(bytes, 2).batchCount).toBe(1);
    expect(log.logEndOffset).toBe(1);
  });

  it('may start inside a batch when it is empty', () => {
    const log = openLog(new MemoryDisk());
    log.truncateFullyAndStartAt(2);
    log.appendAsFollower(replicated(0, 1, ['a', 'b', 'c', 'd']));
    expect([log.logStartOffset, log.logEndOffset]).toEqual([0, 4]);
  });

  it('splits what is larger than a segment between batches', () => {
    const disk = new MemoryDisk();
    const log = openLog(disk, { settings: { segmentBytes: 200 } });
    const parts = [0, 1, 2, 3, 4, 5].map((offset) => replicated(offset, 1, [`v${offset}`]));
    log.appendAsFollower(joined(...parts));
    const names = disk.list('data/orders-0').filter((name) => name.endsWith('.log'));
    expect(names).toHaveLength(3);
    expect(contents(log)).toEqual([0, 1, 2, 3, 4, 5].map((offset) => `${offset}:1:v${offset}`));
  });
});

describe('reading', () => {
  function filled(count: number) {
    const disk = new MemoryDisk();
    const log = openLog(disk, { settings: { segmentBytes: 2000, indexIntervalBytes: 200 } });
    for (let index = 0; index < count; index++) log.append(batchOf([`${1000 + index}`, 'x']), 0);
    return { disk, log, size: batchOf(['1000', 'x']).length };
  }

  it('gives whole batches from the one that holds the offset, wherever it is', () => {
    const { log } = filled(300);
    for (let offset = 0; offset < 600; offset++) {
      const bytes = log.read(offset, 500, 600);
      expect(batch.baseOffset(bytes)).toBe(offset - (offset % 2));
      expect(forEachBatch(bytes, () => {})).toBe(bytes.length);
      expect(bytes.length).toBeLessThanOrEqual(500);
      expect(bytes.length).toBeGreaterThan(0);
    }
  });

  it('gives one batch where not even that fits the limit', () => {
    const { log, size } = filled(3);
    expect(log.read(2, 1, 6)).toHaveLength(size);
    expect(log.read(2, 0, 6)).toHaveLength(size);
  });

  it('gives only batches that end below the bound', () => {
    const { log, size } = filled(3);
    expect(log.read(0, 1000, 6)).toHaveLength(3 * size);
    expect(log.read(0, 1000, 5)).toHaveLength(2 * size);
    expect(log.read(0, 1000, 4)).toHaveLength(2 * size);
    expect(log.read(0, 1000, 1)).toHaveLength(0);
    expect(log.read(4, 1000, 4)).toHaveLength(0);
    expect(log.read(6, 1000, 6)).toHaveLength(0);
  });

  it('bounds old reads as well as those at the end', () => {
    const { log, size } = filled(300);
    for (const upTo of [20, 21, 22]) {
      const bytes = log.read(16, 100_000, upTo);
      expect(bytes).toHaveLength(Math.floor((upTo - 16) / 2) * size);
    }
  });

  it('is out of range below the start and above the end, not at the end', () => {
    const { log } = filled(3);
    log.advanceLogStart(2);
    expect(codeOf(() => log.read(1, 100, 6))).toBe(1);
    expect(codeOf(() => log.read(7, 100, 6))).toBe(1);
    expect(codeOf(() => log.read(6, 100, 6))).toBeNull();
  });

  it('reads once per look at the end, however long the log is', () => {
    const { disk, log } = filled(300);
    const before = disk.reads;
    for (const offset of [560, 580, 598]) log.read(offset, 10_000, 600);
    log.read(580, 10_000, 596);
    expect(disk.reads - before).toBe(4);
  });

  it('gives bytes that later appends and truncations do not change', () => {
    const { log } = filled(3);
    const bytes = log.read(4, 1000, 6);
    const copy = bytes.slice();
    log.truncateTo(4);
    log.append(batchOf(['other', 'values']), 9);
    expect(bytes).toEqual(copy);
  });
});

function flipped(bytes: Uint8Array): Uint8Array {
  return withByte(bytes, bytes.length - 1, (bytes[bytes.length - 1] ?? 0) ^ 4);
}

function withByte(bytes: Uint8Array, index: number, value: number): Uint8Array {
  bytes[index] = value;
  return bytes;
}

function withCount(bytes: Uint8Array, count: number): Uint8Array {
  withByte(bytes, 60, count);
  batch.setCrc(bytes);
  return bytes;
}

function withAttributes(bytes: Uint8Array, value: number): Uint8Array {
  withByte(bytes, 22, value);
  batch.setCrc(bytes);
  return bytes;
}

function at(timestamp: number): Uint8Array {
  return buildBatch({ records: [{ timestamp, key: null, value: null, headers: [] }] });
}
