/** What unit tests and hunt say of the code in a scratch copy. */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Ended, run } from './child.ts';

/** How one way of looking fared with one edit. */
export interface Look {
  readonly noticed: boolean;
  /** The test that failed, the properties that broke, or how it went wrong. */
  readonly by: string;
  readonly ms: number;
}

/** Whether the file and what a trial needs can be loaded at all. */
export async function loads(folder: string, file: string): Promise<boolean> {
  const script = `await import('./${file}'); await import('./src/cli/job.ts'); process.exit(0);`;
  const words = ['--import', 'tsx', '--input-type=module', '--eval', script];
  const { code } = await run(words, { cwd: folder, limitMs: 60_000 });
  return code === 0;
}

/** The unit tests of a room. */
export async function unitTests(folder: string, room: string, limitMs: number): Promise<Look> {
  const tests = ['run', `test/kafka/${room}/`, '--bail', '1', '--reporter', 'dot'];
  const words = ['node_modules/vitest/vitest.mjs', ...tests];
  let ended = await run(words, { cwd: folder, limitMs });
  if (isMisfire(ended.output)) ended = await run(words, { cwd: folder, limitMs });
  return { ...unitVerdict(ended), ms: ended.ms };
}

/** On an overloaded computer vitest gives up on a worker that was slow to start. */
export const isMisfire = (output: string): boolean =>
  !failedTest.test(output) && /Failed to start \w+ worker|Timeout waiting for worker/.test(output);

const failedTest = /^\s*FAIL\s+(.+)$/m;

export function unitVerdict({ code, timedOut, output }: Omit<Ended, 'ms'>): Omit<Look, 'ms'> {
  if (timedOut) return { noticed: true, by: 'no end in time' };
  if (code === 0) return { noticed: false, by: '' };
  const failed = failedTest.exec(output)?.[1]?.trim();
  const died = /^(?:FATAL ERROR|Error): .+$/m.exec(output)?.[0].slice(0, 120);
  return { noticed: true, by: failed ?? died ?? lastLine(output) };
}

/**
 * A hunt with the stock search. It is ended as soon as it has found something: a property that
 * broke, a trial that threw, a process that was lost or stood still. A cluster that acknowledges
 * nothing in a calm trial makes no progress at all, and that is found too.
 */
export async function hunt(folder: string, budgetMs: number): Promise<Look> {
  const kept = ['--output-dir', join(folder, 'found')];
  const ordeal = (words: readonly string[], limitMs: number, enough?: typeof hasFound) =>
    run(['bin/ordeal.js', ...words, ...kept], {
      cwd: folder,
      limitMs,
      ...(enough === undefined ? {} : { enough }),
    });
  const calm = await ordeal(['run', 'steady', '--seed', '1', '-j', '1'], 120_000);
  forget(folder);
  if (calm.timedOut || calm.code === 2) {
    return { noticed: true, by: 'no progress', ms: calm.ms };
  }
  const budget = `${Math.max(1, Math.round(budgetMs / 1000))}s`;
  const words = ['hunt', '--budget', budget, '-j', '1'];
  const ended = await ordeal(words, budgetMs + 180_000, hasFound);
  return { ...huntVerdict(ended), ms: ended.ms };
}

/**
 * Whether the plan in which a hunt of edited code found something fails in this folder's code too:
 * then the edit had no part in it. False where no plan was kept, as of a trial that threw.
 */
export async function failsToo(folder: string): Promise<boolean> {
  const swarm = join(folder, 'found', 'swarm');
  const kept = existsSync(swarm) ? readdirSync(swarm) : [];
  const plan = kept.map((name) => join(swarm, name, 'plan.json')).find(existsSync);
  if (plan === undefined) return false;
  const { seed } = JSON.parse(readFileSync(plan, 'utf8')) as { seed: string };
  const words = ['replay', 'swarm', '--seed', seed, '--plan', plan];
  const again = ['--output-dir', join(folder, 'again')];
  const { code } = await run(['bin/ordeal.js', ...words, ...again], {
    cwd: folder,
    limitMs: 180_000,
  });
  return code === 1;
}

/** Removes what hunts have kept. */
export function forget(folder: string): void {
  for (const name of ['found', 'again']) {
    rmSync(join(folder, name), { recursive: true, force: true });
  }
}

/** The line of a property that broke, or of a trial in trouble, with the line's end. */
const foundLine = /^(?:✗ |ordeal: (?!results)).*\n/m;

export const hasFound = (output: string): boolean => foundLine.test(output);

export function huntVerdict({ code, timedOut, output }: Omit<Ended, 'ms'>): Omit<Look, 'ms'> {
  const trial = /^trial (\d+)/m.exec(output)?.[1];
  const found = foundLine.exec(output)?.[0].trim().slice(0, 120);
  if (found !== undefined) {
    return { noticed: true, by: trial === undefined ? found : `trial ${trial}: ${found}` };
  }
  if (timedOut) return { noticed: true, by: 'no end in time' };
  const trials = /^(\d+) trials\b/m.exec(output)?.[1];
  if (code === 0) return { noticed: false, by: `${trials} trials` };
  return { noticed: true, by: lastLine(output) };
}

const lastLine = (output: string): string => output.trim().split('\n').at(-1)!.slice(0, 120);
