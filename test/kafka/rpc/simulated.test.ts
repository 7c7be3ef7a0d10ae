/**
 * Channel and server over the simulated network, with writes split and joined, crashes and
 * partitions.
 */
import { describe, expect, it } from 'vitest';
import { initProducerIdApi } from '../../../src/kafka/protocol/apis/22-init-producer-id.ts';
import { openChannel } from '../../../src/kafka/rpc/channel.ts';
import type { RpcFailure } from '../../../src/kafka/rpc/contract.ts';
import { startServer } from '../../../src/kafka/rpc/server.ts';
import { World } from '../../../src/sim/world.ts';
import { echo, port, second, served } from './fixture.ts';

const requests = 200;

function cluster(seed: string): { world: World; outcomes: (number | RpcFailure)[] } {
  const world = new World({ seed, splitWrites: true });
  world.addMachine('server').start((host) => {
    const server = startServer(
      host,
      {
        listener: 'broker',
        port,
        apis: served,
        maxRequestBytes: 10_000,
        maxConnections: 10,
        maxQueuedRequestsPerConnection: 2,
        maxIdleUs: 600 * second,
        handle: (request) => void host.timers.after(1000, () => echo(request)),
      },
      () => {},
    );
    return { stop: () => server.close() };
  });
  const outcomes: (number | RpcFailure)[] = [];
  world.addMachine('client').start((host) => {
    const address = { host: 'server', port };
    const options = { clientId: 'client', connectTimeoutUs: 5 * second };
    const channel = openChannel(host, address, options);
    let next = 0;
    const ask = (): void => {
      if (next === requests) return;
      const body = { transactionalId: null, transactionTimeoutMs: next++ };
      channel.send(initProducerIdApi, 4, body, 2 * second, (response, failure) => {
        outcomes.push(response?.producerId ?? failure ?? 'malformed');
        if (failure === null) ask();
        else host.timers.after(second, ask);
      });
    };
    host.timers.after(10_000, () => {
      for (let i = 0; i < 5; i++) ask();
    });
    return { stop: () => channel.close() };
  });
  return { world, outcomes };
}

describe('rpc over the simulated network', () => {
  it('answers every request in order, whatever the network splits or joins', async () => {
    const { world, outcomes } = cluster('rpc-1');
    await world.runUntil(20 * second);
    expect(world.failure).toBe(null);
    expect(outcomes).toEqual(Array.from({ length: requests }, (_, i) => i));
  });

  it('lives through a crash and a restart of the server', async () => {
    const { world, outcomes } = cluster('rpc-2');
    await world.runUntil(60_000);
    world.machine('server').crash();
    await world.runUntil(3 * second);
    world.machine('server').restart();
    await world.runUntil(60 * second);
    expect(world.failure).toBe(null);
    expect(outcomes).toHaveLength(requests);
    const failures = outcomes.filter((outcome) => typeof outcome === 'string');
    expect(new Set(failures)).toEqual(new Set(['disconnected', 'refused']));
    expect(outcomes.at(-1)).toBe(requests - 1);
  });

  it('times out while the server has no power, and goes on when it is back', async () => {
    const { world, outcomes } = cluster('rpc-3');
    await world.runUntil(60_000);
    world.machine('server').powerLoss();
    await world.runUntil(30 * second);
    world.machine('server').restart();
    await world.runUntil(90 * second);
    expect(world.failure).toBe(null);
    expect(outcomes).toHaveLength(requests);
    expect(outcomes).toContain('timeout');
    expect(outcomes).toContain('connect-timeout');
    expect(outcomes.at(-1)).toBe(requests - 1);
  });

  it('is deterministic', async () => {
    const digests = [];
    for (let i = 0; i < 2; i++) {
      const { world } = cluster('rpc-4');
      await world.runUntil(5 * second);
      digests.push(world.digest);
    }
    expect(digests[0]).toBe(digests[1]);
  });
});
