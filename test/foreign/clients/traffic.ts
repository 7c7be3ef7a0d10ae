/** Three producers and a group of three consumers; a broker is gone for five seconds meanwhile. */
import { ForeignClients } from './cluster.ts';

export const producers = ['p1', 'p2', 'p3'];
export const consumers = ['c1', 'c2', 'c3'];
const pauseMs = 250;

/** By package: the file of `packages` for each role. */
export const clients: Readonly<Record<string, (role: string) => string>> = {
  kafkajs: (role) => `kafkajs-${role}.cjs`,
  '@platformatic/kafka': (role) => `platformatic-${role}.mjs`,
};

/** Each producer sends `count` records; ends when all are read and the consumers have stopped. */
export async function traffic(
  seed: string,
  file: (role: string) => string,
  count: number,
): Promise<ForeignClients> {
  const stage = new ForeignClients(seed);
  const { cluster } = stage;
  await stage.createTopic('t', 3);
  for (const name of producers) stage.start(name, file('producer'), 't', `${count}`, `${pauseMs}`);
  for (const name of consumers) stage.start(name, file('consumer'), 't', 'group');
  const isIdle = (name: string) => stage.said('read', [name]).length === 0;
  await stage.runWhile(() => consumers.some(isIdle), 60);
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

export const valuesRead = (stage: ForeignClients): string[] =>
  stage.said('read', consumers).map((line) => line.split(' ')[0] as string);
