import { describe, expect, it } from 'vitest';
import type { Log } from '../../../src/kafka/log/log.ts';
import { kafkaLogRules } from '../../../src/kafka/log/rules.ts';
import { errorCode, KafkaError } from '../../../src/kafka/protocol/errors.ts';
import { maxSequence } from '../../../src/kafka/records/batch.ts';
import { buildEndMarker } from '../../../src/kafka/records/control.ts';
import { wrongRulesOf } from '../../trial/museum/wrong-rules-of.ts';
import { batchOf, contents, openLog, startMs } from './logs.ts';
import { MemoryDisk } from './memory-disk.ts';

const { outOfOrderSequenceNumber, invalidProducerEpoch, invalidTxnState } = errorCode;

function send(log: Log, sequence: number, producerEpoch = 0, count = 1, producerId = 7): string {
  const values = Array.from({ length: count }, (_, index) => `${sequence + index}`);
  const batch = batchOf(values, { producerId, producerEpoch, baseSequence: sequence });
  return outcome(() => log.append(batch, 0));
}

function outcome(append: () => { duplicate: boolean; baseOffset: number }): string {
  try {
    const result = append();
    return `${result.duplicate ? 'duplicate of' : 'at'} ${result.baseOffset}`;
  } catch (error) {
    if (error instanceof KafkaError) return `error ${error.code}`;
    throw error;
  }
}

describe('an idempotent producer', () => {
  it('gets the first offsets again for a retry of one of its last five batches', () => {
    const log = openLog(new MemoryDisk());
    for (let sequence = 0; sequence < 6; sequence++) send(log, sequence);
    expect(send(log, 5)).toBe('duplicate of 5');
    expect(send(log, 1)).toBe('duplicate of 1');
    expect(send(log, 0)).toBe(`error ${outOfOrderSequenceNumber}`);
    expect(log.logEndOffset).toBe(6);
    expect(send(log, 6)).toBe('at 6');
  });

  it('is one with an id: any negative one is none, and its sequences are not looked at', () => {
    const log = openLog(new MemoryDisk());
    expect(send(log, 5, 0, 1, -2)).toBe('at 0');
    expect(send(log, 5, 0, 1, -2)).toBe('at 1');
    expect(send(log, -1, 0, 1, -2)).toBe('at 2');
  });

  it('is refused when it leaves a gap or repeats a part', () => {
    const log = openLog(new MemoryDisk());
    send(log, 0, 0, 3);
    expect(send(log, 4)).toBe(`error ${outOfOrderSequenceNumber}`);
    expect(send(log, 1, 0, 2)).toBe(`error ${outOfOrderSequenceNumber}`);
    expect(send(log, 3)).toBe('at 3');
  });

  it('starts each epoch at 0 and may not go back to an older one', () => {
    const log = openLog(new MemoryDisk());
    send(log, 0);
    expect(send(log, 1, 1)).toBe(`error ${outOfOrderSequenceNumber}`);
    expect(send(log, 0, 1)).toBe('at 1');
    expect(send(log, 1, 0)).toBe(`error ${invalidProducerEpoch}`);
    expect(send(log, 0, 0)).toBe(`error ${invalidProducerEpoch}`);
  });

  it('may start anywhere where nothing is known of it', () => {
    const log = openLog(new MemoryDisk());
    send(log, 0, 0, 1, 8);
    expect(send(log, 41)).toBe('at 1');
    expect(send(log, 43)).toBe(`error ${outOfOrderSequenceNumber}`);
  });

  it('starts at 0 in a log that never held a record: nothing was forgotten (KAFKA-15591)', () => {
    const log = openLog(new MemoryDisk());
    expect(send(log, 41)).toBe(`error ${outOfOrderSequenceNumber}`);
    expect(send(log, 0)).toBe('at 0');
  });

  it('wraps its sequence behind 2^31 − 1', () => {
    const log = openLog(new MemoryDisk());
    send(log, 0, 0, 1, 8);
    expect(send(log, maxSequence - 1, 0, 4)).toBe('at 1');
    expect(send(log, maxSequence - 1, 0, 4)).toBe('duplicate of 1');
    expect(send(log, 2)).toBe('at 5');
    send(log, maxSequence, 0, 1, 9);
    expect(send(log, 0, 0, 1, 9)).toBe('at 7');
  });

  it('does not disturb another one', () => {
    const log = openLog(new MemoryDisk());
    send(log, 0, 0, 1, 7);
    expect(send(log, 0, 0, 1, 8)).toBe('at 1');
    expect(send(log, 1, 0, 1, 7)).toBe('at 2');
  });

  it('sends one batch at a time', () => {
    const log = openLog(new MemoryDisk());
    const one = batchOf(['a'], { producerId: 7, producerEpoch: 0, baseSequence: 0 });
    const twice = new Uint8Array([...one, ...one]);
    expect(outcome(() => log.append(twice, 0))).toBe(`error ${errorCode.invalidRecord}`);
  });

  it('duplicates where the rule is taken away (KIP-98)', () => {
    const rules = {
      ...kafkaLogRules,
      recognisesDuplicates: () => false,
      judgeSequence: () => 'in-order' as const,
    };
    const log = openLog(new MemoryDisk(), { rules });
    send(log, 0);
    expect(send(log, 0)).toBe('at 1');
  });
});

describe('producer state', () => {
  it.each([true, false])('survives reopening (clean: %s)', async (cleanShutdown) => {
    const disk = new MemoryDisk();
    const log = openLog(disk, { settings: { segmentBytes: 300 } });
    for (let sequence = 0; sequence < 9; sequence++) send(log, sequence);
    if (cleanShutdown) await log.close();
    const again = openLog(disk, { cleanShutdown });
    expect(send(again, 5)).toBe('duplicate of 5');
    expect(send(again, 10)).toBe(`error ${outOfOrderSequenceNumber}`);
    expect(send(again, 9)).toBe('at 9');
  });

  it('goes back with a truncation', () => {
    const log = openLog(new MemoryDisk(), { settings: { segmentBytes: 200 } });
    for (let sequence = 0; sequence < 9; sequence++) send(log, sequence);
    log.truncateTo(4);
    expect(send(log, 8)).toBe(`error ${outOfOrderSequenceNumber}`);
    expect(send(log, 3)).toBe('duplicate of 3');
    expect(send(log, 4)).toBe('at 4');
    log.truncateFullyAndStartAt(0);
    expect(log.activeProducers()).toEqual([]);
  });

  it('is kept from a damaged snapshot by reading the log', async () => {
    const disk = new MemoryDisk();
    const log = openLog(disk);
    for (let sequence = 0; sequence < 3; sequence++) send(log, sequence);
    await log.close();
    disk.bytes('data/orders-0/00000000000000000003.snapshot').fill(0x20, 9, 14);
    const again = openLog(disk, { cleanShutdown: true });
    expect(send(again, 1)).toBe('duplicate of 1');
    expect(send(again, 3)).toBe('at 3');
  });

  it('expires with the producer’s last activity, of which a marker is one (KAFKA-9144)', () => {
    let now = startMs;
    const options = { wallMs: () => now, producerIdExpirationMs: 1000 };
    const expireAt = (log: Log, ms: number) => {
      now = ms;
      log.expireProducers();
      now = startMs;
      return log.activeProducers().length;
    };
    const plain = openLog(new MemoryDisk(), options);
    send(plain, 0);
    expect(expireAt(plain, startMs + 999)).toBe(1);
    expect(expireAt(plain, startMs + 1000)).toBe(0);
    const marked = (rules = kafkaLogRules) => {
      const log = openLog(new MemoryDisk(), { ...options, rules });
      begin(log, 7, 0);
      end(log, 7, 'commit', startMs + 500);
      return expireAt(log, startMs + 1200);
    };
    expect(marked()).toBe(1);
    expect(marked({ ...kafkaLogRules, ...wrongRulesOf('KAFKA-9144', 'log') })).toBe(0);
  });
});

function begin(log: Log, producerId: number, baseSequence: number): string {
  const options = { producerId, producerEpoch: 0, baseSequence, transactional: true };
  return outcome(() => log.append(batchOf(['t'], options), 0));
}

function end(log: Log, producerId: number, type: 'abort' | 'commit', timestamp = startMs) {
  const marker = buildEndMarker(producerId, 0, { type, coordinatorEpoch: 1, timestamp });
  return outcome(() => log.append(marker, 0, 'coordinator'));
}

describe('open transactions', () => {
  it('hold the last stable offset until their marker is replicated', () => {
    const log = openLog(new MemoryDisk());
    send(log, 0, 0, 1, 1);
    begin(log, 7, 0);
    begin(log, 8, 0);
    expect(log.lastStableOffset(3)).toBe(1);
    expect(log.lastStableOffset(1)).toBe(1);
    end(log, 7, 'commit');
    expect(log.lastStableOffset(3)).toBe(1);
    expect(log.lastStableOffset(4)).toBe(2);
    end(log, 8, 'abort');
    expect(log.lastStableOffset(4)).toBe(2);
    expect(log.lastStableOffset(5)).toBe(5);
    expect(contents(log)).toHaveLength(5);
  });

  it('are found again by a log that is read anew', async () => {
    const disk = new MemoryDisk();
    const log = openLog(disk);
    begin(log, 7, 0);
    begin(log, 8, 0);
    end(log, 7, 'commit');
    expect(openLog(disk).lastStableOffset(2)).toBe(0);
    expect(openLog(disk).lastStableOffset(3)).toBe(1);
    await log.close();
    expect(openLog(disk, { cleanShutdown: true }).lastStableOffset(3)).toBe(1);
  });

  it('take no plain batch of the same producer', () => {
    const log = openLog(new MemoryDisk());
    begin(log, 7, 0);
    expect(send(log, 1)).toBe(`error ${invalidTxnState}`);
  });

  it('refuse markers of an older epoch or coordinator', () => {
    const log = openLog(new MemoryDisk());
    send(log, 0, 3);
    const marker = { type: 'commit', coordinatorEpoch: 5, timestamp: startMs } as const;
    const append = (epoch: number, coordinatorEpoch: number) => {
      const bytes = buildEndMarker(7, epoch, { ...marker, coordinatorEpoch });
      return outcome(() => log.append(bytes, 0, 'coordinator'));
    };
    expect(append(2, 5)).toBe(`error ${invalidProducerEpoch}`);
    expect(append(4, 5)).toBe('at 1');
    expect(append(4, 4)).toBe(`error ${errorCode.transactionCoordinatorFenced}`);
    expect(send(log, 1, 4)).toBe(`error ${outOfOrderSequenceNumber}`);
    expect(send(log, 0, 4)).toBe('at 2');
  });
});
