/**
 * Kafka clients for Node, unmodified, against the simulated cluster: what they acknowledge and read
 * while a broker crashes, and that the same seed gives the same digest.
 */
import { describe, expect, it } from 'vitest';
import { ForeignClients } from './cluster.ts';
import { clients, consumers, producers, traffic, valuesRead } from './traffic.ts';

describe.each(Object.entries(clients))('%s', (_name, file) => {
  it('produces and consumes in a group while a broker crashes, and loses nothing', async () => {
    const count = 20;
    const stage = await traffic('1', file, count);
    const sent = stage.said('sent', producers);
    expect(sent).toHaveLength(producers.length * count);
    expect([...new Set(valuesRead(stage))].sort()).toEqual([...sent].sort());
    const ended = [...producers, ...consumers].filter((name) =>
      stage.exits.some((line) => line.startsWith(`${name}: 0 `)),
    );
    expect(ended).toEqual([...producers, ...consumers]);
  });

  it('does the same in each run of a seed, and other things in another', async () => {
    const digests: string[] = [];
    for (const seed of ['1', '1', '2']) {
      digests.push((await traffic(seed, file, 12)).cluster.world.digest);
    }
    expect(digests[0]).toBe(digests[1]);
    expect(digests[0]).not.toBe(digests[2]);
  });

  it('administers topics', async () => {
    const stage = new ForeignClients('admin');
    await stage.createTopic('t', 1);
    stage.start('admin', file('admin'));
    await stage.run(10);
    const lines = stage.lines.admin as string[];
    expect(lines[0]?.split(' ').sort()).toEqual(['made', 't', 'topics']);
    expect(lines[1]).toBe('brokers 1 2 3');
    expect(lines.at(-1)).toBe('topics t');
    expect(stage.exits).toEqual(['admin: 0 nothing left to do']);
  });
});
