/**
 * Runs a range of seeds of `chaos` and `reference` on Node, Deno and Bun and compares the digests:
 * `npx tsx test/runtimes/compare-digests.ts [first..last]`. Ends with 1 on the first difference.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const root = resolve(import.meta.dirname, '../..');
const seeds = process.argv[2] ?? '1..3';
const scenarios = ['chaos', 'reference'];
const runtimes: Record<string, string[]> = {
  node: [process.execPath, 'bin/ordeal.js'],
  deno: ['node_modules/.bin/deno', 'run', '-A', 'src/cli/main.ts'],
  bun: ['node_modules/.bin/bun', 'src/cli/main.ts'],
};

interface Run {
  readonly scenario: string;
  readonly seed: string;
  readonly verdict: string;
  readonly digest: string;
}

const output = mkdtempSync(join(tmpdir(), 'ordeal-digests-'));
try {
  const names = Object.keys(runtimes);
  const results = new Map<string, Map<string, string>>();
  for (const name of names) {
    for (const run of await runOn(name)) {
      const key = `${run.scenario} seed ${run.seed}`;
      if (!results.has(key)) results.set(key, new Map());
      results.get(key)!.set(name, `${run.digest} ${run.verdict}`);
    }
  }
  const differing = [...results].filter(([, byRuntime]) => {
    const digests = names.map((name) => byRuntime.get(name) ?? 'nothing');
    return digests.some((digest) => digest !== digests[0]);
  });
  for (const [key, byRuntime] of differing) {
    process.stdout.write(
      `${key}: ${names.map((name) => `${name} ${byRuntime.get(name)}`).join(', ')}\n`,
    );
  }
  process.stdout.write(
    `${results.size} seeds on ${names.join(', ')}: ${differing.length} differ\n`,
  );
  process.exitCode = results.size > 0 && differing.length === 0 ? 0 : 1;
} finally {
  rmSync(output, { recursive: true, force: true });
}

async function runOn(name: string): Promise<Run[]> {
  const [command, ...words] = runtimes[name]!;
  const flags = [
    '--seeds',
    seeds,
    '--reporter',
    'json',
    '-j',
    '2',
    '--output-dir',
    join(output, name),
  ];
  const options = { cwd: root, maxBuffer: 1 << 28 };
  // A broken property ends a run with 1 and its document all the same: what counts here are the
  // digests.
  const { stdout } = await promisify(execFile)(
    command!,
    [...words, 'run', ...scenarios, ...flags],
    options,
  ).catch((error: { stdout: string }) => error);
  return (JSON.parse(stdout) as { runs: Run[] }).runs;
}
