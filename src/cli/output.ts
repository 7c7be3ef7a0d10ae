/**
 * Keeps what runs gave: `reports/<scenario>/<seed>/` with plan, result and history, below it
 * `replay/` with those of its latest replay, and `reports/latest/` with the newest sweep's reports.
 * What cannot be kept is told, and takes nothing else with it.
 */
import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { DigestRecording } from '../sim/trace.ts';
import type { History } from '../trial/history/history.ts';
import type { Plan } from '../trial/plan/plan.ts';
import type { RunRecord } from '../trial/runner/result.ts';
import { UsageError } from './exit.ts';
import { problemOf } from './problem.ts';
import { writeAside } from './write-aside.ts';

export const runFolder = (directory: string, scenario: string, seed: string): string =>
  join(directory, scenario, seed);

export const replayFolder = (directory: string, scenario: string, seed: string): string =>
  join(runFolder(directory, scenario, seed), 'replay');

export const planName = 'plan.json';
/** There while a seed is being verified only. */
export const digestsName = 'digests.bin';

/** Returns why the files could not be kept; null when they are. */
export function saveRun(
  folder: string,
  record: RunRecord,
  plan: Plan,
  history: History,
): string | null {
  return writeAside(folder, {
    [planName]: `${JSON.stringify(plan, null, 2)}\n`,
    'result.json': `${JSON.stringify(record, null, 2)}\n`,
    'history.jsonl.gz': gzipSync(historyLines(history), { level: 1 }),
  });
}

export function saveDigests(file: string, digests: DigestRecording): void {
  writeFileSync(file, digests.toBytes());
}

/** One JSON value a line: first all sends, then all polls, then the final reads. */
function historyLines(history: History): string {
  const lines = [
    ...history.sends.map((send) => JSON.stringify({ type: 'send', ...send })),
    ...history.polls.map((poll) => JSON.stringify({ type: 'poll', ...poll })),
    ...history.operations.all.map((one) => JSON.stringify({ type: 'operation', ...one })),
    ...history.views.map((view) => JSON.stringify({ type: 'broker-view', ...view })),
    ...history.finalReads.map((read) => JSON.stringify({ type: 'final-read', ...read })),
  ];
  return `${lines.join('\n')}\n`;
}

/** The one name beside those of scenarios in the folder of results. */
export const latest = 'latest';

/** Throws a UsageError where the place of the newest sweep's files is taken by something else. */
export function checkLatest(directory: string): void {
  const folder = join(directory, latest);
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found === undefined || found.isDirectory()) return;
  throw new UsageError(
    `--output-dir: ${folder} is a file, where the latest results go: move it, or give another folder`,
  );
}

/**
 * Puts the newest sweep's files, such as `results.json`, into `<directory>/latest/`, in place of
 * the last one's. Returns why that could not be done; null when it was.
 */
export function saveLatest(
  directory: string,
  files: Readonly<Record<string, string>>,
): string | null {
  const folder = join(directory, latest);
  const problem = writeAside(folder, files);
  if (problem !== null) return problem;
  try {
    for (const name of readdirSync(folder))
      if (!Object.hasOwn(files, name)) rmSync(join(folder, name), { recursive: true, force: true });
    return null;
  } catch (error) {
    return problemOf(error);
  }
}
