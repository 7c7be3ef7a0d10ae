/**
 * `npm run bench`, or `deno run -A bench/main.ts`, or `bun bench/main.ts`: what the parts cost, and
 * how fast the reference scenario is. Each part runs in a process of its own, so that none meets
 * what another left in the heap or in the compiler. Numbers inform, they never fail: the machine
 * may be busy.
 *
 *   --quick      less of everything: about 20 seconds
 *   --seeds N    so many seeds of the reference scenario; 200 show that memory does not grow
 *   --only PART  one part: kernel, codec, rpc, log, reference or foreign
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { benchCodec, benchRpc } from './codec.ts';
import { benchForeign } from './foreign.ts';
import { benchKernel } from './kernel.ts';
import { benchLog } from './log.ts';
import { benchReference } from './reference.ts';
import type { BenchRow } from './row.ts';

interface Size {
  readonly share: number;
  readonly seeds: number;
}

interface Part {
  readonly title: string;
  readonly run: (size: Size) => Promise<BenchRow[]>;
}

const parts: Readonly<Record<string, Part>> = {
  kernel: {
    title: `Kernel: events through the scheduler, 100 pending; raw echoes between machines`,
    run: ({ share }) => benchKernel(share),
  },
  codec: {
    title: `Codec: one message, generated code; Fetch has two partitions, Produce one of 1 KiB`,
    run: async ({ share }) => benchCodec(200_000 * share),
  },
  rpc: {
    title: `Requests: encoded, sent, decoded, answered, decoded; one connection, five in flight`,
    run: ({ share }) => benchRpc(200_000 * share),
  },
  log: {
    title: `Log: append and read back one batch of one record, on the simulated disk`,
    run: ({ share }) => benchLog(share),
  },
  reference: {
    title: `Reference scenario: three brokers, 50 records/s, a fault every 10 s, all checkers`,
    run: ({ seeds }) => benchReference(seeds),
  },
  foreign: {
    title: `Foreign code: Kafka clients from npm on a cluster of three, 30 records/s`,
    run: ({ share }) => benchForeign(share),
  },
};

const partFlag = '--part';

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      seeds: { type: 'string' },
      only: { type: 'string' },
      part: { type: 'string' },
    },
  });
  const seeds = Number(values.seeds ?? (values.quick ? 6 : 30));
  const size: Size = { share: values.quick ? 0.2 : 1, seeds };
  if (values.part !== undefined) {
    const rows = await parts[values.part]!.run(size);
    // Not before the rows are on their way: Deno would drop them.
    process.send!(rows, () => process.disconnect());
    return;
  }
  console.log(`${runtime()}; a target stands beside its number`);
  for (const [name, part] of Object.entries(parts)) {
    if (values.only !== undefined && values.only !== name) continue;
    print(part, await apart(name, values.quick, seeds));
  }
}

/** Runs one part in a new process of this very file. */
function apart(part: string, quick: boolean, seeds: number): Promise<BenchRow[]> {
  const args = [partFlag, part, '--seeds', String(seeds), ...(quick ? ['--quick'] : [])];
  return new Promise((resolve, reject) => {
    let rows: BenchRow[] | null = null;
    const child = fork(fileURLToPath(import.meta.url), args);
    child.on('message', (message) => {
      rows = message as BenchRow[];
    });
    child.on('exit', (code) => {
      if (rows === null) reject(new Error(`the part ${part} ended with ${code ?? 'a signal'}`));
      else resolve(rows);
    });
  });
}

function print({ title }: Part, rows: readonly BenchRow[]): void {
  console.log(`\n${title}`);
  const names = Math.max(...rows.map((row) => row.name.length));
  for (const row of rows) {
    const value = shown(row.value).padStart(12);
    console.log(`  ${row.name.padEnd(names)} ${value} ${row.unit}${verdict(row)}`);
  }
}

function verdict({ value, target, atMost }: BenchRow): string {
  if (target === undefined) return '';
  const reached = atMost === true ? value <= target : value >= target;
  const bound = atMost === true ? 'at most' : 'at least';
  return `   (target: ${bound} ${shown(target)}, ${reached ? 'reached' : 'not reached'})`;
}

/** Three significant digits or more, thousands apart. */
function shown(value: number): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  const [whole, fraction] = value.toFixed(digits).split('.') as [string, string?];
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ' ');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

function runtime(): string {
  const { deno, bun, node } = process.versions as Record<string, string | undefined>;
  if (deno !== undefined) return `Deno ${deno}`;
  return bun !== undefined ? `Bun ${bun}` : `Node ${node}`;
}

await main();
