import { describe, expect, it } from 'vitest';
import { produceApi } from '../../../src/kafka/protocol/apis/00-produce.ts';
import { fetchApi } from '../../../src/kafka/protocol/apis/01-fetch.ts';
import { listOffsetsApi } from '../../../src/kafka/protocol/apis/02-list-offsets.ts';
import { errorCode } from '../../../src/kafka/protocol/errors.ts';
import { buildBatch } from '../../../src/kafka/records/builder.ts';
import { TestCluster } from './cluster.ts';

describe('a cluster of three combined nodes', () => {
  it('elects a controller, registers its brokers, and replicates what is produced', async () => {
    const cluster = new TestCluster();
    await cluster.allBrokersLive();
    const created = await cluster.createTopic('orders', 3, 3, { 'min.insync.replicas': '2' });
    expect(created).toMatchObject({ errorCode: 0, numPartitions: 3, replicationFactor: 3 });
    const leader = await cluster.leaderOf('orders', 0);
    expect(await cluster.produce(leader, 'orders', 0, ['a', 'b'])).toMatchObject({
      errorCode: 0,
      baseOffset: 0,
    });
    expect(await cluster.produce(leader, 'orders', 0, ['c'])).toMatchObject({
      errorCode: 0,
      baseOffset: 2,
    });
    const fetched = await cluster.fetch(leader, 'orders', 0, 0);
    expect(fetched).toMatchObject({ errorCode: 0, highWatermark: 3, values: ['a', 'b', 'c'] });
    expect(cluster.exits).toEqual([]);
  });

  it('spreads leaders over brokers', async () => {
    const cluster = new TestCluster();
    await cluster.allBrokersLive();
    await cluster.createTopic('orders', 3, 3);
    const leaders = new Set<number>();
    for (const partition of [0, 1, 2]) leaders.add(await cluster.leaderOf('orders', partition));
    expect([...leaders].sort()).toEqual([1, 2, 3]);
  });

  it('knows topics by id, and ids of no topic', async () => {
    const cluster = new TestCluster();
    await cluster.allBrokersLive();
    const { topicId } = await cluster.createTopic('orders', 1, 3);
    const leader = await cluster.leaderOf('orders', 0);
    await cluster.produce(leader, 'orders', 0, ['a']);
    const fetchById = async (id: string) => {
      const partitions = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1000 }];
      const topics = [{ topicId: id, partitions }];
      const answer = await cluster.call(leader, fetchApi, 17, {
        maxWaitMs: 1,
        minBytes: 1,
        topics,
      });
      return answer.responses[0]?.partitions[0];
    };
    expect(await fetchById(topicId)).toMatchObject({ errorCode: 0, highWatermark: 1 });
    expect(await fetchById('zzzzzzzzzzzzzzzzzzzzzw')).toMatchObject({
      errorCode: errorCode.unknownTopicId,
    });
  });

  it('takes a batch of an idempotent producer once, and none out of order', async () => {
    const cluster = new TestCluster();
    await cluster.allBrokersLive();
    await cluster.createTopic('orders', 1, 3);
    const leader = await cluster.leaderOf('orders', 0);
    const produce = async (baseSequence: number) => {
      const records = buildBatch({
        records: [cluster.record(`v${baseSequence}`)],
        producerId: 1000,
        producerEpoch: 0,
        baseSequence,
      });
      const topicData = [{ name: 'orders', partitionData: [{ index: 0, records }] }];
      const body = { acks: -1, timeoutMs: 5000, topicData };
      const answer = await cluster.call(leader, produceApi, 9, body);
      const result = answer.responses[0]?.partitionResponses[0];
      return [result?.errorCode, result?.baseOffset];
    };
    expect(await produce(0)).toEqual([0, 0]);
    expect(await produce(1)).toEqual([0, 1]);
    expect(await produce(0)).toEqual([0, 0]);
    expect(await produce(5)).toEqual([errorCode.outOfOrderSequenceNumber, -1]);
    expect((await cluster.fetch(leader, 'orders', 0, 0)).values).toEqual(['v0', 'v1']);
  });

  it('finds offsets: the start, the end, and that of a time', async () => {
    const cluster = new TestCluster();
    await cluster.allBrokersLive();
    await cluster.createTopic('orders', 1, 3);
    const leader = await cluster.leaderOf('orders', 0);
    const before = cluster.wallMs;
    for (const value of ['a', 'b', 'c']) await cluster.produce(leader, 'orders', 0, [value]);
    const after = cluster.wallMs;
    const find = async (timestamp: number) => {
      const partitions = [{ partitionIndex: 0, timestamp }];
      const body = { replicaId: -1, isolationLevel: 0, topics: [{ name: 'orders', partitions }] };
      const answer = await cluster.call(leader, listOffsetsApi, 7, body);
      return answer.topics[0]?.partitions[0]?.offset;
    };
    expect([await find(-2), await find(-1), await find(before)]).toEqual([0, 3, 0]);
    expect(await find(after + 1)).toBe(-1);
  });

  it('does the same again for the same seed, and something else for another', async () => {
    const run = async (seed: string): Promise<string> => {
      const cluster = new TestCluster({ seed });
      await cluster.allBrokersLive();
      await cluster.createTopic('orders', 3, 3);
      const leader = await cluster.leaderOf('orders', 0);
      await cluster.produce(leader, 'orders', 0, ['a']);
      return cluster.world.digest;
    };
    const digest = await run('one');
    expect(await run('one')).toBe(digest);
    expect(await run('two')).not.toBe(digest);
  });

  it('sends clients from a follower to the leader', async () => {
    const cluster = new TestCluster();
    await cluster.allBrokersLive();
    await cluster.createTopic('orders', 1, 3);
    const leader = await cluster.leaderOf('orders', 0);
    const follower = cluster.brokers.find((id) => id !== leader) ?? 0;
    expect(await cluster.produce(follower, 'orders', 0, ['a'])).toMatchObject({
      errorCode: errorCode.notLeaderOrFollower,
    });
    const old = {
      maxWaitMs: 500,
      minBytes: 1,
      topics: [
        { topic: 'orders', partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 99 }] },
      ],
    };
    const answer = await cluster.call(follower, fetchApi, 10, old);
    expect(answer.responses[0]?.partitions[0]?.errorCode).toBe(errorCode.notLeaderOrFollower);
  });

  it('reads from a follower what is committed (KIP-392)', async () => {
    const cluster = new TestCluster();
    await cluster.allBrokersLive();
    await cluster.createTopic('orders', 1, 3);
    const leader = await cluster.leaderOf('orders', 0);
    const follower = cluster.brokers.find((id) => id !== leader) ?? 0;
    await cluster.produce(leader, 'orders', 0, ['a']);
    await cluster.run(1);
    expect((await cluster.fetch(follower, 'orders', 0, 0)).values).toEqual(['a']);
  });
});
