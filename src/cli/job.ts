/** One run of one seed, in whichever process: trial, guard, wall time, files. */

import type { Difference } from '../report/reporter.ts';
import { installGuard } from '../sim/guard.ts';
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
  const outcome = await guarded(() => runTrial(scenario, job.seed, { recordDigests: job.verify }));
  const record = { ...outcome.result, wallMs: Math.round(performance.now() - begun) };
  saveRun(job.outputDirectory, record, outcome.plan, outcome.history);
  if (!job.verify) return { record, difference: null };
  const again = await guarded(() => runTrial(scenario, job.seed, { recordDigests: true }));
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
  const event = first.digests!.firstDifference(second.digests!);
  if (event === null && digest === second.result.digest) return null;
  const digests = `digest ${digest}, then ${second.result.digest}`;
  return { scenario, seed, message: `${digests}; the first event that differs is ${event}` };
}
