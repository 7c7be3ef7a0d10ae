import { describe, expect, it } from 'vitest';
import { errorCode } from '../../../src/kafka/protocol/errors.ts';
import * as batch from '../../../src/kafka/records/batch.ts';
import { Bench, batchOf, fetchAnswer, topicId } from './bench.ts';
import { settle } from './manual-host.ts';

/** Records as a leader of this epoch would send them. */
function sentBatch(baseOffset: number, leaderEpoch: number, ...values: string[]): Uint8Array {
  const bytes = batchOf(...values);
  batch.setBaseOffset(bytes, 0, baseOffset);
  batch.setLeaderEpoch(bytes, 0, leaderEpoch);
  return bytes;
}

const following = (topic = {}) => new Bench({ topic }).start().create({ leader: 2 });

/** Follower 1 with three records of epoch 0. */
function withRecords(): Bench {
  const bench = following();
  const records = sentBatch(0, 0, 'a', 'b', 'c');
  bench.next().answer(fetchAnswer({ records, highWatermark: 2 }));
  return bench;
}

describe('a follower', () => {
  it('fetches from its leader under its broker epoch, one request at a time', () => {
    const bench = following();
    const { api, body, to } = bench.next();
    expect(bench.sent).toHaveLength(0);
    expect([api.name, to.host]).toEqual(['Fetch', 'b2']);
    expect(body).toMatchObject({
      replicaState: { replicaId: 1, replicaEpoch: 101 },
      maxWaitMs: 500,
      minBytes: 1,
      topics: [
        {
          topicId,
          partitions: [
            { partition: 0, currentLeaderEpoch: 0, fetchOffset: 0, lastFetchedEpoch: -1 },
          ],
        },
      ],
    });
  });

  it('appends what comes, takes over the high watermark, and fetches on', () => {
    const bench = withRecords();
    expect(bench.partition.log.logEndOffset).toBe(3);
    expect(bench.partition.highWatermark).toBe(2);
    const [part] = bench.next().body.topics[0].partitions;
    expect(part).toMatchObject({ fetchOffset: 3, lastFetchedEpoch: 0 });
  });

  it('does not fetch before its process is registered (KIP-903)', () => {
    const bench = new Bench();
    bench.brokerEpoch = -1;
    bench.start().create({ leader: 2 });
    expect(bench.sent).toHaveLength(0);
    bench.brokerEpoch = 101;
    bench.tell();
    expect(bench.sent).toHaveLength(1);
  });

  it('asks all partitions of one leader in one request, and each leader by itself', () => {
    const bench = new Bench()
      .start()
      .create({ leader: 2 }, { index: 1, leader: 2 }, { index: 2, leader: 3 });
    const sent = bench.sent.map(({ body, to }) => [to.host, body.topics[0].partitions.length]);
    expect(sent).toEqual([
      ['b2', 2],
      ['b3', 1],
    ]);
  });

  it('cuts where epochs diverge, and asks again', () => {
    const bench = withRecords();
    bench.tell(bench.change({ leader: 3 }));
    bench.sent.shift();
    const divergingEpoch = { epoch: 0, endOffset: 2 };
    bench.next().answer(fetchAnswer({ divergingEpoch, highWatermark: 3 }));
    // The log is cut by whole batches, and its high watermark with it.
    expect(bench.partition.log.logEndOffset).toBe(0);
    expect(bench.partition.highWatermark).toBe(0);
    expect(bench.next().body.topics[0].partitions[0]).toMatchObject({ fetchOffset: 0 });
  });

  it('that forgets an empty epoch of its own asks with the one before', () => {
    const bench = withRecords();
    bench.tell(bench.change({ leader: 1 }));
    bench.tell(bench.change({ leader: 2 }));
    bench.sent.splice(0, bench.sent.length - 1);
    const asked = bench.next();
    expect(asked.body.topics[0].partitions[0]).toMatchObject({ lastFetchedEpoch: 1 });
    asked.answer(fetchAnswer({ divergingEpoch: { epoch: 0, endOffset: 3 } }));
    expect(bench.partition.log.logEndOffset).toBe(3);
    expect(bench.next().body.topics[0].partitions[0]).toMatchObject({ lastFetchedEpoch: 0 });
  });

  it('ignores what was asked under an older leader epoch', () => {
    const bench = following();
    const old = bench.next();
    bench.tell(bench.change({ leader: 2 }));
    old.answer(fetchAnswer({ records: sentBatch(0, 0, 'a'), highWatermark: 1 }));
    expect(bench.partition.log.logEndOffset).toBe(0);
    expect(bench.next().body.topics[0].partitions[0]).toMatchObject({ currentLeaderEpoch: 1 });
  });

  it('takes no records of an epoch above its leader’s (KAFKA-18723)', () => {
    const bench = following();
    bench.next().answer(fetchAnswer({ records: sentBatch(0, 5, 'a'), highWatermark: 1 }));
    expect(bench.partition.log.logEndOffset).toBe(0);
  });

  it('stops when it becomes the leader, and is fed by the new leader when it moves', () => {
    const bench = following();
    const old = bench.next();
    bench.tell(bench.change({ leader: 3 }));
    expect(bench.next().to.host).toBe('b3');
    old.answer(fetchAnswer({ records: sentBatch(0, 0, 'a') }));
    expect(bench.partition.log.logEndOffset).toBe(0);
    bench.tell(bench.change({ leader: 1 }));
    expect(bench.sent).toHaveLength(0);
    expect(bench.produce(1)).toMatchObject([{ errorCode: 0 }]);
  });

  it('rests after a failure, and a partition after its own', () => {
    const bench = new Bench().start().create({ leader: 2 }, { index: 1, leader: 2 });
    bench.next().fail();
    bench.world.advance(999_000);
    expect(bench.sent).toHaveLength(0);
    bench.world.advance(1000);
    bench.next().answer(fetchAnswer({ errorCode: errorCode.notLeaderOrFollower }));
    const alone = bench.next();
    expect(
      alone.body.topics[0].partitions.map((part: { partition: number }) => part.partition),
    ).toEqual([1]);
    bench.world.advance(1_000_000);
    alone.answer(fetchAnswer({ partitionIndex: 1 }));
    expect(bench.next().body.topics[0].partitions).toHaveLength(2);
  });

  it('survives damaged records: they are not appended, and asked for again', () => {
    const bench = following();
    const records = sentBatch(0, 0, 'a');
    records[records.length - 1] = (records.at(-1) ?? 0) ^ 1;
    bench.next().answer(fetchAnswer({ records }));
    expect(bench.partition.log.logEndOffset).toBe(0);
    bench.world.advance(1_000_000);
    expect(bench.next().body.topics[0].partitions[0]).toMatchObject({ fetchOffset: 0 });
  });

  it.each([
    ['cuts to the end of a leader that ends earlier', 0, 0, 0, 0],
    ['starts over where a leader starts later', 10, 20, 10, 10],
    ['asks again where the leader has its end after all', 0, 9, 0, 3],
  ])('that is out of range %s', (_, start, end, logStart, logEnd) => {
    const bench = withRecords();
    bench.next().answer(fetchAnswer({ errorCode: errorCode.offsetOutOfRange }));
    for (const offset of [end, start]) {
      const asked = bench.next();
      expect(asked.api.name).toBe('ListOffsets');
      expect(asked.body.topics[0].partitions[0].currentLeaderEpoch).toBe(0);
      const part = { partitionIndex: 0, errorCode: 0, timestamp: -1, offset, leaderEpoch: 0 };
      asked.answer({ topics: [{ name: 'orders', partitions: [part] }] });
    }
    const { log } = bench.partition;
    expect([log.logStartOffset, log.logEndOffset]).toEqual([logStart, logEnd]);
    bench.world.advance(1_000_000);
    expect(bench.next().body.topics[0].partitions[0]).toMatchObject({ fetchOffset: logEnd });
  });

  it('drops what its leader has deleted', () => {
    const bench = withRecords();
    bench.next().answer(fetchAnswer({ highWatermark: 3, logStartOffset: 2 }));
    expect(bench.partition.log.logStartOffset).toBe(2);
  });

  it('of a topic that flushes fetches on only when its disk has what came', async () => {
    const bench = following({ flushMessages: 1 });
    bench.next().answer(fetchAnswer({ records: sentBatch(0, 0, 'a') }));
    expect(bench.sent).toHaveLength(0);
    await settle();
    expect(bench.next().body.topics[0].partitions[0]).toMatchObject({ fetchOffset: 1 });
  });

  it('of a topic that flushes stops for good when its disk fails', async () => {
    const bench = following({ flushMessages: 1 });
    await settle();
    bench.next().answer(fetchAnswer({ records: sentBatch(0, 0, 'a') }));
    bench.world.disk.broken = true;
    await settle();
    expect(bench.world.exitCode).toBe(1);
    expect(bench.sent).toHaveLength(0);
  });

  it('of full answers lets those at the end of the request come to the front', () => {
    const node = { replicaFetchResponseMaxBytes: 100 };
    const bench = new Bench({ node }).start().create({ leader: 2 }, { index: 1, leader: 2 });
    const order = (body: ReturnType<Bench['next']>['body']) =>
      body.topics[0].partitions.map((part: { partition: number }) => part.partition);
    const first = bench.next();
    expect(order(first.body)).toEqual([0, 1]);
    first.answer(fetchAnswer({ records: sentBatch(0, 0, 'a') }));
    expect(order(bench.next().body)).toEqual([1, 0]);
  });

  it('on a stopping broker is fed while it is in the ISR', () => {
    const bench = following();
    bench.manager.beginShutdown();
    bench.tell(bench.change({ leader: 3 }));
    expect(bench.sent.map(({ to }) => to.host)).toEqual(['b2', 'b3']);
    bench.tell(bench.change({ leader: 2, isr: [2, 3] }));
    expect(bench.sent).toHaveLength(2);
  });
});
