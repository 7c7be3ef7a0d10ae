import { describe, expect, it } from 'vitest';
import { voteApi } from '../../../src/kafka/protocol/apis/52-vote.ts';
import { describeQuorumApi } from '../../../src/kafka/protocol/apis/55-describe-quorum.ts';
import { errorCode } from '../../../src/kafka/protocol/errors.ts';
import type { RaftRules } from '../../../src/kafka/raft/rules.ts';
import type { FileContent } from '../../../src/sim/disk-file.ts';
import { wrongRulesOf } from '../../trial/museum/wrong-rules-of.ts';
import { Cluster } from './cluster.ts';

async function led(cluster: Cluster): Promise<void> {
  cluster.startAll();
  await cluster.run(5);
  expect(cluster.leader()).not.toBeNull();
}

describe('the quorum on a simulated world', () => {
  it('elects a leader and delivers what it appends to voters and observers alike', async () => {
    const cluster = new Cluster({ seed: 'steady', voters: 3, observers: 1 });
    await led(cluster);
    const leader = cluster.leader();
    const first = leader?.append('a', 'b') ?? -1;
    expect(leader?.append('c')).toBe(first + 1);
    await cluster.run(1);
    for (const node of cluster.nodes) {
      expect(node.delivered).toEqual(['a', 'b', 'c']);
      expect(node.leader).toBe(leader?.id);
      expect(node.quorum?.highWatermark).toBe(node.quorum?.logEndOffset);
    }
    expect(cluster.problems).toEqual([]);
  });

  it('commits within a few round trips of the linger', async () => {
    const cluster = new Cluster({ seed: 'latency', voters: 3 });
    await led(cluster);
    cluster.leader()?.append('a');
    await cluster.run(0.1);
    for (const node of cluster.nodes) expect(node.delivered).toEqual(['a']);
  });

  it('takes appends only from the node that was told to lead', async () => {
    const cluster = new Cluster({ seed: 'only leader', voters: 3 });
    await led(cluster);
    for (const node of cluster.nodes) {
      expect(node.append('x') === null).toBe(node !== cluster.leader());
    }
  });

  it('goes on after all machines lost power, with all that was committed', async () => {
    const cluster = new Cluster({ seed: 'power', voters: 3 });
    await led(cluster);
    cluster.leader()?.append('a');
    await cluster.run(1);
    const { epoch } = cluster.leader()?.quorum ?? { epoch: -1 };
    for (const node of cluster.nodes) node.machine.powerLoss();
    await led(cluster);
    expect(cluster.leader()?.quorum?.epoch).toBeGreaterThan(epoch);
    cluster.leader()?.append('b');
    await cluster.run(1);
    for (const node of cluster.nodes) expect(node.delivered).toEqual(['a', 'b']);
    expect(cluster.problems).toEqual([]);
  });

  /** The last voter's log is cut on disk while its process is down; how it fares when it starts. */
  const startedWithCutLog = async (rules: Partial<RaftRules>): Promise<string | null> => {
    const cluster = new Cluster({ seed: 'cut', voters: 3, rules });
    await led(cluster);
    for (let round = 0; round < 10; round++) {
      cluster.leader()?.append(`${round}`);
      await cluster.run(1);
    }
    const node = cluster.node(3);
    node.machine.crash();
    const { tree } = node.machine.disk;
    const file = tree.get('data/__cluster_metadata-0/00000000000000000000.log');
    (file as FileContent).truncate(100, 0);
    cluster.start(node);
    await cluster.run(5);
    expect(cluster.problems).toEqual([]);
    return node.exit;
  };

  it('refuses to start from a log that was cut, unless a wrong rule lets it', async () => {
    expect(await startedWithCutLog({})).toMatch(/ends at offset \d+, though \d+ were committed/);
    expect(await startedWithCutLog(wrongRulesOf('NATS-cut-log', 'raft'))).toBeNull();
  });

  it('replaces a leader that is cut off, which cuts what only it had', async () => {
    const cluster = new Cluster({ seed: 'partition', voters: 3 });
    await led(cluster);
    const old = cluster.leader();
    cluster.setPartitioned(old?.id ?? 0, true);
    old?.append('lost');
    await cluster.run(8);
    expect(old?.leadingEpoch).toBe(-1);
    const next = cluster.leader();
    expect(next).not.toBe(old);
    next?.append('kept');
    cluster.setPartitioned(old?.id ?? 0, false);
    await cluster.run(8);
    for (const node of cluster.nodes) expect(node.delivered).toEqual(['kept']);
    expect(cluster.problems).toEqual([]);
    expect(cluster.observations.some(({ kind }) => kind === 'log-truncated')).toBe(true);
  });

  it('hands over at once when the leader stops', async () => {
    const cluster = new Cluster({ seed: 'stop', voters: 3 });
    await led(cluster);
    const old = cluster.leader();
    old?.machine.stop();
    await cluster.run(0.5);
    expect(old?.exit).toBe('0: stopped');
    expect(cluster.leader()?.id).not.toBe(old?.id);
    expect(cluster.leader()).not.toBeNull();
  });

  it('hears nothing before it knows what it wrote down, so that its epoch never falls', async () => {
    const cluster = new Cluster({ seed: 'slow start', voters: 3 });
    await led(cluster);
    const former = cluster.leader();
    former?.machine.crash();
    await cluster.run(5);
    expect(cluster.leader()).not.toBe(former);
    const before = cluster.observations.length;
    former?.machine.disk.faults.slow(10_000, 0);
    former?.machine.restart();
    await cluster.run(10);
    former?.machine.disk.faults.endSlow();
    await cluster.run(10);
    const epochs = cluster.observations
      .slice(before)
      .flatMap((o) => (o.kind === 'quorum-state' && o.node === former?.id ? [o.epoch] : []));
    expect(epochs.length).toBeGreaterThan(1);
    expect(epochs).toEqual([...epochs].sort((a, b) => a - b));
  });

  it('leads alone', async () => {
    const cluster = new Cluster({ seed: 'alone', voters: 1, observers: 1 });
    await led(cluster);
    cluster.node(1).append('a');
    await cluster.run(1);
    expect(cluster.node(2).delivered).toEqual(['a']);
  });

  it('halts when its disk fails to sync', async () => {
    const cluster = new Cluster({ seed: 'disk', voters: 3 });
    await led(cluster);
    const leader = cluster.leader();
    leader?.machine.disk.faults.failNextSyncs();
    leader?.append('a');
    await cluster.run(5);
    expect(leader?.exit).toMatch(/^1: .*disk failed/);
    expect(cluster.leader()?.id).not.toBe(leader?.id);
    expect(cluster.problems).toEqual([]);
  });

  it('costs little when idle', async () => {
    const cluster = new Cluster({ seed: 'idle', voters: 3 });
    await led(cluster);
    const before = cluster.world.events;
    await cluster.run(60);
    const eventsPerSecond = (cluster.world.events - before) / 60;
    expect(eventsPerSecond).toBeLessThan(20);
  });
});

describe('requests to the quorum', () => {
  it('describe it, where they reach the leader', async () => {
    const cluster = new Cluster({ seed: 'describe', voters: 3, observers: 1 });
    await led(cluster);
    const leader = cluster.leader();
    leader?.append('a');
    await cluster.run(1);
    for (const node of cluster.nodes.slice(0, 3)) {
      const partition = (await cluster.describeQuorum(node)).topics[0]?.partitions[0];
      if (node !== leader) {
        expect(partition?.errorCode).toBe(errorCode.notLeaderOrFollower);
        continue;
      }
      expect(partition).toMatchObject({ errorCode: 0, leaderId: leader.id, leaderEpoch: 1 });
      const end = leader.quorum?.logEndOffset;
      expect(partition?.highWatermark).toBe(end);
      expect(partition?.currentVoters.map((voter) => voter.logEndOffset)).toEqual([end, end, end]);
      expect(partition?.observers.map((observer) => observer.replicaId)).toEqual([4]);
      const self = partition?.currentVoters.find(({ replicaId }) => replicaId === leader.id);
      expect(self?.lastFetchTimestamp).toBe(self?.lastCaughtUpTimestamp);
      expect(self?.lastFetchTimestamp).toBeGreaterThan(0);
    }
  });

  it('describe no other partition, and none twice', async () => {
    const cluster = new Cluster({ seed: 'describe other', voters: 1 });
    await led(cluster);
    for (const indexes of [[1], [0, 0], [0, 1], [-1]]) {
      const partitions = indexes.map((partitionIndex) => ({ partitionIndex }));
      const topics = [{ topicName: '__cluster_metadata', partitions }];
      const answer = await cluster.ask(cluster.node(1), describeQuorumApi, { topics });
      const codes = answer.topics[0]?.partitions.map(({ errorCode: code }) => code);
      expect(codes).toEqual(indexes.map(() => errorCode.unknownTopicOrPartition));
    }
  });

  it('are refused if they are of another cluster or about another topic', async () => {
    const cluster = new Cluster({ seed: 'other cluster', voters: 1 });
    await led(cluster);
    const body = { clusterId: 'another', topics: [] };
    expect(await cluster.ask(cluster.node(1), voteApi, body)).toMatchObject({
      errorCode: errorCode.inconsistentClusterId,
    });
    expect(await cluster.ask(cluster.node(1), voteApi, { topics: [] })).toMatchObject({
      errorCode: errorCode.invalidRequest,
    });
  });
});
