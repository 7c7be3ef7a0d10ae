/** What npm packages cost that run as they are, on simulated machines. */
import { join } from 'node:path';
import { secondsToMicros } from '../src/base/time.ts';
import { nodeProgram } from '../src/foreign/node-program.ts';
import { World } from '../src/sim/world.ts';
import { ForeignClients } from '../test/foreign/clients/cluster.ts';
import { clients } from '../test/foreign/clients/traffic.ts';
import type { BenchRow } from './row.ts';

export async function benchForeign(share = 1): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const [name, file] of Object.entries(clients)) {
    const [cold, warm] = await startTimes(file('load'));
    rows.push(
      { name: `${name}: first process`, value: cold, unit: 'ms until loaded' },
      { name: `${name}: later processes`, value: warm, unit: 'ms until loaded' },
    );
  }
  for (const [name, file] of Object.entries(clients)) {
    const value = await speed(file, 30 * share);
    rows.push({ name: `${name}: 3 producers, a group of 3`, value, unit: 'virtual s / wall s' });
  }
  return rows;
}

/** Loads the package in one process after the other: the first time, and the best later. */
async function startTimes(file: string): Promise<[number, number]> {
  const world = new World({ seed: 'start' });
  const machine = world.addMachine('m');
  const entry = join(import.meta.dirname, '../test/foreign/packages', file);
  const times: number[] = [];
  for (let round = 0; round < 10; round++) {
    const began = performance.now();
    machine.restart(nodeProgram({ entry }));
    await world.runUntil(world.now + secondsToMicros(1));
    times.push(performance.now() - began);
  }
  return [times[0] as number, Math.min(...times.slice(1))];
}

/** Ten records a second from each producer, read by the group, in the steady state. */
async function speed(file: (role: string) => string, seconds: number): Promise<number> {
  const stage = new ForeignClients('bench');
  await stage.createTopic('t', 3);
  for (const name of ['p1', 'p2', 'p3']) stage.start(name, file('producer'), 't', '1000000', '100');
  for (const name of ['c1', 'c2', 'c3']) stage.start(name, file('consumer'), 't', 'group');
  await stage.run(10);
  const began = performance.now();
  await stage.run(seconds);
  return (seconds * 1000) / (performance.now() - began);
}
