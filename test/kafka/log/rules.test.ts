import { describe, expect, it } from 'vitest';
import { kafkaLogRules, type LogRules } from '../../../src/kafka/log/rules.ts';
import { errorCode, KafkaError } from '../../../src/kafka/protocol/errors.ts';
import { wrongRulesOf } from '../../trial/museum/wrong-rules-of.ts';
import { batchOf, contents, openLog } from './logs.ts';
import { MemoryDisk } from './memory-disk.ts';

const withRule = (rule: Partial<LogRules>): LogRules => ({ ...kafkaLogRules, ...rule });

describe('a rule can be swapped for what it once was', () => {
  it('KAFKA-7415: without the new leader’s epoch its predecessor seems to go on', () => {
    const lead = (rules: LogRules) => {
      const log = openLog(new MemoryDisk(), { rules });
      log.append(batchOf(['a']), 1);
      log.assignEpochStart(2, 1);
      return log.endOffsetForEpoch(2);
    };
    expect(lead(kafkaLogRules)).toEqual({ leaderEpoch: 2, endOffset: 1 });
    const wrong = lead(withRule({ recordsEpochOfNewLeader: () => false }));
    expect(wrong).toEqual({ leaderEpoch: -1, endOffset: -1 });
  });

  it('KIP-279: an answer that echoes the asked epoch hides that it is another', () => {
    const log = openLog(new MemoryDisk(), {
      rules: withRule({
        endOfEpoch: (epochs, epoch, end) => {
          const { endOffset } = kafkaLogRules.endOfEpoch(epochs, epoch, end);
          return { leaderEpoch: epoch, endOffset };
        },
      }),
    });
    log.append(batchOf(['a']), 1);
    log.append(batchOf(['b']), 5);
    expect(log.endOffsetForEpoch(3)).toEqual({ leaderEpoch: 3, endOffset: 1 });
  });

  it('KAFKA-2477: the end of the log was once out of range', () => {
    const isInRange: LogRules['isInRange'] = (from, start, end) => from >= start && from < end;
    const log = openLog(new MemoryDisk(), { rules: withRule({ isInRange }) });
    expect(() => log.read(0, 100, 0)).toThrow(KafkaError);
    expect(() => log.read(0, 100, 0)).toThrow(/OFFSET_OUT_OF_RANGE/);
    expect(errorCode.offsetOutOfRange).toBe(1);
    expect(openLog(new MemoryDisk()).read(0, 100, 0)).toHaveLength(0);
  });

  it('LavinMQ 387: zeros that a crash left were once taken for records, and hide what follows', () => {
    const afterCrash = (rules: LogRules): string[] => {
      const disk = new MemoryDisk();
      openLog(disk).append(batchOf(['a']), 1);
      const file = disk.open('data/orders-0/00000000000000000000.log');
      file.write(file.size(), new Uint8Array(100));
      const log = openLog(disk, { rules });
      log.append(batchOf(['b']), 2);
      return contents(openLog(disk));
    };
    expect(afterCrash(kafkaLogRules)).toEqual(['0:1:a', '1:2:b']);
    expect(afterCrash(withRule(wrongRulesOf('LavinMQ-387', 'log')))).toEqual(['0:1:a']);
  });

  it('KAFKA-13773: a failed log once closed as if it were whole', async () => {
    const disk = new MemoryDisk();
    const log = openLog(disk, { rules: withRule({ closesCleanly: () => true }) });
    disk.failing = { kind: 'write', code: 'ENOSPC' };
    expect(() => log.append(batchOf(['a']), 1)).toThrow();
    disk.failing = null;
    await expect(log.close()).resolves.toBeUndefined();
  });
});
