import { describe, expect, it } from 'vitest';
import { errorCode } from '../../../src/kafka/protocol/errors.ts';
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

  it('sends clients from a follower to the leader', async () => {
    const cluster = new TestCluster();
    await cluster.allBrokersLive();
    await cluster.createTopic('orders', 1, 3);
    const leader = await cluster.leaderOf('orders', 0);
    const follower = cluster.brokers.find((id) => id !== leader) ?? 0;
    expect(await cluster.produce(follower, 'orders', 0, ['a'])).toMatchObject({
      errorCode: errorCode.notLeaderOrFollower,
    });
    expect(await cluster.fetch(follower, 'orders', 0, 0)).toMatchObject({
      errorCode: errorCode.notLeaderOrFollower,
      currentLeader: { leaderId: leader },
    });
  });
});
