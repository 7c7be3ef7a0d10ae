/** One run of one seed, in whichever process: trial, guard, wall time, files. */

import type { Difference } from '../report/reporter.ts';
import { installGuard } from '../sim/guard.ts';
import type { TraceEntry } from '../sim/trace.ts';
import type { RunRecord } from '../trial/runner/result.ts';
import { runTrial, type TrialOptions, type TrialOutcome } from '../trial/runner/trial.ts';
import { InvalidInputError, type Scenario } from '../trial/scenario/scenario.ts';
import { UsageError } from './exit.ts';
import { runFolder, saveRun } from './output.ts';
import { loadScenario } from './scenarios.ts';
import { traceLine } from './trace-file.ts';

export interface Job {
  /** Path of the scenario's file. */
  readonly scenario: string;
  readonly seed: string;
  readonly verify: boolean;
  readonly outputDirectory: string;
}

export interface JobResult {
  readonly record: RunRecord;
  readonly difference: Difference | null;
}

/** Throws a UsageError for a scenario that asks for what cannot be. */
export async function runJob(job: Job): Promise<JobResult> {
  const { file, scenario } = await loadScenario(job.scenario);
  try {
    const options = { recordDigests: job.verify };
    const { record, outcome } = await timedTrial(scenario, job.seed, options);
    const folder = runFolder(job.outputDirectory, scenario.name, job.seed);
    saveRun(folder, record, outcome.plan, outcome.history);
    const difference = job.verify ? await runAgain(scenario, outcome) : null;
    return { record, difference };
  } catch (error) {
    if (error instanceof InvalidInputError) throw new UsageError(`${file}: ${error.message}`);
    throw error;
  }
}

export interface TimedTrial {
  readonly record: RunRecord;
  readonly outcome: TrialOutcome;
}

/** Runs a trial with the ambient world locked away; the clock is read before and after. */
export async function timedTrial(
  scenario: Scenario,
  seed: string,
  options: TrialOptions,
): Promise<TimedTrial> {
  const begun = performance.now();
  const outcome = await guarded(() => runTrial(scenario, seed, options));
  const wallMs = Math.round(performance.now() - begun);
  return { record: { ...outcome.result, wallMs }, outcome };
}

async function guarded<T>(run: () => Promise<T>): Promise<T> {
  const lift = installGuard();
  try {
    return await run();
  } finally {
    lift();
  }
}

/**
 * The second run of `--verify`; where it differs, a third one tells what the first difference is.
 */
async function runAgain(scenario: Scenario, first: TrialOutcome): Promise<Difference | null> {
  const { seed } = first.result;
  const again = await guarded(() => runTrial(scenario, seed, { recordDigests: true }));
  const difference = compare(first, again);
  if (difference === null) return null;
  const { event, message } = difference;
  if (event === null) return { scenario: scenario.name, seed, message };
  const lines: string[] = [];
  const write = (entry: TraceEntry): void => {
    if (entry.event === event) lines.push(traceLine(entry));
  };
  await guarded(() => runTrial(scenario, seed, { trace: { write } }));
  const told = lines.slice(0, mostLinesTold).join('\n    ') || 'nothing: it ends before';
  return {
    scenario: scenario.name,
    seed,
    message: `${message}; in a third run that is\n    ${told}`,
  };
}

const mostLinesTold = 5;

/** How two recorded runs of a seed differ: in events, or only in what was made of them. */
export function compare(
  first: TrialOutcome,
  second: TrialOutcome,
): { readonly event: number | null; readonly message: string } | null {
  const event = first.digests!.firstDifference(second.digests!);
  if (event !== null) {
    const digests = `digest ${first.result.digest}, then ${second.result.digest}`;
    return { event, message: `${digests}; the first event that differs is number ${event}` };
  }
  const fields = Object.entries(first.result)
    .filter(([name, value]) => {
      const other: unknown = second.result[name as keyof typeof second.result];
      return JSON.stringify(value) !== JSON.stringify(other);
    })
    .map(([name]) => name);
  if (fields.length === 0) return null;
  return { event: null, message: `the events are the same, but not ${fields.join(', ')}` };
}
