import { describe, expect, it } from 'vitest';
import type { NodeId } from '../../../src/base/ids.ts';
import { offsetFetchApi } from '../../../src/kafka/protocol/apis/09-offset-fetch.ts';
import { describeGroupsApi } from '../../../src/kafka/protocol/apis/15-describe-groups.ts';
import { listGroupsApi } from '../../../src/kafka/protocol/apis/16-list-groups.ts';
import { createPartitionsApi } from '../../../src/kafka/protocol/apis/37-create-partitions.ts';
import { deleteGroupsApi } from '../../../src/kafka/protocol/apis/42-delete-groups.ts';
import { incrementalAlterConfigsApi } from '../../../src/kafka/protocol/apis/44-incremental-alter-configs.ts';
import { consumerGroupHeartbeatApi } from '../../../src/kafka/protocol/apis/68-consumer-group-heartbeat.ts';
import { consumerGroupDescribeApi } from '../../../src/kafka/protocol/apis/69-consumer-group-describe.ts';
import { errorCode } from '../../../src/kafka/protocol/errors.ts';
import type { ClusterOptions } from '../broker/cluster.ts';
import { GroupCluster } from './cluster.ts';
import { ConsumerMember } from './consumer-member.ts';
import { Member } from './member.ts';

async function started(options: ClusterOptions = {}) {
  const cluster = await GroupCluster.started(options);
  const node = await cluster.coordinatorOf('g');
  await cluster.commit('g', 0, 1);
  const [a, b] = ['a', 'b'].map((id) => new ConsumerMember(cluster, 'g', id));
  return { cluster, node, a: a!, b: b! };
}

/** Two members with two partitions each. */
async function pair(options: ClusterOptions = {}) {
  const all = await started(options);
  const { a, b, node } = all;
  await a.beat(node);
  expect(a.partitions).toEqual([0, 1, 2, 3]);
  await b.beat(node);
  for (let round = 0; round < 3; round++) {
    await a.beat(node);
    await b.beat(node);
  }
  expect([a.epoch, b.epoch]).toEqual([2, 2]);
  expect([a.partitions, b.partitions]).toEqual([
    [0, 1],
    [2, 3],
  ]);
  return all;
}

const describeAt = async (cluster: GroupCluster, node: NodeId, group = 'g') => {
  const { groups } = await cluster.call(node, consumerGroupDescribeApi, 1, {
    groupIds: [group],
    includeAuthorizedOperations: false,
  });
  return groups[0]!;
};

describe('a consumer group', () => {
  it('shares the partitions out, and is described, listed and observed', async () => {
    const { cluster, node } = await pair();
    const described = await describeAt(cluster, node);
    expect(described).toMatchObject({
      errorCode: 0,
      groupState: 'Stable',
      groupEpoch: 2,
      assignmentEpoch: 2,
      assignorName: 'uniform',
    });
    const topics = (partitions: number[]) => ({
      topicPartitions: [{ topicName: 'orders', partitions }],
    });
    expect(described.members[1]).toMatchObject({
      memberId: 'b',
      memberEpoch: 2,
      memberType: 1,
      subscribedTopicNames: ['orders'],
      assignment: topics([2, 3]),
      targetAssignment: topics([2, 3]),
    });
    const { groups } = await cluster.call(node, listGroupsApi, 5, {
      statesFilter: ['stable'],
      typesFilter: ['Consumer'],
    });
    expect(groups).toEqual([
      { groupId: 'g', protocolType: 'consumer', groupState: 'Stable', groupType: 'consumer' },
    ]);
    // To those who ask for classic groups it is none.
    const asked = { groups: ['g'] };
    expect((await cluster.call(node, describeGroupsApi, 5, asked)).groups[0]).toMatchObject({
      errorCode: 0,
      groupState: 'Dead',
    });
    expect((await cluster.call(node, describeGroupsApi, 6, asked)).groups[0]).toMatchObject({
      errorCode: errorCode.groupIdNotFound,
      errorMessage: 'Group g is not a classic group.',
    });
    const seen = cluster.observations.filter(({ kind }) => kind === 'member-assigned');
    expect(seen.at(-1)).toMatchObject({
      group: 'g',
      memberId: 'b',
      epoch: 2,
      assigned: ['orders-2', 'orders-3'],
      revoking: [],
    });
    expect(cluster.observations).toContainEqual(
      expect.objectContaining({ kind: 'group-epoch', group: 'g', epoch: 2 }),
    );
  });

  it('takes commits and fetches of members in their epoch', async () => {
    const { cluster, node, a } = await pair();
    expect(await a.commit(node, 0, 5)).toBe(0);
    expect(await cluster.committed('g', 0)).toBe(5);
    const past = { generationIdOrMemberEpoch: 1 };
    expect(await a.commit(node, 0, 6, past)).toBe(0);
    expect(await a.commit(node, 2, 6, past)).toBe(errorCode.staleMemberEpoch);
    expect(await a.commit(node, 2, 6, past, 8)).toBe(errorCode.unsupportedVersion);
    expect(await a.commit(node, 0, 6, { memberId: 'x' })).toBe(errorCode.unknownMemberId);
    expect(await cluster.commitAt(node, 'g', 0, 9)).toBe(errorCode.unknownMemberId);
    expect(await a.fetchCode(node)).toBe(0);
    expect(await a.fetchCode(node, 1)).toBe(errorCode.staleMemberEpoch);
    const nobody = { groups: [{ groupId: 'g', topics: null }] };
    const { groups } = await cluster.call(node, offsetFetchApi, 9, nobody);
    expect(groups[0]?.errorCode).toBe(0);
  });

  it('is the same at the next coordinator, which its members go on with', async () => {
    const { cluster, node, a, b } = await pair();
    cluster.machine(node).crash();
    await cluster.run(12);
    const next = await cluster.coordinatorOf('g');
    expect(next).not.toBe(node);
    expect(await a.beat(next)).toMatchObject({ errorCode: 0, memberEpoch: 2 });
    expect(await b.beat(next)).toMatchObject({ errorCode: 0, memberEpoch: 2 });
    expect(await describeAt(cluster, next)).toMatchObject({ groupState: 'Stable', groupEpoch: 2 });
    expect(await b.commit(next, 3, 7)).toBe(0);
    await a.beat(next, { memberEpoch: -1 });
    await b.beat(next);
    expect(b.partitions).toEqual([0, 1, 2, 3]);
  });

  it('lets silent members go by the session of the group, or of the broker', async () => {
    const { cluster, node, b } = await pair({ settings: { groupConsumerSessionTimeoutMs: 3000 } });
    const silent = async (seconds: number) => {
      for (let i = 0; i < seconds; i++) {
        await cluster.run(1);
        await b.beat(node);
      }
    };
    await silent(4);
    expect(b.partitions).toEqual([0, 1, 2, 3]);
    const c = new ConsumerMember(cluster, 'g', 'c');
    const configs = [{ name: 'consumer.session.timeout.ms', configOperation: 0, value: '45000' }];
    await cluster.call(node, incrementalAlterConfigsApi, 1, {
      resources: [{ resourceType: 32, resourceName: 'g', configs }],
      validateOnly: false,
    });
    await cluster.run(1);
    await c.beat(node);
    await silent(40);
    expect((await describeAt(cluster, node)).members).toHaveLength(2);
    await silent(6);
    expect((await describeAt(cluster, node)).members).toHaveLength(1);
  });

  it('learns of topics that grow, come and go', async () => {
    const { cluster, node, a } = await started();
    const subscribedTopicNames = ['orders', 'later'];
    await a.beat(node, { subscribedTopicNames });
    await cluster.call(node, createPartitionsApi, 3, {
      topics: [{ name: 'orders', count: 6, assignments: null }],
      timeoutMs: 5000,
      validateOnly: false,
    });
    await cluster.run(1);
    await a.beat(node, { subscribedTopicNames });
    expect([a.epoch, a.partitions]).toEqual([2, [0, 1, 2, 3, 4, 5]]);
    await cluster.createTopic('later', 1, 3);
    await cluster.run(1);
    await a.beat(node, { subscribedTopicNames });
    expect([a.epoch, a.owned.length]).toEqual([3, 2]);
    // Of a topic that it has nothing to do with it hears nothing.
    await cluster.createTopic('other', 1, 3);
    await cluster.run(1);
    await a.beat(node, { subscribedTopicNames });
    expect(a.epoch).toBe(3);
    await a.beat(node, { subscribedTopicNames: [], subscribedTopicRegex: 'o.*r' });
    await a.beat(node, { subscribedTopicNames: [], subscribedTopicRegex: 'o.*r' });
    expect([a.epoch, a.partitions]).toEqual([4, [0]]);
  });

  it('is deleted when it is empty, with all that was kept of it', async () => {
    const { cluster, node, a, b } = await pair();
    const deleteIt = async () => {
      const { results } = await cluster.call(node, deleteGroupsApi, 2, { groupsNames: ['g'] });
      return results[0]?.errorCode;
    };
    expect(await deleteIt()).toBe(errorCode.nonEmptyGroup);
    await a.beat(node, { memberEpoch: -1 });
    await b.beat(node, { memberEpoch: -1 });
    expect(await describeAt(cluster, node)).toMatchObject({ groupState: 'Empty', groupEpoch: 4 });
    expect(await deleteIt()).toBe(0);
    expect((await describeAt(cluster, node)).errorCode).toBe(errorCode.groupIdNotFound);
    cluster.machine(node).stop();
    await cluster.run(2);
    const next = await cluster.coordinatorOf('g');
    expect((await describeAt(cluster, next)).errorCode).toBe(errorCode.groupIdNotFound);
    const c = new ConsumerMember(cluster, 'g', 'c');
    expect(await c.beat(next)).toMatchObject({ memberEpoch: 1 });
  });

  it('goes when nobody comes back and nothing is left in it', async () => {
    const settings = { offsetsRetentionCheckIntervalMs: 1000 };
    const { cluster, node } = await started({ settings });
    const lone = new ConsumerMember(cluster, 'lone', 'a');
    const coordinator = await cluster.coordinatorOf('lone');
    await lone.beat(coordinator);
    await cluster.run(2);
    expect((await describeAt(cluster, coordinator, 'lone')).groupState).toBe('Stable');
    await lone.beat(coordinator, { memberEpoch: -1 });
    await cluster.run(3);
    const gone = await describeAt(cluster, coordinator, 'lone');
    expect(gone.errorCode).toBe(errorCode.groupIdNotFound);
    expect(node).toBeGreaterThan(0);
  });

  it('takes the place of a classic group in which nobody is', async () => {
    const { cluster, node, a } = await started();
    const classic = new Member(cluster, 'g', 'one');
    await classic.joined(await classic.join(node));
    await classic.synced(await classic.sync(node, { [classic.memberId]: 'A' }));
    await classic.leave(node);
    await a.beat(node);
    expect([a.epoch, a.partitions]).toEqual([1, [0, 1, 2, 3]]);
    // Offsets are the group's, whatever its protocol.
    expect(await cluster.committed('g', 0)).toBe(1);
    cluster.machine(node).stop();
    await cluster.run(2);
    const next = await cluster.coordinatorOf('g');
    expect(await describeAt(cluster, next)).toMatchObject({ groupState: 'Stable', groupEpoch: 1 });
  });

  it('comes about by a join alone', async () => {
    const { cluster, node, a } = await started();
    const stray = { memberEpoch: 3 };
    expect(await a.beat(node, stray)).toMatchObject({ errorCode: errorCode.groupIdNotFound });
    const nameless = { groupId: '' };
    expect((await a.beat(node, nameless)).errorCode).toBe(errorCode.invalidRequest);
    const refused = await a.beat(node, { topicPartitions: null });
    expect(refused).toMatchObject({
      errorCode: errorCode.invalidRequest,
      errorMessage: 'TopicPartitions must be empty when (re-)joining.',
    });
    // What was refused has left nothing behind.
    expect((await describeAt(cluster, node)).errorMessage).toBe('Group g is not a consumer group.');
    const other = cluster.brokers.find((id) => id !== node)!;
    expect((await a.beat(other)).errorCode).toBe(errorCode.notCoordinator);
    // In version 0 the coordinator makes the id.
    const answer = await cluster.call(node, consumerGroupHeartbeatApi, 0, {
      groupId: 'g',
      memberId: '',
      memberEpoch: 0,
      rebalanceTimeoutMs: 1000,
      subscribedTopicNames: ['orders'],
      topicPartitions: [],
    });
    expect(answer.memberId).toMatch(/^[0-9a-f-]{36}$/);
  });
});
