import { describe, expect, it } from 'vitest';
import {
  drawLatency,
  type LatencyModel,
  mostSlowness,
  scaledLatency,
} from '../../src/sim/latency.ts';
import { SimRandomStream } from '../../src/sim/random.ts';
import { boot, dial, elapse, listen, pair, plainWorld, text } from './support.ts';

describe('a blocked link', () => {
  it('keeps bytes, and delivers them after healing with a retransmission delay', async () => {
    const { world, client, server } = await pair();
    const link = world.network.link('a', 'b');
    link.block();
    client.connection.write(text('one '));
    client.connection.write(text('two '));
    await elapse(world, 300_000);
    expect(server.log).toEqual([]);
    link.unblock();
    client.connection.write(text('three'));
    await elapse(world, 100_000);
    expect(server.log).toEqual([]);
    await elapse(world, 500_000);
    expect(server.text).toBe('one two three');
    expect(link.effects).toMatchObject({ segmentsHeld: 2, bytesHeld: 8, connectionsReset: 0 });
  });

  it('takes also what was under way', async () => {
    const { world, client, server } = await pair();
    client.connection.write(text('caught'));
    await elapse(world, 500);
    world.network.link('a', 'b').block();
    await elapse(world, 100_000);
    expect(server.log).toEqual([]);
  });

  it('is one way: the other direction delivers', async () => {
    const { world, client, server } = await pair();
    world.network.link('a', 'b').block();
    server.connection.write(text('hear me'));
    await elapse(world, 1000);
    expect(client.text).toBe('hear me');
  });

  it('for longer than the user timeout ends the connection of who sent', async () => {
    const { world, client, server } = await pair();
    const link = world.network.link('a', 'b');
    link.block();
    client.connection.write(text('lost'));
    await elapse(world, 15_000_000);
    expect(client.closed).toBeNull();
    await elapse(world, 1000);
    expect(client.closed).toBe('timed-out');
    expect(link.effects).toMatchObject({ connectionsReset: 1, resetsLost: 1 });
    link.unblock();
    await elapse(world, 60_000_000);
    expect([server.bytes, server.closed]).toEqual([0, null]);
    server.connection.write(text('still there?'));
    await elapse(world, 2000);
    expect(server.closed).toBe('reset');
  });

  it('that swallows acknowledgements ends the connection of who sent against it', async () => {
    const { world, client, server } = await pair();
    const back = world.network.link('b', 'a');
    back.block();
    client.connection.write(text('heard, unacknowledged'));
    await elapse(world, 14_000_000);
    expect([server.bytes, client.closed]).toEqual([21, null]);
    await elapse(world, 2_000_000);
    expect(client.closed).toBe('timed-out');
    expect(back.effects.connectionsReset).toBe(1);
    expect(server.closed).toBe('reset');
  });

  it('that swallows a reset leaves the peer half-open, until it sends and the link heals', async () => {
    const { world, b, client } = await pair();
    const back = world.network.link('b', 'a');
    back.block();
    b.machine.crash();
    await elapse(world, 60_000_000);
    expect([client.closed, back.effects.resetsLost]).toEqual([null, 1]);
    client.connection.write(text('anybody?'));
    await elapse(world, 1_000_000);
    back.unblock();
    expect(client.closed).toBeNull();
    await elapse(world, 1_000_000);
    expect(client.closed).toBe('reset');
  });

  it('harms nobody when it heals in time', async () => {
    const { world, client, server } = await pair();
    const links = [world.network.link('a', 'b'), world.network.link('b', 'a')];
    for (const link of links) link.block();
    client.connection.write(text('ping'));
    server.connection.write(text('pong'));
    await elapse(world, 10_000_000);
    for (const link of links) link.unblock();
    await elapse(world, 60_000_000);
    expect([server.log, client.log]).toEqual([['data 4'], ['open', 'data 4']]);
  });

  it('lets connecting time out, or succeed when it heals in time', async () => {
    const world = plainWorld();
    const a = await boot(world, 'a');
    listen((await boot(world, 'b')).host, 1);
    const link = world.network.link('a', 'b');
    link.block();
    const first = dial(a.host, 'b', 1);
    await elapse(world, 11_000_000);
    expect(first.log).toEqual(['close timed-out']);
    expect(link.effects.connectsFailed).toBe(1);
    const second = dial(a.host, 'b', 1);
    await elapse(world, 2_000_000);
    link.unblock();
    await elapse(world, 2_000_000);
    expect(second.log).toEqual(['open']);
  });

  it('lets connecting time out when only the answer is lost', async () => {
    const world = plainWorld();
    const a = await boot(world, 'a');
    const accepted = listen((await boot(world, 'b')).host, 1);
    world.network.link('b', 'a').block();
    const client = dial(a.host, 'b', 1);
    await elapse(world, 11_000_000);
    expect(client.log).toEqual(['close timed-out']);
    expect(accepted.map(({ closed }) => closed)).toEqual(['reset']);
  });
});

describe('a clogged link', () => {
  it('keeps bytes for any time and resets nothing', async () => {
    const { world, client, server } = await pair();
    const link = world.network.link('a', 'b');
    link.clog();
    client.connection.write(text('patience'));
    await elapse(world, 120_000_000);
    expect([server.log, client.log]).toEqual([[], ['open']]);
    link.unclog();
    await elapse(world, 1);
    expect(server.text).toBe('patience');
    expect(link.effects).toMatchObject({ segmentsHeld: 1, bytesHeld: 8 });
  });

  it('keeps the end of a stream behind its bytes', async () => {
    const { world, client, server } = await pair();
    const link = world.network.link('a', 'b');
    link.clog();
    client.connection.write(text('first'));
    await elapse(world, 5000);
    link.unclog();
    client.connection.write(text(' second'));
    client.connection.close();
    await elapse(world, 5000);
    expect([server.text, server.closed]).toEqual(['first second', 'ended']);
  });
});

describe('latency', () => {
  const model: LatencyModel = { baseUs: 1000, jitterUs: 100, tailUs: 5000, tailPerMille: 20 };

  it('has its base as minimum, its jitter as mean, and a rare heavy tail', () => {
    const stream = new SimRandomStream('1', 'latency');
    const draws = Array.from({ length: 20_000 }, () => drawLatency(model, stream));
    const usual = draws.filter((us) => us < 2000);
    expect(Math.min(...draws)).toBeGreaterThanOrEqual(1000);
    expect(usual.reduce((sum, us) => sum + us, 0) / usual.length).toBeCloseTo(1098, -1);
    expect(draws.length - usual.length).toBeGreaterThan(200);
    expect(draws.length - usual.length).toBeLessThan(400);
    expect(Math.max(...draws)).toBeGreaterThan(20_000);
    expect(draws.every(Number.isInteger)).toBe(true);
  });

  it('that a link is given slows what is sent from then on', async () => {
    const { world, client, server } = await pair();
    const link = world.network.link('a', 'b');
    link.latency = { ...link.latency, baseUs: 50_000 };
    client.connection.write(text('slow'));
    await elapse(world, 49_999);
    expect(server.log).toEqual([]);
    await elapse(world, 1);
    expect(server.text).toBe('slow');
  });
});

describe('slowness', () => {
  it('of many factors together is bounded', () => {
    const usual = { baseUs: 300, jitterUs: 200, tailUs: 3000, tailPerMille: 5 };
    expect(scaledLatency(usual, 1000 * 1000 * 1000)).toEqual(scaledLatency(usual, mostSlowness));
    expect(scaledLatency(usual, 20).baseUs).toBe(6000);
  });
});
