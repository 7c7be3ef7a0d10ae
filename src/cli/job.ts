/** One run of one seed, in whichever process: trial, guard, wall time, files. */

import type { Difference } from '../report/reporter.ts';
import { installGuard } from '../sim/guard.ts';
import type { Plan } from '../trial/faults/plan.ts';
import type { RunRecord } from '../trial/runner/result.ts';
import { runTrial, type TrialOutcome } from '../trial/runner/trial.ts';
import { saveRun } from './output.ts';
import { loadScenario } from './scenarios.ts';

export interface Job {
  readonly scenario: string;
  readonly seed: string;
  readonly verify: boolean;
  readonly outputDirectory: string;
}

export interface JobResult {
  readonly record: RunRecord;
  readonly difference: Difference | null;
}

export async function runJob(job: Job): Promise<JobResult> {
  const { scenario } = await loadScenario(job.scenario);
  const begun = performance.now();
  const outcome = await guarded(() => runTrial(scenario, job.seed, { recordEvents: job.verify }));
  const record = { ...outcome.result, wallMs: Math.round(performance.now() - begun) };
  saveRun(job.outputDirectory, record, outcome.plan, outcome.history);
  if (!job.verify) return { record, difference: null };
  const again = await guarded(() => runTrial(scenario, job.seed, { recordEvents: true }));
  return { record, difference: compare(outcome, again) };
}

/** Runs a trial with the ambient world locked away. */
export async function guarded<T>(run: () => Promise<T>): Promise<T> {
  const lift = installGuard();
  try {
    return await run();
  } finally {
    lift();
  }
}

function compare(first: TrialOutcome, second: TrialOutcome): Difference | null {
  const { scenario, seed, digest } = first.result;
  if (digest === second.result.digest) return null;
  const event = firstDifference(first.eventDigests, second.eventDigests);
  return {
    scenario,
    seed,
    message: `digest ${digest}, then ${second.result.digest}; event ${event} differs`,
  };
}

function firstDifference(a: readonly number[], b: readonly number[]): number {
  const shorter = Math.min(a.length, b.length);
  for (let index = 0; index < shorter; index++) if (a[index] !== b[index]) return index;
  return shorter;
}

export type { Plan };
