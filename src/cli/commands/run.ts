/** `ordeal run`: scenarios over seeds, a verdict for each, files and reports. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Difference, Reproduce, SweepEnd } from '../../report/reporter.ts';
import { Tally } from '../../trial/coverage/tally.ts';
import type { RunRecord } from '../../trial/runner/result.ts';
import { about } from '../about.ts';
import { exitCode, UsageError } from '../exit.ts';
import { claimFolder, type FolderClaim } from '../folder-claim.ts';
import { type Interruption, interruption } from '../interruption.ts';
import type { Job, JobResult } from '../job.ts';
import { checkLatest, digestsName, planName, runFolder } from '../output.ts';
import { progressLine } from '../progress.ts';
import { chosenReporters, Reports } from '../reports.ts';
import { reproduceCommand } from '../reproduce.ts';
import { scenarioFile, stockScenarioNames } from '../scenarios.ts';
import { parseCount, type SeedFlags, seedsOf } from '../seeds.ts';
import { describe } from '../work/describe.ts';
import { runSweep } from '../work/sweep.ts';
import type { DescribedScenario } from '../work/tasks.ts';
import { Workers } from '../work/workers.ts';

export interface RunFlags extends SeedFlags {
  readonly workers?: string;
  readonly bail?: string;
  readonly verify?: boolean;
  readonly coverage?: boolean;
  readonly reporter?: readonly string[];
  readonly outputDir?: string;
}

/** Runs and returns the exit code. Throws a UsageError. */
export async function run(names: readonly string[], flags: RunFlags): Promise<number> {
  const asked = names.length > 0 ? names : stockScenarioNames();
  const settings = settingsOf(flags);
  for (const nameOrPath of asked) scenarioFile(nameOrPath);
  const claim = claimFolder(settings.directory);
  const count = Math.min(settings.workers, asked.length * settings.seeds.length);
  const workers = new Workers(count);
  const repeaters = flags.verify === true ? new Workers(count) : null;
  const interrupt = interruption();
  interrupt.signal.addEventListener('abort', () => {
    workers.kill();
    repeaters?.kill();
  });
  try {
    checkLatest(settings.directory);
    const scenarios = await chosenScenarios(workers, asked);
    return await sweep({ scenarios, settings, workers, repeaters, interrupt, claim });
  } catch (error) {
    if (interrupt.signal.aborted) return exitCode.interrupted;
    throw error;
  } finally {
    workers.end();
    repeaters?.end();
    interrupt.release();
    claim.release();
  }
}

interface Settings {
  readonly flags: RunFlags;
  readonly reporters: readonly string[];
  readonly seeds: readonly string[];
  readonly workers: number;
  readonly bail: number;
  readonly directory: string;
}

function settingsOf(flags: RunFlags): Settings {
  const { bail, outputDir, reporter, workers } = flags;
  return {
    flags,
    reporters: chosenReporters(reporter ?? ['default']),
    seeds: seedsOf(flags),
    workers: workers === undefined ? availableParallelism() : parseCount(workers, '--workers'),
    bail: bail === undefined ? Number.POSITIVE_INFINITY : parseCount(bail, '--bail'),
    directory: outputDir ?? 'reports',
  };
}

interface Prepared {
  readonly scenarios: readonly DescribedScenario[];
  readonly settings: Settings;
  readonly workers: Workers;
  readonly repeaters: Workers | null;
  readonly interrupt: Interruption;
  readonly claim: FolderClaim;
}

async function sweep(prepared: Prepared): Promise<number> {
  const { scenarios, settings, workers, repeaters, interrupt } = prepared;
  const { bail, directory, flags, reporters } = settings;
  const jobs = jobsOf(prepared);
  const names = scenarios.map(({ name }) => name);
  const records: RunRecord[] = [];
  const differences: Difference[] = [];
  const troubles = new Troubles(prepared.claim.problem);
  const tally = flags.coverage === true ? new Tally() : null;
  let failures = 0;
  const begun = performance.now();
  const reports = new Reports(reporters, directory, reproducer(prepared, troubles));
  reports.begin({ ...about(), scenarios: names, runs: jobs.length });
  const progress = progressLine(jobs.length);
  try {
    await runSweep({
      jobs,
      workers,
      repeaters,
      interrupted: interrupt.signal,
      stopped: () => failures >= bail,
      onResult(result) {
        const { record, difference, internal } = result;
        records.push(record);
        if (result.reached !== null) tally?.add(result.reached);
        if (difference !== null) differences.push(difference);
        if (record.verdict === 'fail' || difference !== null || internal !== null) failures++;
        progress.clear();
        troubles.add(result);
        reports.record(record);
        progress.add(record, failures);
      },
    });
  } finally {
    progress.clear();
  }
  const isCut = records.length < jobs.length;
  const end: SweepEnd = {
    records: inOrder(records, names),
    differences: flags.verify === true ? differences : null,
    coverage: tally?.sum() ?? null,
    wallMs: performance.now() - begun,
    outputDirectory: directory,
    cut: !isCut ? null : interrupt.signal.aborted ? 'interrupted' : 'enough failures',
  };
  troubles.notKept(reports.end(end));
  return interrupt.signal.aborted ? exitCode.interrupted : codeFor(end, troubles.any);
}

function jobsOf({ scenarios, settings: { directory, flags, seeds } }: Prepared): Job[] {
  return scenarios.flatMap(({ file, name }) =>
    seeds.map((seed) => ({
      scenario: file,
      name,
      seed,
      outputDirectory: directory,
      counts: flags.coverage === true,
      digestsFile:
        flags.verify === true ? join(runFolder(directory, name, seed), digestsName) : null,
    })),
  );
}

/** What went wrong with us or with the folder of results, told on standard error as it happens. */
class Troubles {
  any = false;
  readonly #unkept = new Set<RunRecord>();
  #lastTold: string | null = null;

  constructor(problem: string | null) {
    this.notKept(problem);
  }

  add({ record, unsaved, internal, thrown }: JobResult): void {
    if (unsaved !== null || record.digest === '') this.#unkept.add(record);
    if (internal !== null) {
      this.any = true;
      const where = `${record.scenario} seed ${record.seed}`;
      process.stderr.write(`ordeal: internal error: ${where}: ${internal}\n`);
    }
    if (thrown !== null) {
      process.stderr.write(`ordeal: ${record.scenario} seed ${record.seed}: ${thrown}\n`);
    }
    this.notKept(unsaved);
  }

  notKept(problem: string | null): void {
    if (problem === null) return;
    this.any = true;
    const cause = problem.split(/[,:] /, 2).join(': ');
    if (cause !== this.#lastTold)
      process.stderr.write(`ordeal: results are not kept: ${problem}\n`);
    this.#lastTold = cause;
  }

  /** Whether the files of this run are where they belong. */
  isKept(record: RunRecord): boolean {
    return !this.#unkept.has(record);
  }
}

/** The scenarios named, each once. Two of one name would share a folder of results. */
async function chosenScenarios(
  workers: Workers,
  asked: readonly string[],
): Promise<DescribedScenario[]> {
  const chosen = new Map<string, DescribedScenario>();
  for (const nameOrPath of asked) {
    const described = await describe(workers, nameOrPath);
    const same = chosen.get(described.name);
    if (same !== undefined && same.file !== described.file) {
      const both = `${same.file} and ${described.file}`;
      throw new UsageError(`two scenarios are called "${described.name}": ${both}`);
    }
    chosen.set(described.name, described);
  }
  return [...chosen.values()];
}

function reproducer({ scenarios, settings }: Prepared, troubles: Troubles): Reproduce {
  const asked = new Map(scenarios.map(({ name, asked }) => [name, asked]));
  return (record) => {
    const { scenario, seed } = record;
    const plan = join(runFolder(settings.directory, scenario, seed), planName);
    const outputDir = settings.flags.outputDir ?? null;
    const kept = troubles.isKept(record) ? plan : null;
    return reproduceCommand(asked.get(scenario)!, seed, kept, outputDir);
  };
}

/** By scenario, as they were named, then by seed. */
function inOrder(records: readonly RunRecord[], scenarios: readonly string[]): RunRecord[] {
  const order = new Map(scenarios.map((name, index) => [name, index]));
  return records.toSorted(
    (a, b) => order.get(a.scenario)! - order.get(b.scenario)! || Number(a.seed) - Number(b.seed),
  );
}

/** The gravest of what came out: a verdict means little where a seed is not the same twice. */
export function codeFor(end: SweepEnd, hadTrouble: boolean): number {
  if ((end.differences ?? []).length > 0) return exitCode.notDeterministic;
  if (end.records.some((record) => record.verdict === 'fail')) return exitCode.violated;
  if (hadTrouble) return exitCode.internal;
  const undecided = end.records.some((record) => record.verdict === 'inconclusive');
  return undecided ? exitCode.inconclusive : exitCode.ok;
}
