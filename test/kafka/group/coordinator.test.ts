import { describe, expect, it } from 'vitest';
import { findCoordinatorApi } from '../../../src/kafka/protocol/apis/10-find-coordinator.ts';
import { errorCode } from '../../../src/kafka/protocol/errors.ts';
import { GroupCluster } from './cluster.ts';

describe('the coordinator of a group', () => {
  it('comes about with the first question for it, in a topic that is internal and compacted', async () => {
    const cluster = await GroupCluster.started();
    expect((await cluster.findCoordinator('g')).errorCode).toBe(errorCode.coordinatorNotAvailable);
    const node = await cluster.coordinatorOf('g');
    const { topics } = await cluster.metadata(1);
    const topic = topics.find(({ name }) => name === '__consumer_offsets');
    expect(topic).toMatchObject({ isInternal: true, errorCode: 0 });
    expect(topic?.partitions.map(({ replicaNodes }) => replicaNodes.length)).toEqual([3, 3, 3]);
    expect(topic?.partitions.map(({ leaderId }) => leaderId)).toContain(node);
  });

  it('is not available while fewer brokers live than the topic is to have replicas', async () => {
    const cluster = await GroupCluster.started({ brokers: [1] });
    for (let i = 0; i < 5; i++) {
      const { errorCode: code } = await cluster.findCoordinator('g');
      expect(code).toBe(errorCode.coordinatorNotAvailable);
      await cluster.run(1);
    }
    expect(cluster.warnings.join()).toContain('__consumer_offsets was not created');
  });

  it('is the leader of the partition of its id’s hash, for many groups at once', async () => {
    const cluster = await GroupCluster.started();
    await cluster.coordinatorOf('a');
    const keys = ['a', 'b', 'c', 'group', 'über', ''];
    const { coordinators } = await cluster.call(2, findCoordinatorApi, 4, {
      keyType: 0,
      coordinatorKeys: keys,
    });
    expect(coordinators.map(({ key }) => key)).toEqual(keys);
    const leaders = [];
    for (const partition of [0, 1, 2]) {
      leaders.push(await cluster.leaderOf('__consumer_offsets', partition));
    }
    // Java: "a".hashCode() is 97, "b" 98, "c" 99, "" 0.
    expect([0, 1, 2, 5].map((i) => coordinators[i]?.nodeId)).toEqual([
      leaders[97 % 3],
      leaders[98 % 3],
      leaders[99 % 3],
      leaders[0],
    ]);
  });
});

describe('a committed offset', () => {
  it('is told, and −1 where there is none', async () => {
    const cluster = await GroupCluster.started();
    expect(await cluster.commit('g', 0, 42)).toBe(0);
    expect(await cluster.commit('g', 0, 43)).toBe(0);
    expect(await cluster.committed('g', 0)).toBe(43);
    expect(await cluster.committed('g', 1)).toBe(-1);
    expect(await cluster.committed('h', 0)).toBe(-1);
  });

  it('survives the crash of its coordinator', async () => {
    const cluster = await GroupCluster.started();
    for (let i = 0; i < 20; i++) expect(await cluster.commit('g', i % 4, 100 + i)).toBe(0);
    const first = await cluster.coordinatorOf('g');
    cluster.machine(first).crash();
    await cluster.run(12);
    expect(await cluster.coordinatorOf('g')).not.toBe(first);
    expect(await cluster.committed('g', 3)).toBe(119);
    expect(await cluster.commit('g', 3, 120)).toBe(0);
    cluster.start(first);
    await cluster.run(10);
    expect(await cluster.committed('g', 3)).toBe(120);
    expect(await cluster.committed('g', 0)).toBe(116);
  });

  it('is refused where another broker coordinates the group', async () => {
    const cluster = await GroupCluster.started();
    await cluster.commit('g', 0, 1);
    const node = await cluster.coordinatorOf('g');
    const other = cluster.brokers.find((id) => id !== node)!;
    expect(await cluster.commitAt(other, 'g', 0, 2)).toBe(errorCode.notCoordinator);
    expect(await cluster.fetchAt(other, 'g', 0)).toBe(`error ${errorCode.notCoordinator}`);
    expect(await cluster.committed('g', 0)).toBe(1);
  });
});
