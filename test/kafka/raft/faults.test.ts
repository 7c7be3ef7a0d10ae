import { describe, expect, it } from 'vitest';
import type { RandomStream } from '../../../src/host/random.ts';
import type { RaftRules } from '../../../src/kafka/raft/rules.ts';
import { Cluster, type QuorumNode } from './cluster.ts';

const kinds = ['crash', 'power', 'power', 'cut', 'heal', 'pause', 'slow disk', 'resume'] as const;

function strike(cluster: Cluster, victim: QuorumNode, kind: (typeof kinds)[number]): void {
  const { machine, id } = victim;
  if (kind === 'crash' && machine.state === 'running') machine.crash();
  else if (kind === 'power') machine.powerLoss();
  else if (kind === 'cut' || kind === 'heal') cluster.setPartitioned(id, kind === 'cut');
  else if (kind === 'pause') machine.pause();
  else if (kind === 'slow disk') machine.disk.faults.slow(50, 1000);
  else machine.resume();
}

function mend(cluster: Cluster): void {
  for (const node of cluster.nodes) {
    cluster.setPartitioned(node.id, false);
    node.machine.disk.faults.heal();
    if (node.machine.state === 'paused') node.machine.resume();
    else if (node.machine.state !== 'running') cluster.start(node);
  }
}

/** Several faults at a time, many majorities lost, appends in the middle; then all is mended. */
async function torment(seed: number, rules: Partial<RaftRules> = {}): Promise<Cluster> {
  const voters = seed % 2 === 1 ? 3 : 5;
  const cluster = new Cluster({ seed: `harsh ${seed}`, voters, observers: 1, rules });
  cluster.startAll();
  const chance: RandomStream = cluster.world.random.stream('test');
  for (let round = 0; round < 40; round++) {
    await cluster.run(chance.int(2500) / 1000);
    cluster.leader()?.append(`${round}`);
    await cluster.run(chance.int(40) / 1000);
    for (let strikes = 1 + chance.int(voters); strikes > 0; strikes--) {
      const victim = cluster.node(1 + chance.int(voters + 1));
      strike(cluster, victim, kinds[chance.int(kinds.length)] ?? 'heal');
      await cluster.run(chance.int(3) / 1000);
    }
    if (round % 5 !== 4) continue;
    mend(cluster);
    await cluster.run(5);
  }
  mend(cluster);
  await cluster.run(15);
  cluster.leader()?.append('end');
  await cluster.run(1);
  return cluster;
}

describe('the quorum under many faults at once', () => {
  it.each([1, 2, 3])('commits one history, and recovers: seed %i', async (seed) => {
    const cluster = await torment(seed);
    expect(cluster.problems).toEqual([]);
    for (const node of cluster.nodes) expect(node.delivered.at(-1)).toBe('end');
    const [first, ...others] = cluster.nodes.map((node) => node.delivered.join(' '));
    for (const other of others) expect(other).toBe(first);
    expect(cluster.committed.size).toBeGreaterThan(15);
  });

  it('does not, if it counts what is not flushed (KAFKA-10533)', async () => {
    const cluster = await torment(3, { countsOnlyFlushed: () => false });
    const halted = cluster.nodes.some(({ exit }) =>
      /below the high watermark|were committed/.test(exit ?? ''),
    );
    expect(halted || cluster.problems.length > 0).toBe(true);
  });
});
