import { describe, expect, it } from 'vitest';
import { defaultTopicSettings } from '../../../src/kafka/config.ts';
import type { LogObservation } from '../../../src/kafka/observation.ts';
import { batchOf, contents, openLog, replicated } from './logs.ts';
import { MemoryDisk } from './memory-disk.ts';

describe('truncating', () => {
  function three(settings = {}) {
    const disk = new MemoryDisk();
    const observations: LogObservation[] = [];
    const log = openLog(disk, { observations, settings });
    log.append(batchOf(['a', 'b']), 1);
    log.append(batchOf(['c']), 2);
    log.append(batchOf(['d', 'e']), 4);
    return { disk, log, observations };
  }

  it('cuts at a batch, forgets epochs behind it and tells', () => {
    const { log, observations } = three();
    log.truncateTo(2, 1);
    expect(contents(log)).toEqual(['0:1:a', '1:1:b']);
    expect([log.logEndOffset, log.latestEpoch]).toEqual([2, 1]);
    const told = observations.find(({ kind }) => kind === 'log-truncated');
    const knowledge = { epochs: [{ epoch: 1, startOffset: 0 }] };
    expect(told).toMatchObject({ to: 2, highWatermark: 1, knowledge });
    log.append(batchOf(['z']), 7);
    expect(contents(log)).toEqual(['0:1:a', '1:1:b', '2:7:z']);
  });

  it('cuts a whole batch where the offset lies inside it', () => {
    const { log } = three();
    log.truncateTo(4);
    expect(contents(log)).toEqual(['0:1:a', '1:1:b', '2:2:c']);
    expect(log.logEndOffset).toBe(3);
  });

  it('does nothing at or above the end, except to forget an epoch without records', () => {
    const { log, observations } = three();
    log.assignEpochStart(9, 5);
    const told = observations.length;
    log.truncateTo(5);
    expect([log.logEndOffset, log.latestEpoch]).toEqual([5, 4]);
    expect(observations).toHaveLength(told);
  });

  it('removes later segments with their files', () => {
    const { disk, log } = three({ segmentBytes: 80 });
    const logs = () => disk.list('data/orders-0').filter((name) => name.endsWith('.log'));
    expect(logs()).toHaveLength(3);
    log.truncateTo(1);
    expect(logs()).toEqual(['00000000000000000000.log']);
    expect(log.logEndOffset).toBe(0);
    log.append(batchOf(['n']), 5);
    expect(contents(log)).toEqual(['0:5:n']);
  });

  it('starts anew below its first segment', () => {
    const log = openLog(new MemoryDisk());
    log.truncateFullyAndStartAt(100);
    log.append(batchOf(['a']), 1);
    log.truncateTo(50);
    expect([log.logStartOffset, log.logEndOffset, log.latestEpoch]).toEqual([50, 50, -1]);
    log.append(batchOf(['b']), 2);
    expect(contents(log)).toEqual(['50:2:b']);
  });

  it('takes the log start back with it', () => {
    const { disk, log } = three();
    log.advanceLogStart(3);
    log.truncateTo(2);
    expect([log.logStartOffset, log.logEndOffset]).toEqual([2, 2]);
    log.append(batchOf(['x']), 5);
    expect(contents(openLog(disk)).at(-1)).toBe('2:5:x');
  });

  it('lowers the recovery point, also below a flush that is under way', async () => {
    const { disk, log } = three();
    let finish = (): void => {};
    disk.onSync = () => new Promise((resolve) => (finish = resolve));
    const flushed = log.flush();
    log.truncateTo(2);
    log.append(batchOf(['x', 'y', 'z']), 5);
    disk.onSync = () => Promise.resolve();
    finish();
    await flushed;
    expect(log.recoveryPoint).toBe(2);
    await log.flush();
    expect(log.recoveryPoint).toBe(5);
    log.truncateTo(3);
    expect(log.recoveryPoint).toBe(2);
  });

  it('tells of everything that is gone when it starts over', () => {
    const { log, observations } = three();
    log.truncateFullyAndStartAt(10, 2);
    expect([log.logStartOffset, log.logEndOffset]).toEqual([10, 10]);
    expect(observations.slice(-2)).toMatchObject([
      { kind: 'log-truncated', to: 0, highWatermark: 2 },
      { kind: 'log-start-moved', start: 10 },
    ]);
  });
});

describe('the epochs of a log', () => {
  function log() {
    const opened = openLog(new MemoryDisk());
    opened.appendAsFollower(replicated(0, 1, ['a', 'b']));
    opened.appendAsFollower(replicated(2, 3, ['c', 'd', 'e']));
    opened.appendAsFollower(replicated(5, 6, ['f']));
    return opened;
  }

  it.each([
    [6, 6, 6],
    [5, 3, 5],
    [3, 3, 5],
    [2, 1, 2],
    [1, 1, 2],
    [0, 0, 0],
    [7, -1, -1],
    [-1, -1, -1],
    [-2, -2, 0],
  ])('answers for epoch %i with epoch %i and end %i', (epoch, leaderEpoch, endOffset) => {
    expect(log().endOffsetForEpoch(epoch)).toEqual({ leaderEpoch, endOffset });
  });

  it('know where a leader started that has appended nothing yet', () => {
    const opened = log();
    opened.assignEpochStart(8, 6);
    expect(opened.endOffsetForEpoch(7)).toEqual({ leaderEpoch: 6, endOffset: 6 });
    expect(opened.endOffsetForEpoch(8)).toEqual({ leaderEpoch: 8, endOffset: 6 });
    opened.assignEpochStart(9, 6);
    expect(opened.endOffsetForEpoch(8)).toEqual({ leaderEpoch: 6, endOffset: 6 });
  });

  it('follow the log start', () => {
    const opened = log();
    opened.advanceLogStart(3);
    expect([opened.epochAt(2), opened.epochAt(3), opened.epochAt(5)]).toEqual([-1, 3, 6]);
    expect(opened.endOffsetForEpoch(1)).toEqual({ leaderEpoch: 1, endOffset: 3 });
  });
});

describe('deleting the log and its past', () => {
  it('removes whole segments that ended before the log start, up to the bound', () => {
    const disk = new MemoryDisk();
    const log = openLog(disk, { settings: { segmentBytes: 100 } });
    for (const value of ['a', 'b', 'c', 'd']) log.append(batchOf([value]), 0);
    log.advanceLogStart(2);
    expect(log.deleteOldSegments(1)).toBe(1);
    expect(log.deleteOldSegments(4)).toBe(1);
    expect(log.logStartOffset).toBe(2);
    expect(contents(log)).toEqual(['2:0:c', '3:0:d']);
    expect(contents(openLog(disk))).toEqual(['2:0:c', '3:0:d']);
  });

  it('keeps to the retention time and size, and never reuses offsets', () => {
    let now = 1_700_000_000_000;
    const wallMs = () => now;
    const disk = new MemoryDisk();
    const settings = { segmentBytes: 100, retentionMs: 1000 };
    const log = openLog(disk, { settings, wallMs });
    for (const value of ['a', 'b', 'c']) log.append(batchOf([value]), 0);
    expect(log.deleteOldSegments(3)).toBe(0);
    now += 1001;
    expect(log.deleteOldSegments(3)).toBe(3);
    expect([log.logStartOffset, log.logEndOffset]).toEqual([3, 3]);
    for (const value of ['d', 'e', 'f']) log.append(batchOf([value]), 0);
    log.updateSettings({ ...sized(), retentionBytes: 138, segmentBytes: 100 });
    expect(log.deleteOldSegments(6)).toBe(1);
    expect(contents(log)).toEqual(['4:0:e', '5:0:f']);
  });

  it('removes the directory', () => {
    const disk = new MemoryDisk();
    const observations: LogObservation[] = [];
    const log = openLog(disk, { observations });
    log.append(batchOf(['a']), 0);
    log.delete();
    expect(disk.exists('data/orders-0')).toBe(false);
    expect(observations.at(-1)?.kind).toBe('log-deleted');
  });
});

describe('looking up times', () => {
  function timed() {
    const log = openLog(new MemoryDisk(), {
      settings: { segmentBytes: 300, indexIntervalBytes: 80 },
    });
    for (const times of [[10, 20], [15], [40, 30], [25], [50]]) {
      const records = times.map((timestamp) => ({
        timestamp,
        key: null,
        value: null,
        headers: [],
      }));
      log.append(batchOf([], { records }), 3);
    }
    return log;
  }

  it.each([
    [0, 0, 10],
    [11, 1, 20],
    [20, 1, 20],
    [21, 3, 40],
    [41, 6, 50],
  ])('finds the first record at %i or later', (timestamp, offset, found) => {
    const expected = { offset, timestamp: found, leaderEpoch: 3 };
    expect(timed().offsetForTimestamp(timestamp, 7)).toEqual(expected);
  });

  it('finds none behind the bound or above all times', () => {
    expect(timed().offsetForTimestamp(41, 6)).toBeNull();
    expect(timed().offsetForTimestamp(51, 7)).toBeNull();
  });

  it('finds the record with the largest time', () => {
    expect(timed().maxTimestampOffset(7)).toMatchObject({ offset: 6, timestamp: 50 });
    expect(timed().maxTimestampOffset(6)).toMatchObject({ offset: 3, timestamp: 40 });
    expect(openLog(new MemoryDisk()).maxTimestampOffset(0)).toBeNull();
  });
});

function sized() {
  return { ...defaultTopicSettings, retentionMs: -1 };
}
