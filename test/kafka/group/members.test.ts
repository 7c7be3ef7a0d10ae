import { describe, expect, it } from 'vitest';
import type { NodeId } from '../../../src/base/ids.ts';
import { describeGroupsApi } from '../../../src/kafka/protocol/apis/15-describe-groups.ts';
import { deleteGroupsApi } from '../../../src/kafka/protocol/apis/42-delete-groups.ts';
import { errorCode } from '../../../src/kafka/protocol/errors.ts';
import { GroupCluster } from './cluster.ts';
import { Member } from './member.ts';

/** A stable group of two, the first of them its leader. */
async function pair(cluster: GroupCluster, node: NodeId): Promise<readonly [Member, Member]> {
  const members = [new Member(cluster, 'g', 'one'), new Member(cluster, 'g', 'two')] as const;
  const [one, two] = members;
  const first = await one.join(node);
  const second = await two.join(node);
  const told = await one.joined(first);
  await two.joined(second);
  expect(told.members.map(({ memberId }) => memberId).sort()).toEqual(
    [one.memberId, two.memberId].sort(),
  );
  expect([told.leader, one.generation, two.generation]).toEqual([one.memberId, 1, 1]);
  const follower = await two.sync(node);
  const leader = await one.sync(node, { [one.memberId]: 'A', [two.memberId]: 'B' });
  expect([await one.synced(leader), await two.synced(follower)]).toEqual(['A', 'B']);
  return members;
}

async function stable() {
  const cluster = await GroupCluster.started();
  await cluster.commit('g', 0, 1);
  const node = await cluster.coordinatorOf('g');
  const [one, two] = await pair(cluster, node);
  return { cluster, node, one, two };
}

const stateOf = async (cluster: GroupCluster, node: NodeId) => {
  const { groups } = await cluster.call(node, describeGroupsApi, 5, { groups: ['g'] });
  return groups[0];
};

describe('a group of members', () => {
  it('has one generation for all, and is described and observed', async () => {
    const { cluster, node, one, two } = await stable();
    const described = await stateOf(cluster, node);
    expect(described).toMatchObject({ groupState: 'Stable', protocolData: 'range' });
    expect(described?.members.map(({ clientId }) => clientId).sort()).toEqual(['one', 'two']);
    expect(described?.members[0]?.clientHost).toMatch(/^\/(one|two)$/);
    const seen = cluster.observations.filter(({ kind }) => kind === 'group-generation');
    expect(seen.at(-1)).toMatchObject({ group: 'g', generation: 1, node, protocol: 'range' });
    expect(await one.heartbeat(node)).toBe(0);
    expect(await two.commit(node, 5)).toBe(0);
    expect(await cluster.committed('g', 0)).toBe(5);
  });

  it('takes commits of members of its generation alone, and is not deleted', async () => {
    const { cluster, node, one } = await stable();
    expect(await cluster.commitAt(node, 'g', 0, 9)).toBe(errorCode.unknownMemberId);
    one.generation = 0;
    expect(await one.commit(node, 9)).toBe(errorCode.illegalGeneration);
    expect(await cluster.committed('g', 0)).toBe(1);
    const { results } = await cluster.call(node, deleteGroupsApi, 2, { groupsNames: ['g'] });
    expect(results[0]?.errorCode).toBe(errorCode.nonEmptyGroup);
  });

  it('is the same at the next coordinator, which its members go on with', async () => {
    const { cluster, node, one, two } = await stable();
    cluster.machine(node).stop();
    await cluster.run(2);
    const next = await cluster.coordinatorOf('g');
    expect(next).not.toBe(node);
    expect([await one.heartbeat(next), await two.heartbeat(next)]).toEqual([0, 0]);
    expect(await one.commit(next, 7)).toBe(0);
    expect(await stateOf(cluster, next)).toMatchObject({ groupState: 'Stable' });
  });

  it('lets a silent member go, and tells the other to join again', async () => {
    const { cluster, node, one } = await stable();
    for (let i = 0; i < 10; i++) {
      await cluster.run(1.2);
      const code = await one.heartbeat(node);
      if (code === errorCode.rebalanceInProgress) break;
      expect(code).toBe(0);
    }
    expect(await one.heartbeat(node)).toBe(errorCode.rebalanceInProgress);
    const told = await one.joined(await one.join(node));
    expect([told.generationId, told.members.length]).toEqual([2, 1]);
  });

  it('answers who waits for a generation when another broker coordinates it', async () => {
    const { cluster, node, one } = await stable();
    const three = new Member(cluster, 'g', 'three');
    const waiting = await three.join(node);
    await cluster.run(1);
    expect(waiting.answer).toBe(null);
    expect(await one.heartbeat(node)).toBe(errorCode.rebalanceInProgress);
    cluster.machine(node).stop();
    await cluster.until('an answer', () => waiting.answer !== null || waiting.failure !== null);
    expect(waiting.answer?.errorCode).toBe(errorCode.notCoordinator);
  });

  it('keeps its offsets while it is subscribed or just empty, and loses them with time', async () => {
    const cluster = await GroupCluster.started({
      settings: { offsetsRetentionMinutes: 2, offsetsRetentionCheckIntervalMs: 10_000 },
    });
    await cluster.commit('g', 0, 1);
    const node = await cluster.coordinatorOf('g');
    const [one, two] = await pair(cluster, node);
    for (let i = 0; i < 60; i++) {
      await cluster.run(4);
      expect([await one.heartbeat(node), await two.heartbeat(node)]).toEqual([0, 0]);
    }
    expect(await cluster.committed('g', 0)).toBe(1);
    expect([await one.leave(node), await two.leave(node)]).toEqual([0, 0]);
    await cluster.run(60);
    expect(await cluster.committed('g', 0)).toBe(1);
    expect(await stateOf(cluster, node)).toMatchObject({ groupState: 'Empty' });
    await cluster.run(90);
    expect(await cluster.committed('g', 0)).toBe(-1);
    expect(await stateOf(cluster, node)).toMatchObject({ groupState: 'Dead' });
  });
});
