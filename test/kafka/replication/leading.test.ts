import { describe, expect, it } from 'vitest';
import { errorCode } from '../../../src/kafka/protocol/errors.ts';
import { buildBatch } from '../../../src/kafka/records/builder.ts';
import { readRecords } from '../../../src/kafka/records/reader.ts';
import { latestTimestamp } from '../../../src/kafka/replication/contract.ts';
import { Bench, batchOf, otherTopicId, topicId } from './bench.ts';
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

describe('a consumer’s fetch', () => {
  it('sees what is committed and nothing above', () => {
    const bench = leading();
    bench.produce(1, batchOf('a'));
    bench.follow(2, 1);
    bench.follow(3, 1);
    bench.produce(1, batchOf('b'));
    const [result] = bench.fetch();
    expect(result).toMatchObject({ errorCode: 0, highWatermark: 1, lastStableOffset: 1 });
    expect(readRecords(result?.records as Uint8Array)).toHaveLength(1);
    expect(bench.fetch({}, { fetchOffset: 1 })[0]?.records).toHaveLength(0);
    expect(bench.fetch({}, { fetchOffset: 2 })[0]).toMatchObject({ errorCode: 0 });
    expect(codes(bench.fetch({}, { fetchOffset: 3 }))).toEqual([errorCode.offsetOutOfRange]);
  });

  it('waits until the high watermark moves', () => {
    const bench = leading();
    const results = bench.fetch({ maxWaitMs: 500 });
    bench.produce(1);
    bench.follow(2, 1);
    expect(results).toEqual([]);
    bench.follow(3, 1);
    expect(results).toMatchObject([{ errorCode: 0, highWatermark: 1 }]);
    expect(results[0]?.records.length).toBeGreaterThan(0);
    bench.world.advance(10_000_000);
    expect(results).toHaveLength(1);
  });

  it('waits for as many bytes as it asked, and at most as long', () => {
    const bench = new Bench().start().create({ replicas: [1] });
    const size = batchOf('x').length;
    const enough = bench.fetch({ maxWaitMs: 500, minBytes: 2 * size });
    const never = bench.fetch({ maxWaitMs: 400, minBytes: 9 * size });
    bench.produce(1);
    expect(enough).toEqual([]);
    bench.produce(1);
    expect(enough[0]?.records).toHaveLength(2 * size);
    expect(never).toEqual([]);
    bench.world.advance(400_000);
    expect(never[0]?.records).toHaveLength(2 * size);
  });

  it('is answered at once when the leader goes, and is fenced by leader epochs', () => {
    const bench = leading();
    const results = bench.fetch({ maxWaitMs: 500 }, { currentLeaderEpoch: 0 });
    bench.tell(bench.change({ leader: 2 }));
    expect(results).toMatchObject([
      { errorCode: errorCode.fencedLeaderEpoch, currentLeader: { leaderId: 2, leaderEpoch: 1 } },
    ]);
    expect(codes(bench.fetch({}, { currentLeaderEpoch: 2 }))).toEqual([
      errorCode.unknownLeaderEpoch,
    ]);
    expect(codes(bench.fetch({}))).toEqual([errorCode.notLeaderOrFollower]);
  });

  it('gets one batch even above its limits, but only from the first partition that has any', () => {
    const bench = new Bench().start().create({ replicas: [1] }, { index: 1, replicas: [1] });
    const size = batchOf('x').length;
    const part = (index: number) => ({ topicId, topic: '', index, records: batchOf('x') });
    const partitions = [part(0), part(1)];
    bench.manager.produce({ acks: 1, timeoutMs: 0, partitions }, () => {});
    const ask = (index: number, maxBytes: number) => ({
      topicId,
      topic: '',
      index,
      currentLeaderEpoch: -1,
      fetchOffset: 0,
      lastFetchedEpoch: -1,
      logStartOffset: -1,
      maxBytes,
    });
    const lengths = (maxBytes: number, perPartition: number) =>
      bench
        .fetch({ maxBytes, partitions: [ask(0, perPartition), ask(1, perPartition)] })
        .map((one) => one.records.length);
    expect(lengths(1, 1)).toEqual([size, 0]);
    expect(lengths(2 * size - 1, size)).toEqual([size, 0]);
    expect(lengths(2 * size, size)).toEqual([size, size]);
  });

  it.each([
    [
      'an unknown name',
      { topicId: 'AAAAAAAAAAAAAAAAAAAAAA', topic: 'nope' },
      errorCode.unknownTopicOrPartition,
    ],
    ['an unknown id', { topicId: otherTopicId }, errorCode.unknownTopicId],
    ['an id with another name', { topic: 'nope' }, errorCode.inconsistentTopicId],
    ['an unknown index', { index: 9 }, errorCode.unknownTopicOrPartition],
    ['a known name', { topicId: 'AAAAAAAAAAAAAAAAAAAAAA', topic: 'orders' }, errorCode.none],
  ])('of %s', (_, name, code) => {
    expect(codes(leading().fetch({}, name))).toEqual([code]);
  });
});

describe('a follower’s fetch', () => {
  it('sees all, and waits until something is appended', () => {
    const bench = leading();
    const results = bench.follow(2, 0, 500);
    expect(results).toEqual([]);
    bench.produce(1);
    expect(results).toMatchObject([{ errorCode: 0, highWatermark: 0 }]);
    expect(results[0]?.records.length).toBeGreaterThan(0);
  });

  it('that waited tells nothing new when it is answered', () => {
    const bench = leading();
    bench.follow(2, 0, 500);
    bench.world.advance(20_000_000);
    bench.produce(1);
    expect(bench.partition.leader?.follower(2)?.lastCaughtUpUs).toBe(0);
  });

  it('of a replica that is not assigned, or of an earlier incarnation, is refused', () => {
    const bench = new Bench().start().create({ replicas: [1, 2] });
    expect(codes(bench.follow(3, 0))).toEqual([errorCode.unknownLeaderEpoch]);
    const work = { replicaId: 2, replicaEpoch: 7 };
    expect(codes(bench.fetch(work, { currentLeaderEpoch: 0 }))).toEqual([
      errorCode.notLeaderOrFollower,
    ]);
  });
});

describe('the ISR', () => {
  const answerOf = (bench: Bench, isr: number[], code = 0) => ({
    throttleTimeMs: 0,
    errorCode: 0,
    topics: [
      {
        topicId,
        partitions: [
          {
            partitionIndex: 0,
            errorCode: code,
            leaderId: 1,
            leaderEpoch: 0,
            isr,
            leaderRecoveryState: 0,
            partitionEpoch: (bench.partition.leader?.partitionEpoch ?? 0) + 1,
          },
        ],
      },
    ],
  });

  it('loses a member that lags, which moves the high watermark once it is committed', () => {
    const bench = leading();
    const results = bench.produce(-1);
    for (let second = 0; second < 50; second++) {
      bench.follow(2, 1);
      bench.world.advance(1_000_000);
    }
    expect(bench.proposals).toHaveLength(1);
    const [proposal] = bench.proposals;
    expect(proposal?.request).toMatchObject({
      brokerId: 1,
      brokerEpoch: 101,
      topics: [
        {
          topicId,
          partitions: [
            {
              partitionIndex: 0,
              leaderEpoch: 0,
              partitionEpoch: 0,
              newIsrWithEpochs: [
                { brokerId: 1, brokerEpoch: 101 },
                { brokerId: 2, brokerEpoch: 102 },
              ],
            },
          ],
        },
      ],
    });
    expect(bench.partition.highWatermark).toBe(0);
    proposal?.done(answerOf(bench, [1, 2]), null);
    expect(bench.partition.highWatermark).toBe(1);
    expect(codes(results)).toEqual([errorCode.requestTimedOut]);
  });

  it('gains a follower that caught up; the answer and the metadata after it are one change', () => {
    const bench = new Bench().start().create({ isr: [1, 2] });
    bench.follow(3, 0);
    expect(bench.partition.leader?.maximalIsr).toEqual([1, 2, 3]);
    bench.world.advance(0);
    bench.proposals[0]?.done(answerOf(bench, [1, 2, 3]), null);
    expect(bench.partition.leader?.committedIsr).toEqual([1, 2, 3]);
    bench.tell(bench.change({ isr: [1, 2, 3] }));
    expect(bench.partition.leader?.partitionEpoch).toBe(1);
    expect(bench.observations.filter((one) => one.kind === 'isr-changed')).toHaveLength(2);
  });

  it('is proposed again until the controller says what became of it', () => {
    const bench = new Bench().start().create({ isr: [1, 2] });
    bench.follow(3, 0);
    bench.world.advance(0);
    bench.proposals[0]?.done(null, 'disconnected');
    bench.world.advance(49_000);
    expect(bench.proposals).toHaveLength(1);
    bench.world.advance(1000);
    expect(bench.proposals).toHaveLength(2);
    bench.proposals[1]?.done(answerOf(bench, [], errorCode.notController), null);
    bench.world.advance(50_000);
    expect(bench.proposals).toHaveLength(3);
    bench.proposals[2]?.done(answerOf(bench, [], errorCode.ineligibleReplica), null);
    bench.world.advance(1_000_000);
    expect(bench.proposals).toHaveLength(3);
    expect(bench.partition.leader?.maximalIsr).toEqual([1, 2]);
  });

  it('keeps an addition whose fate is not known until metadata tells', () => {
    const bench = new Bench().start().create({ isr: [1, 2] });
    bench.follow(3, 0);
    bench.world.advance(0);
    bench.proposals[0]?.done(answerOf(bench, [], errorCode.invalidUpdateVersion), null);
    bench.world.advance(10_000_000);
    expect(bench.proposals).toHaveLength(1);
    expect(bench.partition.leader?.maximalIsr).toEqual([1, 2, 3]);
    bench.tell(bench.change({ isr: [1] }));
    expect(bench.partition.leader?.maximalIsr).toEqual([1]);
  });

  it('changes of several partitions travel in one request, one request at a time', () => {
    const bench = new Bench().start().create({ isr: [1] }, { index: 1, isr: [1] });
    const ask = (index: number, id: number) => ({
      topicId,
      topic: '',
      index,
      currentLeaderEpoch: 0,
      fetchOffset: 0,
      lastFetchedEpoch: -1,
      logStartOffset: 0,
      maxBytes: 1000,
      id,
    });
    bench.fetch({ replicaId: 2, replicaEpoch: 102, partitions: [ask(0, 2), ask(1, 2)] });
    bench.world.advance(0);
    expect(bench.proposals[0]?.request.topics[0]?.partitions).toHaveLength(2);
    bench.world.advance(1_000_000);
    expect(bench.proposals).toHaveLength(1);
  });

  it('a leader from outside ISR and ELR reports that it has recovered (KIP-704)', () => {
    const bench = new Bench().start().create({ isr: [1], recovering: true });
    bench.world.advance(0);
    expect(bench.proposals[0]?.request.topics[0]?.partitions[0]).toMatchObject({
      newIsrWithEpochs: [{ brokerId: 1 }],
      leaderRecoveryState: 0,
    });
  });
});

describe('offset look-ups', () => {
  const query = (timestamp: number, replicaId = -1) => ({
    topicId: 'AAAAAAAAAAAAAAAAAAAAAA',
    topic: 'orders',
    index: 0,
    replicaId,
    readCommitted: false,
    currentLeaderEpoch: -1,
    timestamp,
  });

  it('find latest, earliest, by time and the largest time, below the high watermark', () => {
    const bench = new Bench().start().create({ replicas: [1] });
    bench.produce(1, batchOf('a', 'b', 'c'));
    const find = (timestamp: number) => bench.manager.listOffset(query(timestamp));
    expect(find(latestTimestamp)).toMatchObject({ offset: 3, timestamp: -1, leaderEpoch: 0 });
    expect(find(-2)).toMatchObject({ offset: 0, timestamp: -1 });
    expect(find(-3)).toMatchObject({ offset: 2, timestamp: 1002 });
    expect(find(1001)).toMatchObject({ offset: 1, timestamp: 1001 });
    expect(find(5000)).toMatchObject({ errorCode: 0, offset: -1 });
  });

  it('tell consumers of a leader that lags nothing yet (KIP-207)', () => {
    const bench = leading();
    bench.produce(1);
    bench.tell(bench.change({ leader: 1 }));
    expect(bench.manager.listOffset(query(latestTimestamp, 2)).offset).toBe(1);
    const latest = bench.manager.listOffset(query(latestTimestamp));
    expect(latest.errorCode).toBe(errorCode.offsetNotAvailable);
    bench.follow(2, 1);
    bench.follow(3, 1);
    expect(bench.manager.listOffset(query(latestTimestamp)).offset).toBe(1);
  });

  it('tell where an epoch ends, fenced by the leader epoch', () => {
    const bench = leading();
    bench.produce(1);
    bench.tell(bench.change({ leader: 1 }));
    const ask = (current: number, epoch: number) =>
      bench.manager.endOffsetForEpoch('orders', 0, current, epoch);
    expect(ask(1, 0)).toEqual({ errorCode: 0, leaderEpoch: 0, endOffset: 1 });
    expect(ask(0, 0).errorCode).toBe(errorCode.fencedLeaderEpoch);
    expect(ask(2, 0).errorCode).toBe(errorCode.unknownLeaderEpoch);
  });
});

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
});
