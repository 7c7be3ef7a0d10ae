import { describe, expect, it } from 'vitest';
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

describe('the quorum under faults', () => {
  it.each([1, 2, 3, 4, 5, 6])('commits one history, and recovers: seed %i', async (seed) => {
    const cluster = new Cluster({ seed: `faults ${seed}`, voters: 3, observers: 1 });
    cluster.startAll();
    const chance = cluster.world.random.stream('test');
    for (let round = 0; round < 25; round++) {
      await cluster.run(1 + chance.int(3));
      cluster.leader()?.append(`${round}.a`);
      const victim = cluster.node(1 + chance.int(3));
      const fault = chance.int(4);
      if (fault === 0) victim.machine.crash();
      else if (fault === 1) victim.machine.powerLoss();
      else if (fault === 2) cluster.setPartitioned(victim.id, true);
      else victim.machine.pause();
      await cluster.run(chance.int(6));
      cluster.leader()?.append(`${round}.b`);
      if (fault === 2) cluster.setPartitioned(victim.id, false);
      else if (fault === 3) victim.machine.resume();
      else cluster.start(victim);
    }
    await cluster.run(15);
    cluster.leader()?.append('end');
    await cluster.run(1);
    expect(cluster.problems).toEqual([]);
    for (const node of cluster.nodes) expect(node.delivered.at(-1)).toBe('end');
    const [first, ...others] = cluster.nodes.map((node) => node.delivered.join(' '));
    for (const other of others) expect(other).toBe(first);
    expect(cluster.committed.size).toBeGreaterThan(20);
  });
});
