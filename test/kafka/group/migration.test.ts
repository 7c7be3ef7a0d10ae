import { describe, expect, it } from 'vitest';
import type { NodeId } from '../../../src/base/ids.ts';
import { describeGroupsApi } from '../../../src/kafka/protocol/apis/15-describe-groups.ts';
import { consumerGroupDescribeApi } from '../../../src/kafka/protocol/apis/69-consumer-group-describe.ts';
import { errorCode } from '../../../src/kafka/protocol/errors.ts';
import type { ClusterOptions } from '../broker/cluster.ts';
import { GroupCluster } from './cluster.ts';
import { assignedNames, assignmentBytes, subscriptionBytes } from './consumer/classic-process.ts';
import { ConsumerMember } from './consumer-member.ts';
import { Member } from './member.ts';

/** A classic group of one consumer, which has all partitions. */
async function classicGroup(options: ClusterOptions = {}, metadata?: Uint8Array) {
  const cluster = await GroupCluster.started(options);
  const node = await cluster.coordinatorOf('g');
  await cluster.commit('g', 0, 1);
  const told = metadata ?? subscriptionBytes(['orders'], []);
  const classic = new Member(cluster, 'g', 'classic', told);
  await classic.joined(await classic.join(node));
  const all = assignmentBytes(['orders-0', 'orders-1', 'orders-2', 'orders-3']);
  await classic.synced(await classic.sync(node, { [classic.memberId]: all }));
  return { cluster, node, classic, member: new ConsumerMember(cluster, 'g', 'm') };
}

/** It joins again, and syncs: what it has then. */
async function rejoin(classic: Member, node: NodeId): Promise<readonly string[]> {
  await classic.joined(await classic.join(node));
  return assignedNames(await classic.syncedBytes(await classic.sync(node)));
}

const typesAt = async (cluster: GroupCluster, node: NodeId) => {
  const { groups } = await cluster.call(node, consumerGroupDescribeApi, 1, {
    groupIds: ['g'],
    includeAuthorizedOperations: false,
  });
  return groups[0]?.members.map(({ memberId, memberType }) => [memberId, memberType]);
};

const classicStateAt = async (cluster: GroupCluster, node: NodeId) => {
  const { groups } = await cluster.call(node, describeGroupsApi, 5, { groups: ['g'] });
  return groups[0]?.groupState;
};

describe('a classic group to which a member of the new protocol comes', () => {
  it('is a consumer group from then on, with all its members', async () => {
    const { classic, cluster, member, node } = await classicGroup();
    await member.beat(node);
    expect([member.epoch, member.partitions]).toEqual([2, []]);
    expect(await typesAt(cluster, node)).toEqual([
      [classic.memberId, 0],
      ['m', 1],
    ]);
    // It may commit until it has given up.
    expect(await classic.commit(node, 5)).toBe(0);
    expect(await classic.heartbeat(node)).toBe(errorCode.rebalanceInProgress);
    expect(await rejoin(classic, node)).toEqual(['orders-0', 'orders-1']);
    expect(classic.generation).toBe(2);
    await member.beat(node);
    expect(member.partitions).toEqual([2, 3]);
    expect(await classic.heartbeat(node)).toBe(0);
    classic.generation = 1;
    expect(await classic.commit(node, 6)).toBe(0);
    classic.generation = 0;
    expect(await classic.commit(node, 6)).toBe(errorCode.illegalGeneration);
    // The same at the next coordinator.
    classic.generation = 2;
    cluster.machine(node).stop();
    await cluster.run(2);
    const next = await cluster.coordinatorOf('g');
    expect(await classic.heartbeat(next)).toBe(0);
    expect(await typesAt(cluster, next)).toHaveLength(2);
    // A silent classic member goes by its own session.
    for (let i = 0; i < 11; i++) {
      await cluster.run(1);
      await member.beat(next);
    }
    expect(await typesAt(cluster, next)).toEqual([['m', 1]]);
  });

  it('is classic again when that one goes, and its members join again', async () => {
    const { classic, cluster, member, node } = await classicGroup();
    await member.beat(node);
    await rejoin(classic, node);
    await member.beat(node);
    expect(await member.beat(node, { memberEpoch: -1 })).toMatchObject({ errorCode: 0 });
    expect(await typesAt(cluster, node)).toEqual([]);
    expect(await classicStateAt(cluster, node)).toBe('PreparingRebalance');
    expect(await classic.heartbeat(node)).toBe(errorCode.rebalanceInProgress);
    const { leader } = await classic.joined(await classic.join(node));
    expect([leader, classic.generation]).toEqual([classic.memberId, 3]);
    await classic.synced(await classic.sync(node, {}));
    expect(await classicStateAt(cluster, node)).toBe('Stable');
    expect(await cluster.committed('g', 0)).toBe(1);
  });

  it('is so at a coordinator that takes over before they have', async () => {
    const { classic, cluster, member, node } = await classicGroup();
    await member.beat(node);
    await rejoin(classic, node);
    await member.beat(node, { memberEpoch: -1 });
    cluster.machine(node).stop();
    await cluster.run(2);
    const next = await cluster.coordinatorOf('g');
    expect(await classicStateAt(cluster, next)).toBe('Stable');
    // What the one who went had must be given out: nobody is in the generation that is stored.
    expect(await classic.heartbeat(next)).toBe(errorCode.illegalGeneration);
  });

  it('stays what it is by policy, or where it is none of consumers’', async () => {
    const disabled = await classicGroup({ settings: { groupConsumerMigrationPolicy: 'disabled' } });
    expect(await disabled.member.beat(disabled.node)).toMatchObject({
      errorCode: errorCode.groupIdNotFound,
    });
    expect(await disabled.classic.heartbeat(disabled.node)).toBe(0);
    const other = await classicGroup({}, new TextEncoder().encode('something else'));
    const refused = await other.member.beat(other.node);
    expect(refused.errorCode).toBe(errorCode.groupIdNotFound);
    expect(await other.classic.heartbeat(other.node)).toBe(0);
  });

  it('lets it wait while it rebalances', async () => {
    const { classic, cluster, member, node } = await classicGroup();
    const second = new Member(cluster, 'g', 'second', subscriptionBytes(['orders'], []));
    const joining = await second.join(node);
    await cluster.run(0.5);
    expect((await member.beat(node)).errorCode).toBe(errorCode.coordinatorNotAvailable);
    const first = await classic.join(node);
    await classic.joined(first);
    await second.joined(joining);
    await classic.synced(await classic.sync(node, {}));
    expect(await member.beat(node)).toMatchObject({ errorCode: 0, memberEpoch: 3 });
  });

  it('tells who waits for a classic member id to begin anew', async () => {
    const { classic, cluster, member, node } = await classicGroup();
    await member.beat(node);
    const late = new Member(cluster, 'g', 'late', subscriptionBytes(['orders'], []));
    late.memberId = 'made-up';
    const asked = await late.join(node);
    expect((await late.joined(asked)).errorCode).toBe(errorCode.unknownMemberId);
    late.memberId = '';
    await late.joined(await late.join(node));
    expect(late.generation).toBe(3);
    expect(await late.leave(node)).toBe(0);
    expect(await classic.leave(node)).toBe(0);
    expect(await typesAt(cluster, node)).toEqual([['m', 1]]);
  });
});
