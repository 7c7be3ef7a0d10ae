import { describe, expect, it } from 'vitest';
import type { LogObservation } from '../../../src/kafka/observation.ts';
import { batchOf, contents, openLog, replicated } from './logs.ts';
import { MemoryDisk } from './memory-disk.ts';

const directory = 'data/orders-0';
const settings = { segmentBytes: 300, indexIntervalBytes: 100 };

/** Twelve batches of one record, four to a segment, in epochs 1, 2 and 3. */
function twelve(disk = new MemoryDisk()) {
  const log = openLog(disk, { settings });
  for (let index = 0; index < 12; index++) log.append(batchOf([`v${index % 10}`]), epochOf(index));
  return { disk, log };
}

const epochOf = (index: number): number => 1 + Math.floor(index / 5);
const upTo = (end: number): string[] =>
  Array.from({ length: end }, (_, index) => `${index}:${epochOf(index)}:v${index % 10}`);

describe('after a clean stop', () => {
  it('a log comes back whole, without reading all of it', async () => {
    const { disk, log } = twelve();
    await log.close();
    disk.reads = 0;
    const again = openLog(disk, { settings, cleanShutdown: true });
    // Two checkpoints, three indexes, one snapshot, and the last segment's end.
    expect(disk.reads).toBeLessThanOrEqual(7);
    expect(again.recoveryPoint).toBe(12);
    expect(contents(again)).toEqual(upTo(12));
    expect(again.endOffsetForEpoch(2)).toEqual({ leaderEpoch: 2, endOffset: 10 });
    again.append(batchOf(['next']), 9);
    expect(contents(again).at(-1)).toBe('12:9:next');
  });

  it.each([
    '00000000000000000004.index',
    '00000000000000000008.index',
    'leader-epoch-checkpoint',
    '00000000000000000012.snapshot',
  ])('%s may be missing or damaged', async (name) => {
    for (const damage of ['missing', 'zeros', 'cut'] as const) {
      const { disk, log } = twelve();
      await log.close();
      if (damage === 'missing') disk.remove(`${directory}/${name}`);
      if (damage === 'zeros') disk.bytes(`${directory}/${name}`).fill(0);
      if (damage === 'cut') disk.open(`${directory}/${name}`).truncate(20);
      const again = openLog(disk, { settings, cleanShutdown: true });
      expect(contents(again)).toEqual(upTo(12));
      expect(again.endOffsetForEpoch(1)).toEqual({ leaderEpoch: 1, endOffset: 5 });
      expect(again.endOffsetForEpoch(2)).toEqual({ leaderEpoch: 2, endOffset: 10 });
    }
  });

  it('an end that is not sound after all is cut', async () => {
    const { disk, log } = twelve();
    await log.close();
    const bytes = disk.bytes(`${directory}/00000000000000000008.log`);
    bytes[bytes.length - 1] = 9;
    const again = openLog(disk, { settings, cleanShutdown: true });
    expect(contents(again)).toEqual(upTo(11));
    expect(again.recoveryPoint).toBeLessThanOrEqual(11);
  });
});

describe('after an unclean stop', () => {
  it('a log cut at any byte comes back up to there', () => {
    const size = twelve().disk.bytes(`${directory}/00000000000000000004.log`).length;
    for (let cut = 0; cut < size; cut += 7) {
      const { disk } = twelve();
      disk.open(`${directory}/00000000000000000004.log`).truncate(cut);
      const again = openLog(disk, { settings });
      expect(contents(again)).toEqual(upTo(4 + Math.floor((cut / size) * 4)));
      expect(disk.exists(`${directory}/00000000000000000008.log`)).toBe(false);
      again.append(batchOf(['on']), 9);
      expect(contents(openLog(disk, { settings })).at(-1)).toMatch(/:9:on$/);
    }
  });

  it('a hole of zeros ends the log in front of it', () => {
    const { disk } = twelve();
    disk.bytes(`${directory}/00000000000000000004.log`).fill(0, 75, 90);
    expect(contents(openLog(disk, { settings }))).toEqual(upTo(5));
  });

  it('junk behind the last batch is cut off for good', () => {
    const { disk } = twelve();
    const path = `${directory}/00000000000000000008.log`;
    const size = disk.bytes(path).length;
    disk.open(path).write(size, new Uint8Array(500).fill(7));
    expect(contents(openLog(disk, { settings }))).toEqual(upTo(12));
    expect(disk.bytes(path)).toHaveLength(size);
  });

  it('a missing segment ends the log, so that none has a hole', () => {
    const { disk } = twelve();
    disk.remove(`${directory}/00000000000000000004.log`);
    expect(contents(openLog(disk, { settings }))).toEqual(upTo(4));
    expect(disk.list(directory)).not.toContain('00000000000000000008.log');
  });

  it('only what lies above the recovery point is read', async () => {
    const { disk, log } = twelve();
    await log.flush();
    expect(log.recoveryPoint).toBe(12);
    // Damage below it goes unseen, as in Kafka; it shows that the segment was not read.
    disk.bytes(`${directory}/00000000000000000000.log`).fill(0, 40, 44);
    const again = openLog(disk, { settings, recoveryPoint: log.recoveryPoint });
    expect([again.logStartOffset, again.logEndOffset, again.recoveryPoint]).toEqual([0, 12, 12]);
    expect(openLog(disk, { settings }).logEndOffset).toBe(0);
  });

  it('bytes of an older epoch behind newer ones are old bytes that show again', () => {
    const disk = new MemoryDisk();
    const log = openLog(disk);
    log.appendAsFollower(replicated(0, 5, ['a']));
    const old = replicated(1, 5, ['b']);
    const size = disk.bytes(`${directory}/00000000000000000000.log`).length;
    log.append(batchOf(['x']), 6);
    disk.open(`${directory}/00000000000000000000.log`).write(2 * size, withOffset(old, 2));
    expect(contents(openLog(disk))).toEqual(['0:5:a', '1:6:x']);
  });

  it('tells how much is left', () => {
    const { disk } = twelve();
    disk.open(`${directory}/00000000000000000008.log`).truncate(10);
    const observations: LogObservation[] = [];
    openLog(disk, { settings, observations });
    const knowledge = {
      epochs: [
        { epoch: 1, startOffset: 0 },
        { epoch: 2, startOffset: 5 },
      ],
    };
    expect(observations[0]).toMatchObject({ kind: 'log-opened', start: 0, end: 8, knowledge });
  });

  it('a log start behind all that is left empties the log', async () => {
    const { disk, log } = twelve();
    log.advanceLogStart(10);
    await log.flush();
    disk.open(`${directory}/00000000000000000008.log`).truncate(0);
    const again = openLog(disk, { settings });
    expect([again.logStartOffset, again.logEndOffset]).toEqual([10, 10]);
    again.append(batchOf(['on']), 9);
    expect(contents(again)).toEqual(['10:9:on']);
  });

  it('a start inside the log is kept once it was flushed', async () => {
    const { disk, log } = twelve();
    log.advanceLogStart(6);
    await log.flush();
    const again = openLog(disk, { settings });
    expect(again.logStartOffset).toBe(6);
    expect(contents(again)).toEqual(upTo(12).slice(6));
    expect(again.epochAt(5)).toBe(-1);
  });

  it('files that were being written mean nothing', () => {
    const { disk } = twelve();
    disk.open(`${directory}/leader-epoch-checkpoint.tmp`, true).write(0, new Uint8Array(9));
    openLog(disk, { settings });
    expect(disk.list(directory)).not.toContain('leader-epoch-checkpoint.tmp');
  });
});

function withOffset(bytes: Uint8Array, offset: number): Uint8Array {
  bytes[7] = offset;
  return bytes;
}
