import { describe, expect, it } from 'vitest';
import { kafkaGroupRules } from '../../../src/kafka/group/rules.ts';
import { joinGroupApi } from '../../../src/kafka/protocol/apis/11-join-group.ts';
import { listGroupsApi } from '../../../src/kafka/protocol/apis/16-list-groups.ts';
import { errorCode } from '../../../src/kafka/protocol/errors.ts';
import { GroupCluster } from './cluster.ts';
import { Member } from './member.ts';

const loading = errorCode.coordinatorLoadInProgress;

describe('a coordinator that loads', () => {
  it('says so to all who ask, and serves when it is done', async () => {
    const held = { name: 'offsets-loaded', perMille: 1000, minUs: 2_000_000, maxUs: 2_000_000 };
    const cluster = await GroupCluster.started({ points: [held] });
    await cluster.commit('g', 0, 7);
    const first = await cluster.coordinatorOf('g');
    cluster.machine(first).stop();
    await cluster.run(0.5);
    const next = await cluster.coordinatorOf('g');
    expect(await cluster.fetchAt(next, 'g', 0)).toBe(`error ${loading}`);
    expect(await cluster.commitAt(next, 'g', 0, 8)).toBe(loading);
    expect((await cluster.call(next, listGroupsApi, 3, {})).errorCode).toBe(loading);
    const joined = await cluster.call(next, joinGroupApi, 5, {
      groupId: 'g',
      sessionTimeoutMs: 10_000,
      memberId: '',
      protocolType: 'consumer',
      protocols: [],
    });
    expect(joined.errorCode).toBe(loading);
    await cluster.run(3);
    expect(await cluster.fetchAt(next, 'g', 0)).toBe(7);
  });

  it('does not take offsets of a topic for those of another that has its name now', async () => {
    const held = { name: 'offsets-loaded', perMille: 1000, minUs: 4_000_000, maxUs: 4_000_000 };
    const cluster = await GroupCluster.started({ points: [held] });
    await cluster.commit('g', 0, 7);
    const first = await cluster.coordinatorOf('g');
    cluster.machine(first).stop();
    await cluster.run(1);
    const asker = cluster.anyBroker;
    await cluster.deleteTopics(['orders'], asker);
    await cluster.createTopic('orders', 4, 2, {}, asker);
    expect(await cluster.fetchAt(await cluster.coordinatorOf('g'), 'g', 0)).toBe(
      `error ${loading}`,
    );
    expect(await cluster.committed('g', 0)).toBe(-1);
    expect(await cluster.commit('g', 0, 8)).toBe(0);
    expect(await cluster.committed('g', 0)).toBe(8);
  });

  it('reads a long log a piece at a time, between which requests pass', async () => {
    const cluster = await GroupCluster.started({ settings: { offsetsLoadBufferSize: 200 } });
    for (let i = 0; i < 300; i++) await cluster.commit(`g${i}`, i % 4, i);
    const groups = cluster.observations.filter(({ kind }) => kind === 'offset-committed');
    expect(groups).toHaveLength(300);
    const first = await cluster.coordinatorOf('g0');
    const from = cluster.observations.length;
    cluster.machine(first).stop();
    await cluster.run(5);
    const loaded = cluster.observations.slice(from).filter(({ kind }) => kind === 'groups-loaded');
    expect(loaded.length).toBeGreaterThan(0);
    for (const one of loaded) expect(one).toMatchObject({ groups: expect.any(Number) });
    for (const i of [0, 1, 2, 150, 299]) expect(await cluster.committed(`g${i}`, i % 4)).toBe(i);
  });

  it('serves again when leadership comes back to it in another epoch', async () => {
    const cluster = await GroupCluster.started({
      settings: { leaderImbalanceCheckIntervalSeconds: 5 },
      points: [{ name: 'group-unloaded', perMille: 1000, minUs: 3_000_000, maxUs: 3_000_000 }],
    });
    await cluster.commit('g', 0, 1);
    const first = await cluster.coordinatorOf('g');
    cluster.machine(first).stop();
    await cluster.run(5);
    expect(await cluster.commit('g', 0, 2)).toBe(0);
    cluster.start(first);
    await cluster.run(20);
    expect(await cluster.coordinatorOf('g')).toBe(first);
    expect(await cluster.committed('g', 0)).toBe(2);
    const ended = cluster.observations.filter(({ kind }) => kind === 'groups-unloaded');
    expect(ended.length).toBeGreaterThan(0);
  });
});

describe('a cluster of one broker', () => {
  const alone = { brokers: [1], settings: { offsetsTopicReplicationFactor: 1 } };

  it('coordinates groups, whose records are committed as they are appended', async () => {
    const cluster = await GroupCluster.started(alone);
    expect(await cluster.commit('g', 0, 3)).toBe(0);
    const member = new Member(cluster, 'h', 'one');
    await member.joined(await member.join(1));
    const synced = await member.sync(1, { [member.memberId]: 'all' });
    expect(await member.synced(synced)).toBe('all');
    cluster.machine(1).stop();
    await cluster.run(5);
    cluster.start(1);
    await cluster.run(5);
    expect(await cluster.committed('g', 0)).toBe(3);
    expect(await member.heartbeat(1)).toBe(0);
  });

  it('would lose offsets of a busy group, were expiry by the commit (KIP-211)', async () => {
    const settings = {
      ...alone.settings,
      offsetsRetentionMinutes: 1,
      offsetsRetentionCheckIntervalMs: 5_000,
    };
    const group = {
      ...kafkaGroupRules,
      offsetExpires: ({ nowMs, commitTimestamp, retentionMs }: Record<string, unknown>) =>
        (nowMs as number) - (commitTimestamp as number) >= (retentionMs as number),
    } as unknown as typeof kafkaGroupRules;
    for (const [rules, left] of [
      [{}, 3],
      [{ group }, -1],
    ] as const) {
      const cluster = await GroupCluster.started({ ...alone, settings, rules });
      expect(await cluster.commit('g', 0, 3)).toBe(0);
      const member = new Member(cluster, 'g', 'one');
      await member.joined(await member.join(1));
      await member.synced(await member.sync(1, { [member.memberId]: 'all' }));
      for (let i = 0; i < 20; i++) {
        await cluster.run(4);
        expect(await member.heartbeat(1)).toBe(0);
      }
      expect(await cluster.committed('g', 0)).toBe(left);
    }
  });
});
