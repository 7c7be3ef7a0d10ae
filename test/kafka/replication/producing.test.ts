import { describe, expect, it } from 'vitest';
import { errorCode } from '../../../src/kafka/protocol/errors.ts';
import { buildBatch } from '../../../src/kafka/records/builder.ts';
import { Bench, batchOf, topicId } from './bench.ts';
import { settle } from './manual-host.ts';

const codes = (results: readonly { errorCode: number }[]) => results.map((one) => one.errorCode);
const leading = (minInsyncReplicas = 1) =>
  new Bench({ topic: { minInsyncReplicas } }).start().create({});

describe('a produce', () => {
  it('with acks=all is answered when every member of the ISR has it', () => {
    const bench = leading();
    const results = bench.produce(-1, batchOf('a', 'b'));
    bench.follow(2, 2);
    expect(results).toEqual([]);
    bench.follow(3, 2);
    expect(results).toMatchObject([{ errorCode: 0, baseOffset: 0, logStartOffset: 0 }]);
    expect(bench.partition.highWatermark).toBe(2);
  });

  it('with acks=1 or 0, or alone in the ISR, is answered at once', () => {
    const bench = leading();
    expect(codes(bench.produce(1))).toEqual([0]);
    expect(codes(bench.produce(0))).toEqual([0]);
    expect(
      codes(
        new Bench()
          .start()
          .create({ replicas: [1] })
          .produce(-1),
      ),
    ).toEqual([0]);
  });

  it('with other acks is INVALID_REQUIRED_ACKS', () => {
    expect(codes(leading().produce(2))).toEqual([errorCode.invalidRequiredAcks]);
  });

  it('that is refused names its records, and where the log starts if the log refused it', () => {
    const bench = new Bench().start().create({ replicas: [1] });
    const record = { key: null, value: null, headers: [] };
    const late = buildBatch({
      records: [0, 2 ** 50].map((timestamp) => ({ ...record, timestamp })),
    });
    const [refused] = bench.produce(1, late);
    expect(refused).toMatchObject({ errorCode: errorCode.invalidTimestamp, logStartOffset: 0 });
    expect(refused?.recordErrors.map(({ batchIndex }) => batchIndex)).toEqual([1]);
    const damaged = batchOf('a');
    damaged[damaged.length - 1]! ^= 1;
    expect(bench.produce(1, damaged)).toMatchObject([
      { errorCode: errorCode.corruptMessage, logStartOffset: -1, recordErrors: [] },
    ]);
    expect(bench.partition.log.logEndOffset).toBe(0);
  });

  it('below min ISR is not appended (NOT_ENOUGH_REPLICAS), unless acks=1', () => {
    const bench = new Bench({ topic: { minInsyncReplicas: 2 } }).start().create({ isr: [1] });
    expect(codes(bench.produce(-1))).toEqual([errorCode.notEnoughReplicas]);
    expect(bench.partition.log.logEndOffset).toBe(0);
    expect(codes(bench.produce(1))).toEqual([0]);
    expect(bench.partition.highWatermark).toBe(0);
  });

  it('of a topic with fewer replicas than min ISR needs only those it has', () => {
    const bench = new Bench({ topic: { minInsyncReplicas: 3 } }).start().create({ replicas: [1] });
    expect(codes(bench.produce(-1))).toEqual([0]);
  });

  it('times out when followers do not come', () => {
    const bench = leading();
    const results = bench.produce(-1, batchOf('a'), 1500);
    bench.world.advance(1_499_000);
    expect(results).toEqual([]);
    bench.world.advance(1000);
    expect(codes(results)).toEqual([errorCode.requestTimedOut]);
  });

  it('that waits is NOT_LEADER_OR_FOLLOWER when leadership goes', () => {
    const bench = leading();
    const results = bench.produce(-1);
    bench.tell(bench.change({ leader: 2 }));
    expect(codes(results)).toEqual([errorCode.notLeaderOrFollower]);
  });

  it('that waits goes on waiting when the same broker leads on', () => {
    const bench = leading();
    const results = bench.produce(-1);
    bench.tell(bench.change({ leader: 1 }));
    bench.follow(2, 1);
    bench.follow(3, 1);
    expect(codes(results)).toEqual([0]);
  });

  it('that repeats a batch waits until the first one is committed', () => {
    const bench = leading();
    const first = bench.produce(-1, sequenced(0));
    const retry = bench.produce(-1, sequenced(0));
    expect(bench.partition.log.logEndOffset).toBe(1);
    expect([first, retry]).toEqual([[], []]);
    bench.follow(2, 1);
    bench.follow(3, 1);
    expect([codes(first), codes(retry)]).toEqual([[0], [0]]);
    expect(retry[0]?.baseOffset).toBe(0);
  });

  it('to who does not lead names the leader (KIP-951)', () => {
    const bench = new Bench().start().create({ leader: 2 });
    expect(bench.produce(-1)).toMatchObject([
      { errorCode: errorCode.notLeaderOrFollower, currentLeader: { leaderId: 2, leaderEpoch: 0 } },
    ]);
  });

  it('of damaged records is CORRUPT_MESSAGE and changes nothing', () => {
    const bench = leading();
    const bytes = batchOf('a');
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    expect(codes(bench.produce(-1, bytes))).toEqual([errorCode.corruptMessage]);
    expect(bench.partition.log.logEndOffset).toBe(0);
  });

  it('to several partitions answers each in the order asked', () => {
    const bench = new Bench().start().create({ replicas: [1] }, { index: 1, replicas: [1, 2] });
    const results: { index: number; errorCode: number }[] = [];
    const part = (index: number) => ({ topicId, topic: '', index, records: batchOf('x') });
    const work = { acks: -1, timeoutMs: 1000, partitions: [part(1), part(7), part(0)] };
    bench.manager.produce(work, (given) => results.push(...given));
    expect(results).toEqual([]);
    bench.world.advance(1_000_000);
    expect(results.map((one) => [one.index, one.errorCode])).toEqual([
      [1, errorCode.requestTimedOut],
      [7, errorCode.unknownTopicOrPartition],
      [0, 0],
    ]);
  });
});

function sequenced(baseSequence: number): Uint8Array {
  const record = { timestamp: 1, key: null, value: null, headers: [] };
  return buildBatch({ records: [record], producerId: 7, producerEpoch: 0, baseSequence });
}

describe('a topic that flushes every record', () => {
  it('is answered only when the leader’s disk has it, also with acks=1', async () => {
    const bench = new Bench({ topic: { flushMessages: 1 } }).start().create({ replicas: [1] });
    const [one, all] = [bench.produce(1), bench.produce(-1)];
    expect([one, all]).toEqual([[], []]);
    expect(bench.partition.highWatermark).toBe(0);
    await settle();
    expect([codes(one), codes(all)]).toEqual([[0], [0]]);
    expect(bench.world.disk.syncs).toBeGreaterThan(0);
  });

  it('is answered with what says that it may be there, where the lead is lost before its flush', async () => {
    const bench = new Bench({ topic: { flushMessages: 1 } }).start().create({ replicas: [1, 2] });
    const [one, all] = [bench.produce(1), bench.produce(-1)];
    bench.tell(bench.change({ leader: 2 }));
    await settle();
    // With acks=1 a client takes NOT_LEADER_OR_FOLLOWER for a refusal before the append.
    expect(codes(one)).toEqual([errorCode.requestTimedOut]);
    expect(codes(all)).toEqual([errorCode.notLeaderOrFollower]);
  });
});
