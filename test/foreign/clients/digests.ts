/** Prints digests of what foreign code does: what test/runtimes compares between runtimes. */
import { join } from 'node:path';
import { secondsToMicros } from '../../../src/base/time.ts';
import { nodeProgram } from '../../../src/foreign/node-program.ts';
import { World } from '../../../src/sim/world.ts';
import { judgedTrial, struck } from './judged-trial.ts';
import { clients, traffic } from './traffic.ts';

const given = process.argv.slice(2);
const seeds = given.length > 0 ? given : ['1'];
const packages = join(import.meta.dirname, '..', 'packages');

for (const [name, file] of Object.entries(clients)) {
  for (const seed of seeds) {
    const { cluster } = await traffic(seed, file, 12);
    say(name, seed, cluster.world);
  }
}
for (const seed of seeds) say('fetch', seed, await fetching(seed));
for (const seed of seeds) say('kafkajs on trial', seed, (await judgedTrial(struck, seed)).result);

/** `fetch` and node:http with one another. */
async function fetching(seed: string): Promise<World> {
  const world = new World({ seed, tieBreak: 'random', splitWrites: true });
  const files = { server: 'fetch-server.cjs', client: 'fetch-client.mjs' };
  for (const [name, file] of Object.entries(files)) {
    world.addMachine(name).start(nodeProgram({ entry: join(packages, file) }));
    await world.runUntil(world.now + secondsToMicros(20));
  }
  return world;
}

function say(
  name: string,
  seed: string,
  { digest, events }: Pick<World, 'digest' | 'events'>,
): void {
  process.stdout.write(`${name} seed ${seed}: ${digest} ${events}\n`);
}
