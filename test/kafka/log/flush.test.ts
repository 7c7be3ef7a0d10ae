import { describe, expect, it } from 'vitest';
import { DiskError } from '../../../src/host/disk.ts';
import { kafkaLogRules } from '../../../src/kafka/log/rules.ts';
import type { LogObservation } from '../../../src/kafka/observation.ts';
import { batchOf, contents, openLog } from './logs.ts';
import { MemoryDisk, pickFrom } from './memory-disk.ts';

/** What is left when the disk loses all that it may lose. */
const loseAll = () => 0;

describe('flushing', () => {
  it('makes all that was appended durable, with every directory that leads to it', async () => {
    const disk = new MemoryDisk();
    const log = openLog(disk, { settings: { segmentBytes: 150 } });
    for (const value of ['a', 'b', 'c', 'd', 'e']) log.append(batchOf([value]), 1);
    await log.flush();
    expect(log.recoveryPoint).toBe(5);
    expect(contents(openLog(disk.powerLoss(loseAll)))).toHaveLength(5);
  });

  it('covers what was appended while another flush was running', async () => {
    const disk = new MemoryDisk();
    const log = openLog(disk);
    log.append(batchOf(['a']), 1);
    const finish: (() => void)[] = [];
    disk.onSync = () => new Promise((resolve) => finish.push(resolve));
    const first = log.flush();
    log.append(batchOf(['b']), 1);
    const second = log.flush();
    const third = log.flush();
    disk.onSync = () => Promise.resolve();
    for (const each of finish) each();
    await first;
    expect(log.recoveryPoint).toBe(1);
    await Promise.all([second, third]);
    expect(log.recoveryPoint).toBe(2);
    expect(contents(openLog(disk.powerLoss(loseAll)))).toHaveLength(2);
  });

  it('is told when it has succeeded, with the cuts that it covers', async () => {
    const observations: LogObservation[] = [];
    const told = () =>
      observations.flatMap((one) =>
        one.kind === 'log-flushed' ? [[one.end, one.coversCuts]] : [],
      );
    const disk = new MemoryDisk();
    const log = openLog(disk, { observations });
    for (const value of ['a', 'b', 'c']) log.append(batchOf([value]), 1);
    expect(told()).toEqual([]);
    const cutMeanwhile = log.flush();
    log.truncateTo(2);
    log.append(batchOf(['x']), 2);
    await cutMeanwhile;
    await log.flush();
    expect(told()).toEqual([
      [2, false],
      [3, true],
    ]);
    log.append(batchOf(['y']), 2);
    disk.failing = { kind: 'sync', code: 'EIO' };
    await expect(log.flush()).rejects.toThrow(DiskError);
    expect(told()).toHaveLength(2);
  });

  it('is told of no log that was deleted meanwhile', async () => {
    const observations: LogObservation[] = [];
    const log = openLog(new MemoryDisk(), { observations });
    log.append(batchOf(['a']), 1);
    const flushed = log.flush();
    log.delete();
    await flushed;
    expect(observations.at(-1)?.kind).toBe('log-deleted');
  });

  it('happens by itself for segments that are full', async () => {
    const disk = new MemoryDisk();
    const log = openLog(disk, { settings: { segmentBytes: 150 } });
    for (const value of ['a', 'b', 'c']) log.append(batchOf([value]), 1);
    for (let turn = 0; turn < 50; turn++) await Promise.resolve();
    expect(log.recoveryPoint).toBeGreaterThanOrEqual(2);
    expect(contents(openLog(disk.powerLoss(loseAll))).length).toBeGreaterThanOrEqual(2);
  });

  it('does not mind a truncation or deletion meanwhile', async () => {
    const disk = new MemoryDisk();
    const log = openLog(disk, { settings: { segmentBytes: 150 } });
    for (const value of ['a', 'b', 'c']) log.append(batchOf([value]), 1);
    const flushed = log.flush();
    log.truncateTo(0);
    log.append(batchOf(['x']), 2);
    await flushed;
    expect(contents(log)).toEqual(['0:2:x']);
    const last = log.flush();
    log.delete();
    await last;
    expect(disk.exists('data/orders-0')).toBe(false);
  });
});

describe('a failing disk', () => {
  it('ends a log: a failed sync rejects, and nothing is taken or given any more (KAFKA-10778)', async () => {
    const disk = new MemoryDisk();
    const log = openLog(disk);
    log.append(batchOf(['a']), 1);
    disk.failing = { kind: 'sync', code: 'EIO' };
    await expect(log.flush()).rejects.toThrow(DiskError);
    disk.failing = null;
    expect(() => log.append(batchOf(['b']), 1)).toThrow(DiskError);
    await expect(log.flush()).rejects.toThrow(DiskError);
    expect(() => log.read(0, 1000, 1)).toThrow(DiskError);
    expect(log.recoveryPoint).toBe(0);
    expect(() => log.truncateTo(0)).toThrow(DiskError);
    expect(() => log.truncateFullyAndStartAt(5)).toThrow(DiskError);
    expect(log.logEndOffset).toBeGreaterThan(0);
  });

  it('takes appends after a failure where that rule is taken away', async () => {
    const disk = new MemoryDisk();
    const log = openLog(disk, { rules: { ...kafkaLogRules, acceptsAppend: () => true } });
    disk.failing = { kind: 'sync', code: 'EIO' };
    await expect(log.flush()).rejects.toThrow(DiskError);
    expect(log.append(batchOf(['b']), 1).baseOffset).toBe(0);
  });

  it('that is full refuses the append and a clean close (KAFKA-13773)', async () => {
    const disk = new MemoryDisk();
    const log = openLog(disk);
    log.append(batchOf(['a']), 1);
    disk.failing = { kind: 'write', code: 'ENOSPC' };
    expect(() => log.append(batchOf(['b']), 1)).toThrow(/ENOSPC/);
    disk.failing = null;
    expect([log.logEndOffset, log.hasFailed]).toEqual([1, true]);
    await expect(log.close()).rejects.toThrow(/ENOSPC/);
    expect(contents(openLog(disk))).toEqual(['0:1:a']);
  });

  it('that fails while a log is opened says so', () => {
    const disk = new MemoryDisk();
    openLog(disk).append(batchOf(['a']), 1);
    disk.failing = { kind: 'open', code: 'EIO' };
    expect(() => openLog(disk)).toThrow(DiskError);
  });

  it('loses nothing that was written when only the process dies', () => {
    const disk = new MemoryDisk();
    const log = openLog(disk);
    for (const value of ['a', 'b', 'c']) log.append(batchOf([value]), 1);
    expect(contents(openLog(disk))).toHaveLength(3);
    expect(contents(openLog(disk.powerLoss(pickFrom(1)))).length).toBeLessThanOrEqual(3);
  });
});
