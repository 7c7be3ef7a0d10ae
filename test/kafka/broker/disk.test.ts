import { describe, expect, it } from 'vitest';
import type { Host } from '../../../src/host/host.ts';
import {
  type FormerShutdown,
  noMark,
  readFormerShutdown,
  removeCleanShutdownMark,
  writeCleanShutdownMark,
} from '../../../src/kafka/broker/clean-shutdown.ts';
import { openIdentity } from '../../../src/kafka/broker/identity.ts';
import { kafkaNode } from '../../../src/kafka/broker/node.ts';
import { type BrokerRules, kafkaBrokerRules } from '../../../src/kafka/broker/rules.ts';
import { observeNothing } from '../../../src/kafka/observation.ts';
import { World } from '../../../src/sim/world.ts';
import { wrongRulesOf } from '../../trial/museum/wrong-rules-of.ts';
import { configOf } from './ask.ts';
import { TestCluster } from './cluster.ts';

/** Runs `procedure` in a process of machine m1 to its end; rejects as it does. */
async function inProcess<T>(world: World, procedure: (host: Host) => Promise<T>): Promise<T> {
  const outcome: { value?: T; error?: unknown; settled: boolean } = { settled: false };
  world.machine('m1').restart((host) => {
    procedure(host)
      .then(
        (value) => {
          outcome.value = value;
        },
        (error: unknown) => {
          outcome.error = error;
        },
      )
      .finally(() => {
        outcome.settled = true;
      });
    return { stop() {} };
  });
  await world.runWhile(() => !outcome.settled, world.now + 10_000_000);
  if (outcome.error !== undefined) throw outcome.error;
  return outcome.value as T;
}

function aWorld(): World {
  const world = new World({ seed: 'disk' });
  world.addMachine('m1');
  return world;
}

describe('the identity of a disk', () => {
  it('is made on the first start and the same ever after, power loss or not', async () => {
    const world = aWorld();
    const first = await inProcess(world, (host) => openIdentity(host, configOf(1)));
    expect(first.directoryId).toMatch(/^[A-Za-z0-9_-]{22}$/);
    world.machine('m1').powerLoss();
    const again = await inProcess(world, (host) => openIdentity(host, configOf(1)));
    expect(again).toEqual({ ...first, isNew: false });
  });

  it('is another on a disk that was replaced', async () => {
    const world = aWorld();
    const first = await inProcess(world, (host) => openIdentity(host, configOf(1)));
    world.machine('m1').wipe();
    expect(await inProcess(world, (host) => openIdentity(host, configOf(1)))).not.toEqual(first);
  });

  it('does not let another node or another cluster use it, and says which field is wrong', async () => {
    const world = aWorld();
    await inProcess(world, (host) => openIdentity(host, configOf(1)));
    await expect(inProcess(world, (host) => openIdentity(host, configOf(2)))).rejects.toThrow(
      "data/meta.properties says node.id=1, but this node's node.id is 2",
    );
    await expect(
      inProcess(world, (host) => openIdentity(host, { ...configOf(1), clusterId: 'other' })),
    ).rejects.toThrow('data/meta.properties says cluster.id=ordeal-test-cluster-id');
  });

  it('ends a process that is not who the disk says', async () => {
    const world = aWorld();
    await inProcess(world, (host) => openIdentity(host, configOf(1)));
    const exits: string[] = [];
    world.machine('m1').onExit = (code, reason) => exits.push(`${code} ${reason}`);
    world.machine('m1').restart(kafkaNode(configOf(2)));
    await world.runUntil(world.now + 1_000_000);
    expect(exits).toEqual([
      expect.stringMatching(
        /^1 data.meta.properties says node.id=1, but this node's .* is 2: give/,
      ),
    ]);
    expect(world.failure).toBeNull();
  });
});

describe('the mark of a clean shutdown', () => {
  const take = (world: World) =>
    inProcess(world, async (host) => {
      const former = readFormerShutdown(host.disk, 'data');
      await removeCleanShutdownMark(host.disk, 'data');
      return former;
    });
  const write = (world: World) =>
    inProcess(world, async (host) => {
      host.disk.makeDirectory('data');
      await host.disk.syncDirectory('');
      await writeCleanShutdownMark(host.disk, 'data', 70);
    });

  it('is read once: it is durably gone afterwards', async () => {
    const world = aWorld();
    expect(await take(world)).toEqual({ clean: false, brokerEpoch: -1, findings: null });
    await write(world);
    world.machine('m1').powerLoss();
    expect(await take(world)).toEqual({ clean: true, brokerEpoch: 70, findings: [] });
    world.machine('m1').powerLoss();
    expect(await take(world)).toEqual({ clean: false, brokerEpoch: -1, findings: null });
  });

  it('outlives the start of a process under a wrong rule, and another believes it (Redpanda 9711)', async () => {
    const markAfterStart = async (wrong: Partial<BrokerRules>): Promise<FormerShutdown> => {
      const world = aWorld();
      await inProcess(world, (host) => openIdentity(host, configOf(1)));
      await write(world);
      const node = kafkaNode(configOf(1), observeNothing, {
        broker: { ...kafkaBrokerRules, ...wrong },
      });
      world.machine('m1').restart(node);
      await world.runUntil(world.now + 5_000_000);
      world.machine('m1').crash();
      const rules = { ...kafkaBrokerRules, ...wrong };
      return inProcess(world, async (host) => readFormerShutdown(host.disk, 'data', rules));
    };
    expect(await markAfterStart({})).toEqual(noMark);
    // The files that have come since contradict it.
    const kept = await markAfterStart(wrongRulesOf('Redpanda-9711-mark', 'broker'));
    expect(kept).toMatchObject({ clean: false, brokerEpoch: 70 });
    expect(await markAfterStart(wrongRulesOf('Redpanda-9711', 'broker'))).toMatchObject({
      clean: true,
      brokerEpoch: 70,
    });
  });

  it('proves nothing when it cannot be read', async () => {
    const world = aWorld();
    await write(world);
    await inProcess(world, async (host) => host.disk.open('data/.kafka_cleanshutdown').truncate(5));
    expect(await take(world)).toEqual({ clean: false, brokerEpoch: -1, findings: null });
  });

  it('is written though a directory stands in the place of a file, which then contradicts it', async () => {
    const world = aWorld();
    await inProcess(world, async (host) => {
      host.disk.makeDirectory('data');
      host.disk.makeDirectory('data/meta.properties');
      await host.disk.syncDirectory('');
    });
    await write(world);
    const findings = [{ path: 'meta.properties', problem: 'was not there before' }];
    expect(await take(world)).toEqual({ clean: false, brokerEpoch: 70, findings });
  });

  it('is written only when every log was recovered and closed (KAFKA-13773)', () => {
    const may = kafkaBrokerRules.mayMarkCleanShutdown;
    expect(may({ recovered: true, closed: true })).toBe(true);
    expect(may({ recovered: false, closed: true })).toBe(false);
    expect(may({ recovered: true, closed: false })).toBe(false);
  });
});

describe('a disk that fails', () => {
  const aCluster = async () => {
    const cluster = new TestCluster();
    await cluster.allBrokersLive();
    await cluster.createTopic('orders', 1, 3, { 'min.insync.replicas': '2' });
    const leader = await cluster.leaderOf('orders', 0);
    const asker = cluster.brokers.find((id) => id !== leader) ?? 0;
    return { cluster, leader, asker };
  };

  it('full: the leader halts, another takes over, and it comes back once there is room', async () => {
    const { cluster, leader, asker } = await aCluster();
    await cluster.produce(leader, 'orders', 0, ['a']);
    cluster.machine(leader).disk.faults.full = true;
    await cluster.tryProduce(leader, 'orders', 0, ['b']);
    await cluster.until('the halt', () => cluster.exits.length > 0);
    expect(cluster.exits[0]).toMatch(new RegExp(`^m${leader}: 1 .*ENOSPC`));
    await cluster.metadataWhere(asker, 'led by another', ({ topics }) => {
      const leaderId = topics[0]?.partitions[0]?.leaderId ?? -1;
      return leaderId >= 0 && leaderId !== leader;
    });
    const next = await cluster.leaderOf('orders', 0, asker);
    expect((await cluster.fetch(next, 'orders', 0, 0)).values[0]).toBe('a');
    cluster.machine(leader).disk.faults.full = false;
    cluster.start(leader);
    await cluster.metadataWhere(
      asker,
      'in sync',
      ({ topics }) => topics[0]?.partitions[0]?.isrNodes.length === 3,
    );
  });

  it('in a sync at the end of a shutdown: no mark is left', async () => {
    const { cluster, leader } = await aCluster();
    await cluster.produce(leader, 'orders', 0, ['a']);
    cluster.machine(leader).stop();
    cluster.machine(leader).disk.faults.failNextSyncs(1);
    await cluster.until('the exit', () => cluster.exits.length > 0);
    expect(cluster.exits[0]).toMatch(new RegExp(`^m${leader}: 1 `));
    let marked = true;
    cluster.machine(leader).restart((host) => {
      marked = host.disk.exists('data/.kafka_cleanshutdown');
      return { stop() {} };
    });
    await cluster.run(1);
    expect(marked).toBe(false);
  });
});
