/** One run of one seed, in whichever process: trial, guard, wall time, files. */

import type { Difference } from '../report/reporter.ts';
import { installGuard } from '../sim/guard.ts';
import type { RunRecord } from '../trial/runner/result.ts';
import { runTrial, type TrialOptions, type TrialOutcome } from '../trial/runner/trial.ts';
import { InvalidInputError, type Scenario } from '../trial/scenario/scenario.ts';
import { UsageError } from './exit.ts';
import { runFolder, saveDigests, saveRun } from './output.ts';
import { loadScenario } from './scenarios.ts';

export interface Job {
  /** Path of the scenario's file. */
  readonly scenario: string;
  readonly seed: string;
  readonly outputDirectory: string;
  /** Where to leave the digest after each event, to be compared; null: nowhere. */
  readonly digestsFile: string | null;
}

export interface JobResult {
  readonly record: RunRecord;
  /** What came of the second run of `--verify`, made in another process. */
  readonly difference: Difference | null;
}

/** Throws a UsageError for a scenario that asks for what cannot be. */
export async function runJob(job: Job): Promise<RunRecord> {
  const { file, scenario } = await loadScenario(job.scenario);
  try {
    const options = { recordDigests: job.digestsFile !== null };
    const { record, outcome } = await timedTrial(scenario, job.seed, options);
    const folder = runFolder(job.outputDirectory, scenario.name, job.seed);
    saveRun(folder, record, outcome.plan, outcome.history);
    if (job.digestsFile !== null) saveDigests(job.digestsFile, outcome.digests!);
    return record;
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

export async function guarded<T>(run: () => Promise<T>): Promise<T> {
  const lift = installGuard();
  try {
    return await run();
  } finally {
    lift();
  }
}
