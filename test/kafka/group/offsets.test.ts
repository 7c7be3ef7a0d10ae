import { describe, expect, it } from 'vitest';
import { defaultTopicSettings } from '../../../src/kafka/config.ts';
import { kafkaGroupRules } from '../../../src/kafka/group/rules.ts';
import { metadataApi } from '../../../src/kafka/protocol/apis/03-metadata.ts';
import { offsetCommitApi } from '../../../src/kafka/protocol/apis/08-offset-commit.ts';
import { offsetFetchApi } from '../../../src/kafka/protocol/apis/09-offset-fetch.ts';
import { describeGroupsApi } from '../../../src/kafka/protocol/apis/15-describe-groups.ts';
import { listGroupsApi } from '../../../src/kafka/protocol/apis/16-list-groups.ts';
import { deleteGroupsApi } from '../../../src/kafka/protocol/apis/42-delete-groups.ts';
import { offsetDeleteApi } from '../../../src/kafka/protocol/apis/47-offset-delete.ts';
import { errorCode } from '../../../src/kafka/protocol/errors.ts';
import { GroupCluster } from './cluster.ts';

const minute = 60;

/** Commits, and ends the coordinator before its followers know that it is committed. */
async function crashAfterCommit(options: ConstructorParameters<typeof GroupCluster>[0]) {
  const cluster = await GroupCluster.started(options);
  await cluster.commit('g', 0, 1);
  await cluster.run(2);
  const first = await cluster.coordinatorOf('g');
  expect(await cluster.commit('g', 0, 2)).toBe(0);
  cluster.machine(first).crash();
  await cluster.run(12);
  return cluster;
}

describe('a commit', () => {
  it('that was acknowledged is told after a failover, though the follower did not know it so', async () => {
    const cluster = await crashAfterCommit({});
    expect(await cluster.committed('g', 0)).toBe(2);
  });

  it('would be forgotten if loading ended at the high watermark (KAFKA-5600)', async () => {
    const group = {
      ...kafkaGroupRules,
      loadEnd: (log: { highWatermark: number }) => log.highWatermark,
    };
    const cluster = await crashAfterCommit({ rules: { group } });
    expect(await cluster.committed('g', 0)).toBe(1);
  });

  it('is not told before it is replicated, and not at all where it never was', async () => {
    const cluster = await GroupCluster.started({ controllers: [4] });
    await cluster.commit('g', 0, 1);
    const first = await cluster.coordinatorOf('g');
    cluster.isolate(first, true);
    const code = cluster.commitAt(first, 'g', 0, 2);
    expect(await code).toBe(errorCode.coordinatorNotAvailable);
    expect(await cluster.fetchAt(first, 'g', 0)).toBe(1);
    await cluster.run(20);
    const other = cluster.brokers.find((id) => id !== first)!;
    const second = await cluster.coordinatorOf('g', 60, other);
    expect(second).not.toBe(first);
    expect(await cluster.fetchAt(second, 'g', 0)).toBe(1);
    expect(await cluster.commitAt(second, 'g', 0, 3)).toBe(0);
    cluster.isolate(first, false);
    await cluster.run(20);
    expect(await cluster.fetchAt(first, 'g', 0)).toBe(`error ${errorCode.notCoordinator}`);
    expect(await cluster.committed('g', 0)).toBe(3);
    const seen = cluster.observations.filter(({ kind }) => kind === 'offset-committed');
    expect(seen).toMatchObject([
      { offset: 1, at: 0, found: false, node: first },
      { offset: 1, at: 0, found: true, node: second },
      { offset: 3, at: 1, found: false, node: second, group: 'g' },
    ]);
  });

  it('is refused while too few replicas are in sync, and changes nothing', async () => {
    const cluster = await GroupCluster.started({ controllers: [4] });
    await cluster.commit('g', 0, 1);
    const first = await cluster.coordinatorOf('g');
    const { minInsyncReplicas } = cluster.config(1).settings.topicDefaults;
    expect(minInsyncReplicas).toBe(1);
    await cluster.setBrokerConfig('min.insync.replicas', '3');
    const other = cluster.brokers.find((id) => id !== first)!;
    cluster.machine(other).crash();
    await cluster.run(15);
    const node = await cluster.coordinatorOf('g');
    expect(await cluster.commitAt(node, 'g', 0, 2)).toBe(errorCode.coordinatorNotAvailable);
    expect(await cluster.fetchAt(node, 'g', 0)).toBe(1);
  });

  it('has a code for each partition that cannot be committed; the others are', async () => {
    const cluster = await GroupCluster.started();
    const node = await cluster.coordinatorOf('g');
    await cluster.commit('g', 3, 9);
    const answer = await cluster.call(node, offsetCommitApi, 8, {
      groupId: 'g',
      topics: [
        {
          name: 'orders',
          partitions: [
            { partitionIndex: 0, committedOffset: 5, committedMetadata: 'x'.repeat(5000) },
            { partitionIndex: 9, committedOffset: 5 },
            { partitionIndex: 1, committedOffset: 5, committedMetadata: 'note' },
          ],
        },
        { name: 'nobody', partitions: [{ partitionIndex: 0, committedOffset: 5 }] },
      ],
    });
    const codes = answer.topics.map(({ partitions }) => partitions.map((one) => one.errorCode));
    const { offsetMetadataTooLarge, unknownTopicOrPartition } = errorCode;
    expect(codes).toEqual([
      [offsetMetadataTooLarge, unknownTopicOrPartition, 0],
      [unknownTopicOrPartition],
    ]);
    const all = await cluster.call(node, offsetFetchApi, 9, {
      groups: [
        { groupId: 'g', topics: null },
        { groupId: 'nobody', topics: [] },
      ],
    });
    expect(all.groups).toMatchObject([
      {
        groupId: 'g',
        errorCode: 0,
        topics: [
          {
            name: 'orders',
            partitions: [
              { partitionIndex: 3, committedOffset: 9 },
              { partitionIndex: 1, committedOffset: 5, metadata: 'note' },
            ],
          },
        ],
      },
      { groupId: 'nobody', topics: [] },
    ]);
  });

  it('too large for the log is INVALID_COMMIT_OFFSET_SIZE, and changes nothing', async () => {
    const topicDefaults = { ...defaultTopicSettings, maxMessageBytes: 2000 };
    const cluster = await GroupCluster.started({ settings: { topicDefaults } });
    await cluster.commit('g', 0, 1);
    const node = await cluster.coordinatorOf('g');
    const part = { partitionIndex: 0, committedOffset: 2, committedMetadata: 'x'.repeat(3000) };
    const answer = await cluster.call(node, offsetCommitApi, 9, {
      groupId: 'g',
      topics: [{ name: 'orders', partitions: [part] }],
    });
    expect(answer.topics[0]?.partitions[0]?.errorCode).toBe(errorCode.invalidCommitOffsetSize);
    expect(await cluster.committed('g', 0)).toBe(1);
  });

  it('names topics by id from version 10 on', async () => {
    const cluster = await GroupCluster.started();
    await cluster.commit('warm', 0, 1);
    const node = await cluster.coordinatorOf('g');
    const answer10 = await cluster.call(1, metadataApi, 10, { topics: [{ name: 'orders' }] });
    const { topicId } = answer10.topics[0]!;
    const strange = 'AAAAAAAAAAAAAAAAAAAAAQ';
    const partitions = [{ partitionIndex: 2, committedOffset: 8, committedLeaderEpoch: 4 }];
    const committed = await cluster.call(node, offsetCommitApi, 10, {
      groupId: 'g',
      topics: [topicId, strange].map((id) => ({ topicId: id, partitions })),
    });
    const codes = committed.topics.map((topic) => topic.partitions[0]?.errorCode);
    expect(codes).toEqual([0, errorCode.unknownTopicId]);
    const asked = [topicId, strange].map((id) => ({ topicId: id, partitionIndexes: [2] }));
    const { groups } = await cluster.call(node, offsetFetchApi, 10, {
      groups: [{ groupId: 'g', topics: asked }],
    });
    expect(groups[0]?.topics.map((topic) => topic.partitions[0])).toMatchObject([
      { committedOffset: 8, committedLeaderEpoch: 4, errorCode: 0 },
      { committedOffset: -1, errorCode: errorCode.unknownTopicId },
    ]);
  });

  it('of somebody who claims a generation is refused where the group has no members', async () => {
    const cluster = await GroupCluster.started();
    const node = await cluster.coordinatorOf('g');
    await cluster.commit('warm', 0, 1);
    const claim = { generationIdOrMemberEpoch: 3, memberId: 'm' };
    expect(await cluster.commitAt(node, 'g', 0, 5, claim)).toBe(errorCode.illegalGeneration);
    await cluster.commit('g', 0, 5);
    expect(await cluster.commitAt(node, 'g', 0, 6, claim)).toBe(errorCode.unknownMemberId);
    expect(await cluster.committed('g', 0)).toBe(5);
  });
});

describe('offsets', () => {
  it('expire when their time is up, after a failover too, and the group with them', async () => {
    const cluster = await GroupCluster.started({
      settings: { offsetsRetentionMinutes: 2, offsetsRetentionCheckIntervalMs: 10_000 },
    });
    await cluster.commit('g', 0, 1);
    await cluster.run(minute);
    await cluster.commit('g', 1, 2);
    const first = await cluster.coordinatorOf('g');
    cluster.machine(first).crash();
    await cluster.run(30);
    expect([await cluster.committed('g', 0), await cluster.committed('g', 1)]).toEqual([1, 2]);
    await cluster.run(45);
    expect([await cluster.committed('g', 0), await cluster.committed('g', 1)]).toEqual([-1, 2]);
    await cluster.run(60);
    expect(await cluster.committed('g', 1)).toBe(-1);
    const node = await cluster.coordinatorOf('g');
    const { groups } = await cluster.call(node, describeGroupsApi, 5, { groups: ['g'] });
    expect(groups[0]?.groupState).toBe('Dead');
    cluster.start(first);
    await cluster.run(12);
    cluster.machine(node).crash();
    await cluster.run(12);
    expect(await cluster.committed('g', 0)).toBe(-1);
  });

  it('go with their group, and only they, when it is deleted', async () => {
    const cluster = await GroupCluster.started();
    await cluster.commit('g', 0, 1);
    await cluster.commit('h', 0, 2);
    const node = await cluster.coordinatorOf('g');
    const names = ['g', 'nobody', 'g'];
    const { results } = await cluster.call(node, deleteGroupsApi, 2, { groupsNames: names });
    expect(results[0]).toMatchObject({ groupId: 'g', errorCode: 0 });
    expect(results).toHaveLength(2);
    const again = await cluster.call(node, deleteGroupsApi, 2, { groupsNames: ['g'] });
    expect(again.results[0]?.errorCode).toBe(errorCode.groupIdNotFound);
    expect([await cluster.committed('g', 0), await cluster.committed('h', 0)]).toEqual([-1, 2]);
    cluster.machine(node).crash();
    await cluster.run(12);
    expect([await cluster.committed('g', 0), await cluster.committed('h', 0)]).toEqual([-1, 2]);
  });

  it('are deleted one by one', async () => {
    const cluster = await GroupCluster.started();
    await cluster.commit('g', 0, 1);
    await cluster.commit('g', 1, 2);
    const node = await cluster.coordinatorOf('g');
    const partitions = [{ partitionIndex: 0 }, { partitionIndex: 3 }, { partitionIndex: 9 }];
    const answer = await cluster.call(node, offsetDeleteApi, 0, {
      groupId: 'g',
      topics: [{ name: 'orders', partitions }],
    });
    const codes = answer.topics[0]?.partitions.map((one) => one.errorCode);
    expect(codes).toEqual([0, 0, errorCode.unknownTopicOrPartition]);
    expect([await cluster.committed('g', 0), await cluster.committed('g', 1)]).toEqual([-1, 2]);
  });

  it('go with their topic', async () => {
    const cluster = await GroupCluster.started();
    await cluster.commit('g', 0, 7);
    await cluster.deleteTopics(['orders']);
    await cluster.run(1);
    expect((await cluster.createTopic('orders', 4, 3)).errorCode).toBe(0);
    expect(await cluster.committed('g', 0)).toBe(-1);
  });
});

it('each broker lists the groups that it coordinates', async () => {
  const cluster = await GroupCluster.started();
  for (const group of ['a', 'b', 'c']) await cluster.commit(group, 0, 1);
  const listed: string[] = [];
  for (const id of cluster.brokers) {
    const { errorCode: code, groups } = await cluster.call(id, listGroupsApi, 5, {
      statesFilter: ['empty'],
      typesFilter: [],
    });
    expect(code).toBe(0);
    for (const one of groups) {
      expect(one).toMatchObject({ groupState: 'Empty', groupType: 'classic', protocolType: '' });
      expect(await cluster.coordinatorOf(one.groupId)).toBe(id);
      listed.push(one.groupId);
    }
  }
  expect(listed.sort()).toEqual(['a', 'b', 'c']);
  const none = await cluster.call(1, listGroupsApi, 5, { statesFilter: ['Stable'] });
  expect(none.groups).toEqual([]);
});
