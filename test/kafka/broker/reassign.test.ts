import { describe, expect, it } from 'vitest';
import type { NodeId } from '../../../src/base/ids.ts';
import { alterPartitionReassignmentsApi } from '../../../src/kafka/protocol/apis/45-alter-partition-reassignments.ts';
import { listPartitionReassignmentsApi } from '../../../src/kafka/protocol/apis/46-list-partition-reassignments.ts';
import { errorCode } from '../../../src/kafka/protocol/errors.ts';
import { TestCluster } from './cluster.ts';

/** `orders` with one partition on three of four brokers, the leader first. */
async function ordersCluster() {
  const cluster = new TestCluster({ brokers: [1, 2, 3, 4], controllers: [1, 2, 3] });
  await cluster.allBrokersLive();
  await cluster.createTopic('orders', 1, 3, { 'min.insync.replicas': '2' });
  await cluster.leaderOf('orders', 0);
  const { replicas, leader } = await stateOf(cluster);
  const spare = cluster.brokers.find((id) => !replicas.includes(id))!;
  const followers = replicas.filter((id) => id !== leader);
  return { cluster, leader, followers, spare };
}

async function stateOf(cluster: TestCluster, asker: NodeId = 1) {
  const { topics } = await cluster.metadata(asker);
  const { replicaNodes: replicas, isrNodes: isr, leaderId: leader } = topics[0]!.partitions[0]!;
  return { replicas, isr, leader };
}

/** The code of the answer. */
async function reassign(cluster: TestCluster, replicas: readonly NodeId[] | null) {
  const topics = [{ name: 'orders', partitions: [{ partitionIndex: 0, replicas }] }];
  const answer = await cluster.call(4, alterPartitionReassignmentsApi, 1, { topics });
  return answer.responses[0]!.partitions[0]!.errorCode;
}

async function listed(cluster: TestCluster, asker: NodeId = 1) {
  const { topics } = await cluster.call(asker, listPartitionReassignmentsApi, 0, { topics: null });
  return topics.flatMap(({ partitions }) => partitions);
}

/** Writes records one by one, wherever the leader is, until `enough`; what was acknowledged. */
async function load(cluster: TestCluster, enough: () => Promise<boolean>): Promise<string[]> {
  const acknowledged: string[] = [];
  for (let n = 0; !(await enough()); n++) {
    const { leader } = await stateOf(cluster);
    const { errorCode: code } = await cluster.produce(leader, 'orders', 0, [`v${n}`]);
    if (code === errorCode.none) acknowledged.push(`v${n}`);
    else expect(code).toBe(errorCode.notLeaderOrFollower);
  }
  return acknowledged;
}

async function allOf(cluster: TestCluster): Promise<string[]> {
  const { leader } = await stateOf(cluster);
  const values: string[] = [];
  for (;;) {
    const { values: more } = await cluster.fetch(leader, 'orders', 0, values.length);
    if (more.length === 0) return values;
    values.push(...more);
  }
}

const removedFrom = (cluster: TestCluster): NodeId[] =>
  cluster.observations.flatMap((o) =>
    o.kind === 'log-deleted' && o.partition === 'orders-0' ? [o.node] : [],
  );

describe('a partition that moves under load', () => {
  it('loses nothing, though its leader goes, and nobody keeps what is not his', async () => {
    const { cluster, leader, followers, spare } = await ordersCluster();
    const [second, third] = followers as [NodeId, NodeId];
    const target = [third, spare, second];
    let begun = false;
    const acknowledged = await load(cluster, async () => {
      const { replicas, isr } = await stateOf(cluster);
      if (!begun && isr.length === 3) {
        expect(await reassign(cluster, target)).toBe(errorCode.none);
        begun = true;
      }
      return replicas.join() === target.join();
    });
    expect(acknowledged.length).toBeGreaterThan(2);
    const after = await stateOf(cluster);
    expect(after).toMatchObject({ replicas: target, leader: third });
    expect([...after.isr].sort()).toEqual([...target].sort());
    expect(await allOf(cluster)).toEqual(expect.arrayContaining(acknowledged));
    await cluster.run(1);
    expect(removedFrom(cluster)).toEqual([leader]);
    expect(cluster.machine(leader).disk.tree.get('data/orders-0')).toBeNull();
    const told = await cluster.produce(leader, 'orders', 0, ['late']);
    expect(told.errorCode).toBe(errorCode.notLeaderOrFollower);
    expect(await listed(cluster)).toEqual([]);
  });

  it('comes back to a broker that had it, which begins empty', async () => {
    const { cluster, leader, followers, spare } = await ordersCluster();
    const [second, third] = followers as [NodeId, NodeId];
    await cluster.produce(leader, 'orders', 0, ['a', 'b']);
    const isAt = async (...replicas: NodeId[]): Promise<void> => {
      await cluster.metadataWhere(1, `at ${replicas}`, ({ topics }) => {
        const [state] = topics[0]!.partitions;
        return state!.replicaNodes.join() === replicas.join() && state!.isrNodes.length === 3;
      });
    };
    await reassign(cluster, [leader, second, spare]);
    await isAt(leader, second, spare);
    await reassign(cluster, [leader, second, third]);
    await isAt(leader, second, third);
    expect(removedFrom(cluster)).toEqual([third, spare]);
    const opened = cluster.observations.flatMap((o) =>
      o.kind === 'log-opened' && o.node === third && o.partition === 'orders-0' ? [o.end] : [],
    );
    expect(opened).toEqual([0, 0]);
    expect(await allOf(cluster)).toEqual(['a', 'b']);
  });

  it('waits for a broker that is away, and may be taken back', async () => {
    const { cluster, leader, followers, spare } = await ordersCluster();
    const [second, third] = followers as [NodeId, NodeId];
    const asker = [1, 2, 3].find((id) => id !== spare)!;
    cluster.machine(spare).crash();
    const topics = [
      { name: 'orders', partitions: [{ partitionIndex: 0, replicas: [leader, second, spare] }] },
    ];
    await cluster.call(asker, alterPartitionReassignmentsApi, 1, { topics });
    await cluster.run(1);
    expect(await listed(cluster, asker)).toEqual([
      {
        partitionIndex: 0,
        replicas: [leader, second, spare, third],
        addingReplicas: [spare],
        removingReplicas: [third],
      },
    ]);
    expect(await cluster.produce(leader, 'orders', 0, ['a'])).toMatchObject({ errorCode: 0 });
    const cancel = [{ name: 'orders', partitions: [{ partitionIndex: 0, replicas: null }] }];
    const back = () => cluster.call(asker, alterPartitionReassignmentsApi, 1, { topics: cancel });
    expect((await back()).responses[0]!.partitions[0]!.errorCode).toBe(errorCode.none);
    await cluster.run(1);
    expect(await listed(cluster, asker)).toEqual([]);
    const { replicas } = await stateOf(cluster, asker);
    expect(replicas).toEqual([leader, second, third]);
    expect((await back()).responses[0]!.partitions[0]!.errorCode).toBe(
      errorCode.noReassignmentInProgress,
    );
  });

  it('a broker that was away when it lost its replica moves that aside as it starts', async () => {
    const { cluster, leader, followers, spare } = await ordersCluster();
    const [second, third] = followers as [NodeId, NodeId];
    await cluster.produce(leader, 'orders', 0, ['a']);
    cluster.machine(third).crash();
    const asker = [leader, second, spare].find((id) => id <= 3)!;
    const topics = [
      { name: 'orders', partitions: [{ partitionIndex: 0, replicas: [leader, second, spare] }] },
    ];
    await cluster.call(asker, alterPartitionReassignmentsApi, 1, { topics });
    await cluster.metadataWhere(asker, 'moved', ({ topics: [orders] }) => {
      return orders!.partitions[0]!.replicaNodes.join() === [leader, second, spare].join();
    });
    cluster.start(third);
    const aside = (): string[] =>
      cluster.warnings.filter((text) => text.includes('is assigned to other brokers'));
    await cluster.until('the replica is aside', () => aside().length === 1);
    expect(removedFrom(cluster)).toEqual([third]);
    expect(await allOf(cluster)).toEqual(['a']);
  });
});
