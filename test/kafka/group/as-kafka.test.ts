/** What Apache Kafka answers in the corners, as the differential dialogues have shown. */
import { expect, it } from 'vitest';
import { joinGroupApi } from '../../../src/kafka/protocol/apis/11-join-group.ts';
import { describeGroupsApi } from '../../../src/kafka/protocol/apis/15-describe-groups.ts';
import { listGroupsApi } from '../../../src/kafka/protocol/apis/16-list-groups.ts';
import { offsetDeleteApi } from '../../../src/kafka/protocol/apis/47-offset-delete.ts';
import { consumerGroupDescribeApi } from '../../../src/kafka/protocol/apis/69-consumer-group-describe.ts';
import { errorCode, errorName } from '../../../src/kafka/protocol/errors.ts';
import { GroupCluster } from './cluster.ts';
import { ConsumerMember } from './consumer-member.ts';
import { Member } from './member.ts';

async function started() {
  const cluster = await GroupCluster.started();
  const node = await cluster.coordinatorOf('g');
  await cluster.run(2);
  return { cluster, node };
}

it('a join that is refused leaves no group behind', async () => {
  const { cluster, node } = await started();
  const join = async (more: object): Promise<string> => {
    const answer = await cluster.call(node, joinGroupApi, 9, {
      groupId: 'g',
      sessionTimeoutMs: 10_000,
      memberId: '',
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: new Uint8Array(0) }],
      ...more,
    });
    return errorName(answer.errorCode);
  };
  const listed = async () => {
    const { groups } = await cluster.call(node, listGroupsApi, 5, {});
    return groups.map(({ groupId }) => groupId);
  };
  expect(await join({ sessionTimeoutMs: 1 })).toBe('INVALID_SESSION_TIMEOUT');
  expect(await join({ protocols: [] })).toBe('INCONSISTENT_GROUP_PROTOCOL');
  expect(await listed()).toEqual([]);
  expect(await join({})).toBe('MEMBER_ID_REQUIRED');
  expect(await listed()).toEqual(['g']);
  // Nor does an id that nobody comes with.
  await cluster.run(11);
  expect(await listed()).toEqual([]);
});

it('assignments are told while they are made anew, protocol and subscriptions are not', async () => {
  const { cluster, node } = await started();
  const one = new Member(cluster, 'g', 'one');
  await one.joined(await one.join(node));
  await one.synced(await one.sync(node, { [one.memberId]: 'A' }));
  await new Member(cluster, 'g', 'two').join(node);
  const { groups } = await cluster.call(node, describeGroupsApi, 6, { groups: ['g'] });
  const [group] = groups;
  expect(group).toMatchObject({ groupState: 'PreparingRebalance', protocolData: '' });
  const of = group?.members.find(({ memberId }) => memberId === one.memberId);
  expect(of?.memberMetadata).toHaveLength(0);
  expect(new TextDecoder().decode(of?.memberAssignment)).toBe('A');
});

it('what may be done with a group is told of groups that there are', async () => {
  const { cluster, node } = await started();
  const includeAuthorizedOperations = true;
  const untold = -0x80000000;
  const classic = await cluster.call(node, describeGroupsApi, 6, {
    groups: ['g'],
    includeAuthorizedOperations,
  });
  expect(classic.groups[0]?.authorizedOperations).toBe(untold);
  const describe = async (id: string) => {
    const body = { groupIds: [id], includeAuthorizedOperations };
    return (await cluster.call(node, consumerGroupDescribeApi, 1, body)).groups[0];
  };
  expect((await describe('g'))?.authorizedOperations).toBe(untold);
  expect((await describe(''))?.errorCode).toBe(errorCode.invalidGroupId);
  await new ConsumerMember(cluster, 'g', 'a').beat(node);
  expect((await describe('g'))?.authorizedOperations).toBeGreaterThan(0);
});

it('what cannot be a heartbeat is refused as such where there is no group, without an id', async () => {
  const { cluster, node } = await started();
  const a = new ConsumerMember(cluster, 'g', 'a');
  const code = async (more: Parameters<ConsumerMember['beat']>[1]) => {
    const { errorCode: given, memberId } = await a.beat(node, more);
    expect(memberId).toBe(null);
    return errorName(given);
  };
  expect(await code({ memberEpoch: -3 })).toBe('INVALID_REQUEST');
  expect(await code({ memberEpoch: -2 })).toBe('INVALID_REQUEST');
  expect(await code({ memberEpoch: 4, memberId: '' })).toBe('INVALID_REQUEST');
  expect(await code({ groupId: '  ' })).toBe('INVALID_REQUEST');
  expect(await code({ memberEpoch: 4 })).toBe('GROUP_ID_NOT_FOUND');
});

it('a commit in a generation of no group is told so in the words of its version', async () => {
  const { cluster, node } = await started();
  const a = new ConsumerMember(cluster, 'g', 'a');
  a.epoch = 3;
  expect(errorName((await a.commit(node, 0, 1)) ?? -1)).toBe('GROUP_ID_NOT_FOUND');
  expect(errorName((await a.commit(node, 0, 1, {}, 8)) ?? -1)).toBe('ILLEGAL_GENERATION');
});

it('a topic without partitions is left out, and an empty group id has no offsets to delete', async () => {
  const { cluster, node } = await started();
  await cluster.commit('g', 0, 1);
  const remove = (groupId: string) =>
    cluster.call(node, offsetDeleteApi, 0, {
      groupId,
      topics: [{ name: 'orders', partitions: [] }],
    });
  expect(await remove('g')).toMatchObject({ errorCode: 0, topics: [] });
  expect((await remove('')).errorCode).toBe(errorCode.invalidGroupId);
  const a = new ConsumerMember(cluster, 'g', 'a');
  a.epoch = -1;
  const nothing = { memberId: '', topics: [{ name: 'orders', partitions: [] }] };
  expect(await a.commit(node, 0, 1, nothing)).toBe(undefined);
});

it('an empty consumer group is a classic one as soon as a classic member comes', async () => {
  const { cluster, node } = await started();
  await cluster.commit('g', 0, 1);
  const a = new ConsumerMember(cluster, 'g', 'a');
  await a.beat(node);
  await a.beat(node, { memberEpoch: -1 });
  const one = new Member(cluster, 'g', 'one');
  const told = await one.joined(await one.join(node));
  expect([told.leader, one.generation]).toEqual([one.memberId, 1]);
  await one.synced(await one.sync(node, { [one.memberId]: 'A' }));
  expect(await cluster.committed('g', 0)).toBe(1);
  cluster.machine(node).stop();
  await cluster.run(2);
  const next = await cluster.coordinatorOf('g');
  const { groups } = await cluster.call(next, describeGroupsApi, 6, { groups: ['g'] });
  expect(groups[0]).toMatchObject({ groupState: 'Stable', protocolType: 'consumer' });
});
