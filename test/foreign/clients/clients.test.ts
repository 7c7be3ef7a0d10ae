/**
 * Kafka clients for Node, unmodified, against the simulated cluster: what they acknowledge and read
 * while a broker crashes, and that the same seed gives the same digest.
 */
import { describe, expect, it } from 'vitest';
import { ForeignClients } from './cluster.ts';

const count = 40;
const pauseMs = 250;
const producers = ['p1', 'p2', 'p3'];
const consumers = ['c1', 'c2', 'c3'];

const clients = [
  { name: 'kafkajs', file: (role: string) => `kafkajs-${role}.cjs` },
  { name: '@platformatic/kafka', file: (role: string) => `platformatic-${role}.mjs` },
];

/** Three producers and a group of three consumers; a broker is gone for five seconds meanwhile. */
async function traffic(seed: string, file: (role: string) => string): Promise<ForeignClients> {
  const stage = new ForeignClients(seed);
  const { cluster } = stage;
  await stage.createTopic('t', 3);
  for (const name of producers)
    stage.start(name, file('producer'), 't', String(count), String(pauseMs));
  for (const name of consumers) stage.start(name, file('consumer'), 't', 'group');
  await stage.runWhile(() => consumers.some((name) => stage.said('read', [name]).length === 0), 60);
  const leader = await stage.guarded(() => cluster.leaderOf('t', 0));
  cluster.world.machine(`m${leader}`).crash();
  await stage.run(5);
  cluster.start(leader);
  const isRead = () => new Set(valuesRead(stage)).size === producers.length * count;
  await stage.runWhile(() => !isRead(), 90);
  for (const name of consumers) cluster.world.machine(name).stop();
  await stage.run(20);
  return stage;
}

const valuesRead = (stage: ForeignClients): string[] =>
  stage.said('read', consumers).map((line) => line.split(' ')[0] as string);

describe.each(clients)('$name', ({ file }) => {
  it('produces and consumes in a group while a broker crashes, and loses nothing', async () => {
    const stage = await traffic('1', file);
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
      digests.push((await traffic(seed, file)).cluster.world.digest);
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
