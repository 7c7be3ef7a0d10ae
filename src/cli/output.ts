/**
 * Keeps what runs gave: `reports/<scenario>/<seed>/` with plan, result and history, below it
 * `replay/` with those of its latest replay, and `reports/latest/` with the newest sweep's reports.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { DigestRecording } from '../sim/trace.ts';
import type { History } from '../trial/history/history.ts';
import type { Plan } from '../trial/plan/plan.ts';
import type { RunRecord } from '../trial/runner/result.ts';
import { UsageError } from './exit.ts';

export const runFolder = (directory: string, scenario: string, seed: string): string =>
  join(directory, scenario, seed);

export const replayFolder = (directory: string, scenario: string, seed: string): string =>
  join(runFolder(directory, scenario, seed), 'replay');

export const planName = 'plan.json';
/** There while a seed is being verified only. */
export const digestsName = 'digests.bin';

/** Makes the folder for results before anything is run. Throws a UsageError. */
export function openFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new UsageError(`--output-dir: ${(error as Error).message}`);
  }
}

export function saveRun(folder: string, record: RunRecord, plan: Plan, history: History): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, planName), `${JSON.stringify(plan, null, 2)}\n`);
  writeFileSync(join(folder, 'result.json'), `${JSON.stringify(record, null, 2)}\n`);
  writeFileSync(join(folder, 'history.jsonl.gz'), gzipSync(historyLines(history), { level: 1 }));
}

export function saveDigests(file: string, digests: DigestRecording): void {
  writeFileSync(file, digests.toBytes());
}

/** One JSON value a line: first all sends, then all polls, then the final reads. */
function historyLines(history: History): string {
  const lines = [
    ...history.sends.map((send) => JSON.stringify({ type: 'send', ...send })),
    ...history.polls.map((poll) => JSON.stringify({ type: 'poll', ...poll })),
    ...history.finalReads.map((read) => JSON.stringify({ type: 'final-read', ...read })),
  ];
  return `${lines.join('\n')}\n`;
}

/** Writes the newest sweep's files, such as `results.json`, into `<directory>/latest/`. */
export function saveLatest(directory: string, files: Readonly<Record<string, string>>): void {
  const folder = join(directory, latest);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
}

/** The one name beside those of scenarios in the folder of results. */
export const latest = 'latest';
