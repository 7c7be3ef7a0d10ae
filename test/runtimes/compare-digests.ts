/**
 * Runs a range of seeds of `chaos`, `reference` and `swarm`, and the traffic of foreign clients, on
 * Node, Deno and Bun and compares the digests: `npx tsx test/runtimes/compare-digests.ts
 * [first..last]`, with all three on the path. Ends with 1 when any differ, and then names the first
 * event in which a seed differs from Node's.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');
const seeds = process.argv[2] ?? '1..3';
const scenarios = ['chaos', 'reference', 'swarm'];
const runtimes: Readonly<Record<string, readonly string[]>> = {
  node: [process.execPath, 'bin/ordeal.js'],
  deno: ['deno', 'run', '-A', 'bin/ordeal.js'],
  bun: ['bun', 'bin/ordeal.js'],
};

const foreignTraffic = 'test/foreign/clients/digests.ts';
const scripts: Readonly<Record<string, readonly string[]>> = {
  node: [process.execPath, '--import', 'tsx'],
  deno: ['deno', 'run', '-A'],
  bun: ['bun'],
};

interface Run {
  readonly scenario: string;
  readonly seed: string;
  readonly verdict: string;
  readonly digest: string;
}

const output = mkdtempSync(join(tmpdir(), 'ordeal-digests-'));
try {
  const failures = [await compareAll(), await compareForeign()];
  process.exitCode = failures.some((code) => code !== 0) ? 1 : 0;
} finally {
  rmSync(output, { recursive: true, force: true });
}

async function compareAll(): Promise<number> {
  const [reference, ...others] = Object.keys(runtimes) as [string, ...string[]];
  const expected = await runOn(reference);
  const differing = new Map<Run, string>();
  for (const runtime of others) {
    const runs = await runOn(runtime);
    for (const [index, run] of expected.entries()) {
      const other = runs[index];
      if (other?.digest === run.digest && other.verdict === run.verdict) continue;
      differing.set(run, runtime);
      const [here, there] = [told(run), other === undefined ? 'nothing' : told(other)];
      say(`${run.scenario} seed ${run.seed}: ${reference} ${here}, ${runtime} ${there}`);
    }
  }
  const [first] = differing;
  if (first !== undefined) say(await firstDifference(first[0], [reference, first[1]]));
  const names = Object.keys(runtimes).join(', ');
  say(`${expected.length} runs on ${names}: ${differing.size} differ`);
  return expected.length > 0 && differing.size === 0 ? 0 : 1;
}

/** What foreign clients do under the simulation; a line for each client and seed. */
async function compareForeign(): Promise<number> {
  const lines: Record<string, string> = {};
  for (const [runtime, [command, ...before]] of Object.entries(scripts)) {
    const { stdout, stderr } = await execute(command!, [...before, foreignTraffic, '1', '2']);
    if (stdout === '') throw new Error(`${runtime} printed no digests; it said:\n${stderr}`);
    lines[runtime] = stdout;
  }
  const differing = Object.keys(lines).filter((runtime) => lines[runtime] !== lines.node);
  for (const runtime of differing) say(`${runtime}:\n${lines[runtime]}node:\n${lines.node}`);
  say(`foreign clients on ${Object.keys(lines).join(', ')}: ${differing.length} differ`);
  return differing.length;
}

function told({ digest, verdict }: Run): string {
  return `${digest} ${verdict}`;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** In the order of scenarios and seeds. */
async function runOn(runtime: string): Promise<Run[]> {
  const flags = ['--seeds', seeds, '--reporter', 'json', '-j', '2'];
  const { stdout, stderr } = await ordeal(runtime, ['run', ...scenarios, ...flags]);
  try {
    return (JSON.parse(stdout) as { runs: Run[] }).runs;
  } catch {
    throw new Error(`${runtime} printed no document of runs; it said:\n${stderr}`);
  }
}

/** Replays a seed on two runtimes and compares their traces line by line. */
async function firstDifference(run: Run, names: readonly [string, string]): Promise<string> {
  const traces: string[][] = [];
  for (const name of names) {
    const trace = join(output, `${name}.tsv`);
    await ordeal(name, ['replay', run.scenario, '--seed', run.seed, '--trace', trace]);
    traces.push(readFileSync(trace, 'utf8').split('\n'));
  }
  const [here, there] = traces as [string[], string[]];
  const at = here.findIndex((line, index) => line !== there[index]);
  if (at === -1) return 'their traces are the same';
  const lines = names.map((name, index) => `  ${name}: ${traces[index]![at] ?? '(ended)'}`);
  return [`first difference, in line ${at + 1} of the trace:`, ...lines].join('\n');
}

/** Whatever the exit code: a broken property prints its document all the same. */
function ordeal(runtime: string, words: string[]): Promise<{ stdout: string; stderr: string }> {
  const [command, ...before] = runtimes[runtime]!;
  return execute(command!, [...before, ...words, '--output-dir', join(output, runtime)]);
}

function execute(command: string, words: string[]): Promise<{ stdout: string; stderr: string }> {
  return new Promise((done) => {
    execFile(command, words, { cwd: root, maxBuffer: 1 << 28 }, (_, stdout, stderr) =>
      done({ stdout, stderr }),
    );
  });
}
