/** Prints the digest of each client's traffic: what test/runtimes compares between runtimes. */
import { clients, traffic } from './traffic.ts';

const seeds = process.argv.slice(2);
for (const [name, file] of Object.entries(clients)) {
  for (const seed of seeds.length > 0 ? seeds : ['1']) {
    const { cluster } = await traffic(seed, file, 12);
    const { digest, events } = cluster.world;
    process.stdout.write(`${name} seed ${seed}: ${digest} ${events}\n`);
  }
}
