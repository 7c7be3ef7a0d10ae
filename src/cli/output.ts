/**
 * Keeps what a run gave: `reports/<scenario>/<seed>/` with plan, result and history, and
 * `reports/latest/`.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Plan } from '../trial/faults/plan.ts';
import type { History } from '../trial/history/history.ts';
import type { RunRecord } from '../trial/runner/result.ts';

export function saveRun(directory: string, record: RunRecord, plan: Plan, history: History): void {
  const folder = join(directory, record.scenario, record.seed);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'plan.json'), `${JSON.stringify(plan, null, 2)}\n`);
  writeFileSync(join(folder, 'result.json'), `${JSON.stringify(record, null, 2)}\n`);
  writeFileSync(join(folder, 'history.jsonl.gz'), gzipSync(historyLines(history), { level: 1 }));
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
  const folder = join(directory, 'latest');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
}
