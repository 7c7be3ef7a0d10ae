import { describe, expect, it } from 'vitest';
import { checkedLine } from '../../../src/kafka/log/durable-file.ts';
import { TestCluster } from './cluster.ts';

/**
 * `orders` with one partition on three brokers and `a` in it; its leader, and another broker to
 * ask.
 */
async function ordersCluster() {
  const cluster = new TestCluster();
  await cluster.allBrokersLive();
  await cluster.createTopic('orders', 1, 3, { 'min.insync.replicas': '2' });
  const leader = await cluster.leaderOf('orders', 0);
  expect(await cluster.produce(leader, 'orders', 0, ['a'])).toMatchObject({ errorCode: 0 });
  const others = cluster.brokers.filter((id) => id !== leader);
  return { cluster, leader, asker: others[0] ?? 0 };
}

describe('controlled shutdown', () => {
  it('hands leadership over, exits 0, and comes back into the ISR', async () => {
    const { cluster, leader, asker } = await ordersCluster();
    cluster.machine(leader).stop();
    await cluster.until('the exit', () => cluster.exits.length > 0);
    expect(cluster.exits).toEqual([`m${leader}: 0 shut down`]);
    const next = await cluster.leaderOf('orders', 0, asker);
    expect(next).not.toBe(leader);
    expect(await cluster.produce(next, 'orders', 0, ['b'])).toMatchObject({
      errorCode: 0,
      baseOffset: 1,
    });

    cluster.start(leader);
    await cluster.metadataWhere(
      asker,
      'in sync',
      ({ brokers, topics }) =>
        brokers.length === 3 && topics[0]?.partitions[0]?.isrNodes.length === 3,
    );
    expect((await cluster.fetch(next, 'orders', 0, 0)).values).toEqual(['a', 'b']);
    expect(cluster.exits).toHaveLength(1);
  });

  it('takes less than a session to hand over', async () => {
    const { cluster, leader } = await ordersCluster();
    const begin = cluster.world.now;
    cluster.machine(leader).stop();
    await cluster.until('the exit', () => cluster.exits.length > 0);
    expect(cluster.world.now - begin).toBeLessThan(9_000_000);
  });

  it('keeps its data when the whole cluster stops and starts again', async () => {
    const { cluster, asker } = await ordersCluster();
    for (const id of cluster.brokers) cluster.machine(id).stop();
    await cluster.until('all exits', () => cluster.exits.length === 3, 120);
    expect(cluster.exits.every((exit) => exit.endsWith('0 shut down'))).toBe(true);
    for (const id of cluster.brokers) cluster.start(id);
    await cluster.allBrokersLive(asker);
    const leader = await cluster.leaderOf('orders', 0, asker);
    expect((await cluster.fetch(leader, 'orders', 0, 0)).values).toEqual(['a']);
    expect(await cluster.produce(leader, 'orders', 0, ['b'])).toMatchObject({
      errorCode: 0,
      baseOffset: 1,
    });
  });
});

describe('a shutdown that nobody leads', () => {
  it('goes without the controller when none answers for a session, and comes back with all it had', async () => {
    const { cluster, leader, asker } = await ordersCluster();
    const links = cluster.brokers
      .filter((id) => id !== leader)
      .flatMap((id) => [
        cluster.world.network.link(`m${leader}`, `m${id}`),
        cluster.world.network.link(`m${id}`, `m${leader}`),
      ]);
    for (const link of links) link.block();
    cluster.machine(leader).stop();
    await cluster.run(8);
    expect(cluster.exits).toEqual([]);
    await cluster.until('the exit', () => cluster.exits.length > 0, 8);
    expect(cluster.exits).toEqual([`m${leader}: 0 shut down`]);
    for (const link of links) link.unblock();
    cluster.start(leader);
    await cluster.metadataWhere(
      asker,
      'in sync',
      ({ topics }) => topics[0]?.partitions[0]?.isrNodes.length === 3,
    );
    const next = await cluster.leaderOf('orders', 0, asker);
    expect((await cluster.fetch(next, 'orders', 0, 0)).values).toEqual(['a']);
  });

  it('is over at once for a node that has only begun to start, whose logs stay clean', async () => {
    const { cluster, leader } = await ordersCluster();
    cluster.machine(leader).stop();
    await cluster.until('the exit', () => cluster.exits.length === 1);
    cluster.start(leader);
    await cluster.until('the start', () => cluster.machine(leader).state === 'running');
    cluster.machine(leader).stop();
    await cluster.until('the second exit', () => cluster.exits.length === 2);
    let mark = '';
    cluster.machine(leader).restart((host) => {
      const file = host.disk.open('data/.kafka_cleanshutdown');
      mark = new TextDecoder().decode(file.read(0, file.size()));
      return { stop() {} };
    });
    await cluster.run(1);
    expect(JSON.parse(checkedLine(mark) ?? '')).toMatchObject({ version: 0 });
    expect(JSON.parse(checkedLine(mark) ?? '').brokerEpoch).toBeGreaterThan(0);
  });
});

describe('a broker that crashes', () => {
  it('loses its leadership within a session, and no acknowledged record', async () => {
    const { cluster, leader, asker } = await ordersCluster();
    cluster.machine(leader).crash();
    await cluster.metadataWhere(asker, 'led by another', ({ topics }) => {
      const leaderId = topics[0]?.partitions[0]?.leaderId ?? -1;
      return leaderId >= 0 && leaderId !== leader;
    });
    const next = await cluster.leaderOf('orders', 0, asker);
    expect((await cluster.fetch(next, 'orders', 0, 0)).values).toEqual(['a']);
    expect(await cluster.produce(next, 'orders', 0, ['b'])).toMatchObject({
      errorCode: 0,
      baseOffset: 1,
    });

    cluster.start(leader);
    await cluster.metadataWhere(
      asker,
      'in sync',
      ({ topics }) => topics[0]?.partitions[0]?.isrNodes.length === 3,
    );
  });

  it('may be all of them: acknowledged records come back', async () => {
    const { cluster, asker } = await ordersCluster();
    for (const id of cluster.brokers) cluster.machine(id).crash();
    for (const id of cluster.brokers) cluster.start(id);
    await cluster.allBrokersLive(asker);
    const leader = await cluster.leaderOf('orders', 0, asker);
    expect((await cluster.fetch(leader, 'orders', 0, 0)).values).toEqual(['a']);
  });
});

describe('separate roles', () => {
  it('three controllers serve three brokers, one of which and then the active controller crash', async () => {
    const cluster = new TestCluster({ controllers: [11, 12, 13], brokers: [1, 2, 3] });
    await cluster.allBrokersLive();
    await cluster.createTopic('orders', 1, 3, { 'min.insync.replicas': '2' });
    const leader = await cluster.leaderOf('orders', 0);
    expect(await cluster.produce(leader, 'orders', 0, ['a'])).toMatchObject({ errorCode: 0 });

    const active = cluster.observations.findLast(
      (one) => one.kind === 'quorum-state' && one.role === 'leader',
    );
    if (active?.kind !== 'quorum-state') throw new Error('no controller leads');
    cluster.machine(active.node).crash();
    const asker = cluster.brokers.find((id) => id !== leader) ?? 0;
    expect(await cluster.createTopic('audit', 1, 3, {}, asker)).toMatchObject({ errorCode: 0 });

    cluster.machine(leader).crash();
    await cluster.metadataWhere(asker, 'led by another', ({ topics }) => {
      const leaderId = topics.find(({ name }) => name === 'orders')?.partitions[0]?.leaderId ?? -1;
      return leaderId >= 0 && leaderId !== leader;
    });
    const next = await cluster.leaderOf('orders', 0, asker);
    expect((await cluster.fetch(next, 'orders', 0, 0)).values).toEqual(['a']);
    expect(cluster.exits).toEqual([]);
  });
});
