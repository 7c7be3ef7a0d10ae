/** `ordeal run`: scenarios over seeds, a verdict for each, files and reports. */
import { availableParallelism } from 'node:os';
import { githubReporter } from '../../report/github.ts';
import { jsonReporter } from '../../report/json.ts';
import { junitReporter } from '../../report/junit.ts';
import type { Difference, Reporter, SweepEnd, SweepStart } from '../../report/reporter.ts';
import { terminalReporter } from '../../report/terminal.ts';
import type { RunRecord } from '../../trial/runner/result.ts';
import { about } from '../about.ts';
import { exitCode, UsageError } from '../exit.ts';
import type { Job } from '../job.ts';
import { saveLatest } from '../output.ts';
import { progressLine } from '../progress.ts';
import { loadScenario, stockScenarioNames } from '../scenarios.ts';
import { parseCount, type SeedFlags, seedsOf } from '../seeds.ts';
import { runSweep } from '../workers.ts';

export interface RunFlags extends SeedFlags {
  readonly workers?: string;
  readonly bail?: string;
  readonly verify?: boolean;
  readonly reporter?: readonly string[];
  readonly outputDir: string;
}

/**
 * Reporters by name, and where what they say goes: standard output, or a file of the output folder.
 */
const reporters: Record<string, { create: (outputDirectory: string) => Reporter; file?: string }> =
  {
    default: { create: (outputDirectory) => terminalReporter({ verbose: false, outputDirectory }) },
    verbose: { create: (outputDirectory) => terminalReporter({ verbose: true, outputDirectory }) },
    json: { create: jsonReporter },
    junit: { create: junitReporter, file: 'junit.xml' },
    github: { create: githubReporter },
  };

/** Runs and returns the exit code. */
export async function run(names: readonly string[], flags: RunFlags): Promise<number> {
  const chosen = chosenReporters(flags);
  const seeds = seedsOf(flags);
  const workers =
    flags.workers === undefined ? availableParallelism() : parseCount(flags.workers, '--workers');
  const bail =
    flags.bail === undefined ? Number.POSITIVE_INFINITY : parseCount(flags.bail, '--bail');
  const scenarios = await Promise.all(
    (names.length > 0 ? names : stockScenarioNames()).map(loadScenario),
  );
  const jobs: Job[] = scenarios.flatMap(({ file }) =>
    seeds.map((seed) => ({
      scenario: file,
      seed,
      verify: flags.verify === true,
      outputDirectory: flags.outputDir,
    })),
  );

  const records: RunRecord[] = [];
  const differences: Difference[] = [];
  let failures = 0;
  let interrupted = false;
  const interrupt = (): void => {
    if (interrupted) process.exit(exitCode.interrupted);
    interrupted = true;
  };
  process.on('SIGINT', interrupt);
  const begun = performance.now();
  const start: SweepStart = {
    ...about(),
    scenarios: scenarios.map(({ scenario }) => scenario.name),
    runs: jobs.length,
  };
  const output = new Output(chosen, flags.outputDir);
  const progress = progressLine(jobs.length);
  output.say((reporter) => reporter.begin(start));
  try {
    await runSweep({
      jobs,
      workers,
      stopped: () => interrupted || failures >= bail,
      onResult({ record, difference }) {
        records.push(record);
        if (difference !== null) differences.push(difference);
        if (record.verdict === 'fail' || difference !== null) failures++;
        progress.clear();
        output.say((reporter) => reporter.record(record));
        progress.show(records, failures);
      },
    });
  } finally {
    progress.clear();
    process.off('SIGINT', interrupt);
  }
  const order = new Map(start.scenarios.map((name, index) => [name, index]));
  records.sort(
    (a, b) => order.get(a.scenario)! - order.get(b.scenario)! || Number(a.seed) - Number(b.seed),
  );
  const end: SweepEnd = {
    records,
    differences: flags.verify === true ? differences : null,
    wallMs: performance.now() - begun,
    outputDirectory: flags.outputDir,
    interrupted,
  };
  output.finish(start, end);
  return interrupted ? exitCode.interrupted : codeFor(end);
}

function codeFor(end: SweepEnd): number {
  if ((end.differences ?? []).length > 0) return exitCode.notDeterministic;
  if (end.records.some((record) => record.verdict === 'fail')) return exitCode.violated;
  const undecided = end.records.some((record) => record.verdict === 'inconclusive');
  return undecided ? exitCode.inconclusive : exitCode.ok;
}

function chosenReporters(flags: RunFlags): string[] {
  const names = [...(flags.reporter ?? ['default'])];
  const unknown = names.find((name) => reporters[name] === undefined);
  if (unknown !== undefined) {
    throw new UsageError(
      `--reporter: unknown reporter "${unknown}": one of ${Object.keys(reporters).join(', ')}`,
    );
  }
  if (process.env.GITHUB_ACTIONS === 'true' && !names.includes('json')) names.push('github');
  return [...new Set(names)];
}

/**
 * Carries what reporters say to where it belongs; with `json` nothing else reaches standard output.
 */
class Output {
  readonly #entries: {
    readonly reporter: Reporter;
    readonly write: (text: string) => void;
    readonly file: string | null;
    text: string;
  }[];
  readonly #directory: string;

  constructor(names: readonly string[], directory: string) {
    this.#directory = directory;
    const jsonOnStdout = names.includes('json');
    this.#entries = names.map((name) => {
      const { create, file } = reporters[name]!;
      const stream = jsonOnStdout && name !== 'json' ? process.stderr : process.stdout;
      return {
        reporter: create(directory),
        write: (text) => void stream.write(text),
        file: file ?? null,
        text: '',
      };
    });
  }

  say(speak: (reporter: Reporter) => string): void {
    for (const entry of this.#entries) {
      const text = speak(entry.reporter);
      if (entry.file !== null) entry.text += text;
      else if (text !== '') entry.write(text);
    }
  }

  finish(start: SweepStart, end: SweepEnd): void {
    this.say((reporter) => reporter.end(end));
    const results = jsonReporter();
    results.begin(start);
    const files: Record<string, string> = { 'results.json': results.end(end) };
    for (const entry of this.#entries) if (entry.file !== null) files[entry.file] = entry.text;
    saveLatest(this.#directory, files);
  }
}
