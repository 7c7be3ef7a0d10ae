import { describe, expect, it } from 'vitest';
import { errorCode } from '../../../src/kafka/protocol/errors.ts';
import { compressions } from '../../../src/kafka/records/batch.ts';
import { buildBatch } from '../../../src/kafka/records/builder.ts';
import { readRecords } from '../../../src/kafka/records/reader.ts';
import { latestTimestamp } from '../../../src/kafka/replication/contract.ts';
import { Bench, batchOf, fetchAnswer, otherTopicId, topicId } from './bench.ts';

const codes = (results: readonly { errorCode: number }[]) => results.map((one) => one.errorCode);
const leading = (minInsyncReplicas = 1) =>
  new Bench({ topic: { minInsyncReplicas } }).start().create({});

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

describe('the limits of a fetch', () => {
  const size = batchOf('x').length;
  const three = () => {
    const bench = new Bench().start().create({ replicas: [1] });
    for (let i = 0; i < 3; i++) bench.produce(1);
    return bench;
  };

  it('answer at once where more bytes are asked for than limits let through', () => {
    const bench = three();
    // Two batches fit, fewer than the least, and a third is there: waiting would bring nothing.
    const limited = { maxWaitMs: 500, maxBytes: 2.5 * size, minBytes: 2.5 * size };
    expect(bench.fetch(limited)[0]?.records).toHaveLength(2 * size);
    const part = { maxBytes: Math.ceil(2.5 * size) };
    expect(bench.fetch({ maxWaitMs: 500, minBytes: 2.5 * size }, part)[0]?.records).toHaveLength(
      2 * size,
    );
    expect(bench.fetch({ maxWaitMs: 500, minBytes: 2.9 * size }, part)).toEqual([]);
    expect(bench.fetch({ maxWaitMs: 500, minBytes: 3.5 * size })).toEqual([]);
  });

  it('are UNKNOWN_SERVER_ERROR below zero where there is something to read', () => {
    const bench = three();
    const negative = { maxWaitMs: 500, maxBytes: -1, minBytes: -1 };
    expect(codes(bench.fetch(negative))).toEqual([errorCode.unknownServerError]);
    expect(codes(bench.fetch(negative, { fetchOffset: 3 }))).toEqual([0]);
    expect(codes(bench.fetch({}, { maxBytes: -1 }))).toEqual([errorCode.unknownServerError]);
  });
});

describe('a follower', () => {
  const following = () => {
    const bench = new Bench().start().create({ leader: 2 });
    bench.next().answer(fetchAnswer({ records: batchOf('a', 'b', 'c'), highWatermark: 2 }));
    return bench;
  };
  const anywhere = { fromAnyReplica: true, rack: 'r1' };

  it('serves consumers that may read anywhere, up to its own high watermark (KIP-392)', () => {
    const bench = following();
    const [result] = bench.fetch(anywhere);
    expect(result).toMatchObject({ errorCode: 0, highWatermark: 2, preferredReadReplica: -1 });
    expect(bench.fetch(anywhere, { fetchOffset: 2 })[0]).toMatchObject({
      errorCode: 0,
      records: new Uint8Array(0),
    });
    expect(codes(bench.fetch(anywhere, { fetchOffset: 4 }))).toEqual([errorCode.offsetOutOfRange]);
    expect(codes(bench.fetch(anywhere, { currentLeaderEpoch: 1 }))).toEqual([
      errorCode.unknownLeaderEpoch,
    ]);
  });

  it('serves neither old consumers nor followers', () => {
    const bench = following();
    expect(codes(bench.fetch())).toEqual([errorCode.notLeaderOrFollower]);
    const follower = { replicaId: 3, replicaEpoch: 103 };
    expect(codes(bench.fetch(follower))).toEqual([errorCode.notLeaderOrFollower]);
  });

  it('lets consumers wait for its high watermark', () => {
    const bench = following();
    const waiting = bench.fetch({ ...anywhere, maxWaitMs: 500 }, { fetchOffset: 2 });
    expect(waiting).toEqual([]);
    bench.next().answer(fetchAnswer({ highWatermark: 3 }));
    expect(waiting).toMatchObject([{ errorCode: 0, highWatermark: 3 }]);
  });

  it('tells a debugging consumer where its log ends', () => {
    const bench = following();
    const ask = (replicaId: number) =>
      bench.manager.listOffset({
        topicId,
        topic: 'orders',
        index: 0,
        replicaId,
        readCommitted: false,
        currentLeaderEpoch: -1,
        timestamp: latestTimestamp,
      });
    expect(ask(-2)).toMatchObject({ errorCode: 0, offset: 3 });
    expect(ask(-1).errorCode).toBe(errorCode.notLeaderOrFollower);
  });
});

describe('a leader that knows racks', () => {
  const node = {
    replicaSelectorClass: 'org.apache.kafka.common.replica.RackAwareReplicaSelector',
  } as const;
  const askFrom = (bench: Bench, rack: string, fetchOffset = 0) =>
    bench.fetch({ maxWaitMs: 500, fromAnyReplica: true, rack }, { fetchOffset })[0];

  it('sends a consumer to an in-sync replica in its rack that has what it wants', () => {
    const bench = new Bench({ node }).start().create({});
    bench.produce(1);
    bench.follow(2, 1);
    bench.follow(3, 0);
    expect(askFrom(bench, 'r2')).toMatchObject({
      errorCode: 0,
      preferredReadReplica: 2,
      records: new Uint8Array(0),
    });
    expect(askFrom(bench, 'r3', 0)?.preferredReadReplica).toBe(3);
    bench.follow(3, 1);
    bench.tell(bench.change({ isr: [1, 2] }));
    expect(askFrom(bench, 'r3')?.preferredReadReplica).toBe(-1);
    for (const rack of ['r1', 'r9', ''])
      expect(askFrom(bench, rack)?.preferredReadReplica).toBe(-1);
  });

  it('keeps who asks for more than that replica has, or for what it no longer has', () => {
    const bench = new Bench({ node }).start().create({});
    bench.produce(1);
    bench.follow(2, 0);
    bench.follow(3, 1);
    expect(askFrom(bench, 'r2', 1)?.preferredReadReplica ?? -1).toBe(-1);
    const trimmed = { fetchOffset: 1, logStartOffset: 1, currentLeaderEpoch: 0 };
    bench.fetch({ replicaId: 2, replicaEpoch: 102 }, { ...trimmed, lastFetchedEpoch: 0 });
    expect(askFrom(bench, 'r2', 0)?.preferredReadReplica).toBe(-1);
  });

  it('sends nobody anywhere unless it was told to choose', () => {
    const bench = new Bench().start().create({});
    bench.produce(1);
    for (const id of [2, 3]) bench.follow(id, 1);
    expect(askFrom(bench, 'r2')?.preferredReadReplica).toBe(-1);
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

  it.each(compressions)('by time look into batches that are packed (%s)', (compression) => {
    const records = [1000, 1005, 1002].map((timestamp) => {
      return { timestamp, key: null, value: new Uint8Array(50), headers: [] };
    });
    const bench = new Bench().start().create({ replicas: [1] });
    expect(codes(bench.produce(1, buildBatch({ records, compression })))).toEqual([0]);
    const find = (timestamp: number) => bench.manager.listOffset(query(timestamp));
    expect(find(-3)).toMatchObject({ offset: 1, timestamp: 1005 });
    expect(find(1001)).toMatchObject({ offset: 1, timestamp: 1005 });
    expect(find(999)).toMatchObject({ offset: 0, timestamp: 1000 });
  });

  it('of what only tiered storage has find nothing', () => {
    const bench = new Bench().start().create({ replicas: [1] });
    bench.produce(1, batchOf('a'));
    for (const timestamp of [-5, -6]) {
      expect(bench.manager.listOffset(query(timestamp))).toMatchObject({ offset: -1 });
    }
  });

  it('for debugging are answered by any replica, of all that it has', () => {
    const bench = leading();
    bench.produce(1);
    const latest = (replicaId: number) =>
      bench.manager.listOffset(query(latestTimestamp, replicaId));
    expect([latest(-1).offset, latest(-2).offset]).toEqual([0, 1]);
    bench.tell(bench.change({ leader: 2 }));
    expect(latest(-1).errorCode).toBe(errorCode.notLeaderOrFollower);
    expect(latest(-2)).toMatchObject({ errorCode: 0, offset: 1 });
  });

  it('are fenced by any epoch but -1, which is none', () => {
    const bench = new Bench().start().create({ replicas: [1] });
    const ask = (currentLeaderEpoch: number) =>
      bench.manager.listOffset({ ...query(latestTimestamp), currentLeaderEpoch }).errorCode;
    expect([ask(-1), ask(0), ask(-2)]).toEqual([0, 0, errorCode.fencedLeaderEpoch]);
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
    expect(ask(-1, 0).errorCode).toBe(0);
    expect(ask(-2, 0).errorCode).toBe(errorCode.fencedLeaderEpoch);
    const latest = bench.manager.listOffset({ ...query(latestTimestamp), currentLeaderEpoch: -2 });
    expect(latest.errorCode).toBe(errorCode.fencedLeaderEpoch);
  });
});
