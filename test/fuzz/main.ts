/**
 * `npm run fuzz -- --frames N --seed S`: starts a cluster of three nodes on this computer, sends N
 * frames of all APIs and versions to brokers and controllers, most of them mutated, and asks after
 * each batch whether the cluster still serves. The same seed sends the same frames. Ends with a
 * summary, and with 1 where something went wrong.
 *
 *   --frames N   how many, 100000 by default
 *   --seed S     which, 1 by default
 *   --within MS  how long the next valid request may take, 1000 by default
 */
import { parseArgs } from 'node:util';
import { ServedCluster } from '../cli/served-cluster.ts';
import { fuzz } from './run.ts';

const { values } = parseArgs({
  options: {
    frames: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    within: { type: 'string', default: '1000' },
  },
});

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const cluster = await ServedCluster.start();
let ok = false;
try {
  const began = performance.now();
  const { seed } = values;
  const options = { frames: Number(values.frames), seed, withinMs: Number(values.within), say };
  const { outcomes, slowestMs, memory, problems, frames } = await fuzz(cluster, options);
  const seconds = Math.round((performance.now() - began) / 1000);
  say(`seed ${seed}: ${frames} frames in ${seconds} s`);
  say(`  answered ${outcomes.answered}, closed ${outcomes.closed}, waiting ${outcomes.waiting}`);
  say(`  slowest valid request behind a batch: ${slowestMs} ms`);
  for (const [index, [early, most, last]] of memory.entries()) {
    say(`  node ${index + 1}: ${early} MB early, ${most} at most, ${last} at the end`);
  }
  for (const problem of problems) say(`  problem: ${problem}`);
  say(problems.length === 0 ? 'all held' : `${problems.length} problems`);
  ok = problems.length === 0;
} finally {
  await cluster.remove();
}
process.exit(ok ? 0 : 1);
