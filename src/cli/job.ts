/** One run of one seed, in a worker process: trial, guard, wall time, files. */

import type { Micros } from '../base/ids.ts';
import type { Difference } from '../report/reporter.ts';
import { installGuard } from '../sim/guard.ts';
import { Coverage, type Reached } from '../trial/coverage/coverage.ts';
import { swapped } from '../trial/museum/exhibit.ts';
import { exhibitOf } from '../trial/museum/registry.ts';
import type { Plan } from '../trial/plan/plan.ts';
import type { RunRecord } from '../trial/runner/result.ts';
import {
  checkTrial,
  runTrial,
  type TrialOptions,
  type TrialOutcome,
} from '../trial/runner/trial.ts';
import { InvalidInputError, type Scenario } from '../trial/scenario/scenario.ts';
import { traceVersion } from '../trial/trace/record.ts';
import { UsageError } from './exit.ts';
import { runFolder, saveDigests, saveRun } from './output.ts';
import { loadPlan } from './plan-file.ts';
import { loadScenario } from './scenarios.ts';
import { openTraceFile, type TraceFile } from './trace-file.ts';
import type { DescribedScenario } from './work/tasks.ts';

/** Is given a way to ask for virtual time as soon as a trial has one. */
export type Watch = (now: () => Micros) => void;

export interface Job {
  /** Path of the scenario's file. */
  readonly scenario: string;
  /** Its name. */
  readonly name: string;
  readonly seed: string;
  readonly outputDirectory: string;
  /** Where to leave the digest after each event, to be compared; null: nowhere. */
  readonly digestsFile: string | null;
  /** Whether it is counted what the trial reaches. */
  readonly counts: boolean;
}

export interface ReplayJob {
  readonly scenario: string;
  readonly name: string;
  readonly seed: string;
  /** Path of a plan in place of the seed's own. */
  readonly plan: string | null;
  /** Where the trace goes. */
  readonly trace: string;
  /** Where results go. */
  readonly folder: string;
  /** The exhibit of the museum whose rules cluster and clients go by; null: the right ones. */
  readonly bug: string | null;
}

/** One trial of a search. */
export interface SearchJob {
  readonly scenario: string;
  readonly name: string;
  readonly seed: string;
  readonly plan: Plan | null;
  readonly bug: string | null;
}

export interface SearchResult {
  readonly record: RunRecord;
  readonly reached: Reached;
  readonly plan: Plan;
  readonly features: readonly (readonly [feature: string, count: number])[];
}

export interface JobResult {
  readonly record: RunRecord;
  /** What came of the second run of `--verify`, made in another process. */
  readonly difference: Difference | null;
  /** What it reached; null where that was not counted, or the trial did not come to its end. */
  readonly reached: Reached | null;
  /** Why its files could not be kept; null when they are. */
  readonly unsaved: string | null;
  /** What went wrong with us rather than with the cluster; null when nothing did. */
  readonly internal: string | null;
  /** The stack of what a node or a client threw; null when nothing did. */
  readonly thrown: string | null;
}

/** Throws a UsageError for a scenario that cannot be loaded, or asks for what cannot be. */
export async function describeScenario(asked: string): Promise<DescribedScenario> {
  const { file, scenario } = await loadScenario(asked);
  await checked(file, async () => checkTrial(scenario, '0'));
  return { asked, file, name: scenario.name };
}

/** Throws a UsageError for a scenario that asks for what cannot be. */
export async function runJob(job: Job, watch?: Watch): Promise<JobResult> {
  const { file, scenario } = await loadScenario(job.scenario);
  return checked(file, async () => {
    const coverage = job.counts ? new Coverage() : null;
    const options = { recordDigests: job.digestsFile !== null, watch, coverage };
    const { record, outcome } = await timedTrial(scenario, job.seed, options);
    const folder = runFolder(job.outputDirectory, scenario.name, job.seed);
    const unsaved = saveRun(folder, record, outcome.plan, outcome.history);
    if (job.digestsFile !== null) saveDigests(job.digestsFile, outcome.digests!);
    const reached = coverage?.reached ?? null;
    const thrown = stackOf(outcome);
    return { record, difference: null, reached, unsaved, internal: null, thrown };
  });
}

/** Throws a UsageError for a plan that does not fit, or a trace that cannot be opened. */
export async function replayJob(job: ReplayJob, watch?: Watch): Promise<JobResult> {
  const { file, scenario } = await loadScenario(job.scenario);
  const plan = job.plan === null ? null : loadPlan(job.plan, scenario.name, job.seed);
  const blamed = job.plan === null ? file : `--plan: ${job.plan}`;
  await checked(blamed, async () => checkTrial(scenario, job.seed, { plan }));
  const trace = openTrace(job.trace, scenario.name, job.seed);
  try {
    const { record, outcome } = await timedTrial(scenario, job.seed, {
      plan,
      trace,
      watch,
      ...rulesOf(job.bug),
    });
    const unsaved = saveRun(job.folder, record, outcome.plan, outcome.history);
    const unkept = trace.close() ?? unsaved;
    const thrown = stackOf(outcome);
    return { record, difference: null, reached: null, unsaved: unkept, internal: null, thrown };
  } finally {
    trace.close();
  }
}

const stackOf = ({ thrown }: TrialOutcome): string | null =>
  thrown === null ? null : (thrown.stack ?? thrown.message);

/** A trial that nobody keeps: what it reached, and whether it failed. */
export async function searchJob(job: SearchJob, watch?: Watch): Promise<SearchResult> {
  const { file, scenario } = await loadScenario(job.scenario);
  return checked(file, async () => {
    const coverage = new Coverage();
    const { plan, seed } = job;
    const options = { plan, watch, coverage, ...rulesOf(job.bug) };
    const { record, outcome } = await timedTrial(scenario, seed, options);
    const { features, reached } = coverage;
    return { record, plan: outcome.plan, features: [...features], reached };
  });
}

/** Throws a UsageError. */
function rulesOf(bug: string | null): Pick<TrialOptions, 'rules' | 'clientRules'> {
  if (bug === null) return {};
  const exhibit = exhibitOf(bug);
  if (exhibit === undefined) throw new UsageError(`--bug: "${bug}" is not in the museum`);
  const { nodes, clients } = swapped(exhibit.rules);
  return { rules: nodes, clientRules: clients };
}

/** What only cluster and plan together tell is the user's to mend in this file. */
async function checked<T>(file: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof InvalidInputError) throw new UsageError(`${file}: ${error.message}`);
    throw error;
  }
}

function openTrace(path: string, scenario: string, seed: string): TraceFile {
  try {
    return openTraceFile(path, { is: 'trace', version: traceVersion, scenario, seed });
  } catch (error) {
    throw new UsageError(`--trace: ${(error as Error).message}`);
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
