/** `ordeal run`: scenarios over seeds, a verdict for each, files and reports. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Difference, Reproduce, SweepEnd, SweepStart } from '../../report/reporter.ts';
import type { RunRecord } from '../../trial/runner/result.ts';
import { about } from '../about.ts';
import { exitCode, UsageError } from '../exit.ts';
import type { Job } from '../job.ts';
import { digestsName, openFolder, planName, runFolder } from '../output.ts';
import { progressLine } from '../progress.ts';
import { chosenReporters, Reports } from '../reports.ts';
import { reproduceCommand } from '../reproduce.ts';
import { type LoadedScenario, loadScenario, stockScenarioNames } from '../scenarios.ts';
import { parseCount, type SeedFlags, seedsOf } from '../seeds.ts';
import { runSweep } from '../workers.ts';

export interface RunFlags extends SeedFlags {
  readonly workers?: string;
  readonly bail?: string;
  readonly verify?: boolean;
  readonly reporter?: readonly string[];
  readonly outputDir: string;
}

/** Runs and returns the exit code. Throws what a run threw, after the reports of what was done. */
export async function run(names: readonly string[], flags: RunFlags): Promise<number> {
  const reporters = chosenReporters(flags.reporter ?? ['default']);
  const seeds = seedsOf(flags);
  const workers =
    flags.workers === undefined ? availableParallelism() : parseCount(flags.workers, '--workers');
  const bail =
    flags.bail === undefined ? Number.POSITIVE_INFINITY : parseCount(flags.bail, '--bail');
  const scenarios = await chosenScenarios(names.length > 0 ? names : stockScenarioNames());
  openFolder(flags.outputDir);
  const jobs: Job[] = scenarios.flatMap(({ file, scenario }) =>
    seeds.map((seed) => ({
      scenario: file,
      seed,
      outputDirectory: flags.outputDir,
      digestsFile:
        flags.verify === true
          ? join(runFolder(flags.outputDir, scenario.name, seed), digestsName)
          : null,
    })),
  );

  const records: RunRecord[] = [];
  const differences: Difference[] = [];
  let failures = 0;
  const interrupt = interruption();
  const begun = performance.now();
  const start: SweepStart = {
    ...about(),
    scenarios: scenarios.map(({ scenario }) => scenario.name),
    runs: jobs.length,
  };
  const reports = new Reports(reporters, flags.outputDir, reproducer(scenarios, flags.outputDir));
  reports.begin(start);
  const progress = progressLine(jobs.length);
  let thrown: { readonly error: unknown } | null = null;
  try {
    await runSweep({
      jobs,
      workers,
      stopped: () => interrupt.requested() || failures >= bail,
      onResult({ record, difference }) {
        records.push(record);
        if (difference !== null) differences.push(difference);
        if (record.verdict === 'fail' || difference !== null) failures++;
        progress.clear();
        reports.record(record);
        progress.add(record, failures);
      },
    });
  } catch (error) {
    if (error instanceof UsageError) throw error;
    thrown = { error };
  } finally {
    progress.clear();
    interrupt.release();
  }
  const end: SweepEnd = {
    records: inOrder(records, start.scenarios),
    differences: flags.verify === true ? differences : null,
    wallMs: performance.now() - begun,
    outputDirectory: flags.outputDir,
    cut: whyCut(records.length < jobs.length, thrown !== null, interrupt.requested()),
  };
  reports.end(end);
  if (thrown !== null) throw thrown.error;
  return interrupt.requested() ? exitCode.interrupted : codeFor(end);
}

/** The scenarios named, each once. Two of one name would share a folder of results. */
async function chosenScenarios(names: readonly string[]): Promise<LoadedScenario[]> {
  const chosen = new Map<string, LoadedScenario>();
  for (const name of names) {
    const loaded = await loadScenario(name);
    const same = chosen.get(loaded.scenario.name);
    if (same !== undefined && same.file !== loaded.file) {
      const both = `${same.file} and ${loaded.file}`;
      throw new UsageError(`two scenarios are called "${loaded.scenario.name}": ${both}`);
    }
    chosen.set(loaded.scenario.name, loaded);
  }
  return [...chosen.values()];
}

function reproducer(scenarios: readonly LoadedScenario[], directory: string): Reproduce {
  const asked = new Map(scenarios.map(({ scenario, asked }) => [scenario.name, asked]));
  return ({ scenario, seed }) =>
    reproduceCommand(
      asked.get(scenario)!,
      seed,
      join(runFolder(directory, scenario, seed), planName),
    );
}

/** By scenario, as they were named, then by seed. */
function inOrder(records: readonly RunRecord[], scenarios: readonly string[]): RunRecord[] {
  const order = new Map(scenarios.map((name, index) => [name, index]));
  return records.toSorted(
    (a, b) => order.get(a.scenario)! - order.get(b.scenario)! || Number(a.seed) - Number(b.seed),
  );
}

function whyCut(isCut: boolean, threw: boolean, interrupted: boolean): SweepEnd['cut'] {
  if (!isCut) return null;
  if (threw) return 'internal error';
  return interrupted ? 'interrupted' : 'enough failures';
}

/** A first interrupt or SIGTERM lets the runs under way finish; a second one ends at once. */
function interruption(): { requested(): boolean; release(): void } {
  let requested = false;
  const interrupt = (): void => {
    if (requested) process.exit(exitCode.interrupted);
    requested = true;
  };
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.on(signal, interrupt);
  return {
    requested: () => requested,
    release() {
      for (const signal of signals) process.off(signal, interrupt);
    },
  };
}

/** The gravest of what came out: a verdict means little where a seed is not the same twice. */
export function codeFor(end: SweepEnd): number {
  if ((end.differences ?? []).length > 0) return exitCode.notDeterministic;
  if (end.records.some((record) => record.verdict === 'fail')) return exitCode.violated;
  const undecided = end.records.some((record) => record.verdict === 'inconclusive');
  return undecided ? exitCode.inconclusive : exitCode.ok;
}
