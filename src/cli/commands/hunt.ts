/** `ordeal hunt`: searches for plans that fail, and keeps one of each distinct failure. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { coverageTables } from '../../report/coverage.ts';
import { describeFailure } from '../../report/terminal.ts';
import { Tally } from '../../trial/coverage/tally.ts';
import type { Hunt } from '../../trial/hunt/hunt.ts';
import { mostHuntSeed } from '../../trial/hunt/hunt.ts';
import type { Plan } from '../../trial/plan/plan.ts';
import { readCorpus, stockCorpus, writeCorpus } from '../corpus.ts';
import { exitCode, UsageError } from '../exit.ts';
import { interruption } from '../interruption.ts';
import { planName, runFolder } from '../output.ts';
import { reproduceCommand } from '../reproduce.ts';
import { type Budget, type Found, parseBudget, runSearch } from '../search.ts';
import { parseCount, seedsOf } from '../seeds.ts';
import { describe } from '../work/describe.ts';
import type { DescribedScenario } from '../work/tasks.ts';
import { Workers } from '../work/workers.ts';
import { writeAside } from '../write-aside.ts';

export interface HuntFlags {
  readonly budget: string;
  readonly seed?: string;
  readonly workers?: string;
  readonly coverage?: boolean;
  readonly corpus?: string;
  readonly outputDir?: string;
}

export async function hunt(names: readonly string[], flags: HuntFlags): Promise<number> {
  const budget = parseBudget(flags.budget);
  const seed = huntSeed(flags.seed);
  const workers = new Workers(workersOf(flags.workers));
  const interrupt = interruption();
  interrupt.signal.addEventListener('abort', () => workers.kill());
  const quarry = new Quarry(flags.outputDir);
  const tally = flags.coverage === true ? new Tally() : null;
  try {
    const asked = names.length > 0 ? names : ['swarm'];
    const scenarios: DescribedScenario[] = [];
    for (const name of asked) scenarios.push(await describe(workers, name));
    quarry.known = new Map(scenarios.map(({ name, asked }) => [name, asked]));
    const trials = await runSearch({
      workers,
      scenarios,
      seed,
      budget,
      hunts: true,
      corpus: readCorpus(flags.corpus ?? stockCorpus, [...quarry.known.keys()]),
      bug: null,
      interrupted: interrupt.signal,
      onTrial(found, search) {
        tally?.add(found.reached);
        return quarry.take(found, search);
      },
      onTrouble: ({ scenario, seed: of }, { message }) => {
        quarry.hadTrouble = true;
        process.stderr.write(`ordeal: ${scenario} seed ${of}: ${message}\n`);
      },
    });
    process.stdout.write(quarry.sum(trials, budget));
    if (flags.corpus !== undefined) keepCorpus(flags.corpus, quarry.corpus);
    if (tally !== null) process.stdout.write(`\n${coverageTables(tally.sum())}`);
  } catch (error) {
    if (!interrupt.signal.aborted) throw error;
  } finally {
    workers.end();
    interrupt.release();
  }
  if (interrupt.signal.aborted) return exitCode.interrupted;
  if (quarry.failures > 0) return exitCode.violated;
  return quarry.hadTrouble ? exitCode.internal : exitCode.ok;
}

/** So many plans the next hunt begins with. */
const mostInCorpus = 48;

function keepCorpus(folder: string, plans: readonly Plan[]): void {
  const problem = writeCorpus(folder, plans);
  if (problem !== null) process.stderr.write(`ordeal: the corpus is not kept: ${problem}\n`);
}

export function huntSeed(text: string | undefined): number {
  const seed = Number(seedsOf({ seed: [text ?? '1'] })[0]);
  if (seed > mostHuntSeed) throw new UsageError(`--seed: ${seed} is above ${mostHuntSeed}`);
  return seed;
}

export const workersOf = (text: string | undefined): number =>
  text === undefined ? availableParallelism() : parseCount(text, '--workers');

/** What a hunt has found: one of each distinct failure, and how coverage grew. */
class Quarry {
  known: ReadonlyMap<string, string> = new Map();
  hadTrouble = false;
  #hunt: Hunt | null = null;
  readonly #outputDir: string | undefined;
  readonly #signatures = new Map<string, number>();
  readonly #growth: string[] = [];
  #nextTold = 1;
  #reached = 0;

  constructor(outputDir: string | undefined) {
    this.#outputDir = outputDir;
  }

  get failures(): number {
    return this.#signatures.size;
  }

  get corpus(): readonly Plan[] {
    return this.#hunt?.corpus(mostInCorpus) ?? [];
  }

  /** Always false: a hunt goes on to the end of its budget. */
  take(found: Found, hunt: Hunt): boolean {
    const { number } = found.candidate;
    const { reached } = hunt;
    this.#hunt = hunt;
    this.#reached = reached;
    if (number >= this.#nextTold) {
      this.#growth.push(`${number}: ${reached}`);
      this.#nextTold = number * 2;
    }
    const { record } = found;
    if (record.verdict !== 'fail') return false;
    const signature = [record.scenario, ...record.violations.map((v) => v.property)].join(' ');
    const before = this.#signatures.get(signature) ?? 0;
    this.#signatures.set(signature, before + 1);
    if (before === 0) process.stdout.write(this.#keep(found));
    return false;
  }

  sum(trials: number, budget: Budget): string {
    const kinds = [...this.#signatures].map(([signature, times]) => `  ${times} × ${signature}\n`);
    const spent = Number.isFinite(budget.trials) ? '' : ' within the time';
    return (
      `\n${trials} trials${spent}, ${this.#reached} features reached ` +
      `(after trial ${this.#growth.join(', ')}), ${this.failures} distinct failures\n${kinds.join('')}`
    );
  }

  #keep({ candidate, record, plan }: Found): string {
    const name = `hunt-${candidate.number}`;
    const folder = runFolder(this.#outputDir ?? 'reports', record.scenario, name);
    const problem = writeAside(folder, {
      [planName]: `${JSON.stringify(plan, null, 2)}\n`,
      'result.json': `${JSON.stringify(record, null, 2)}\n`,
    });
    if (problem !== null) process.stderr.write(`ordeal: results are not kept: ${problem}\n`);
    const file = problem === null ? join(folder, planName) : null;
    const asked = this.known.get(record.scenario) ?? record.scenario;
    const again = reproduceCommand(asked, record.seed, file, this.#outputDir ?? null);
    return `trial ${candidate.number}${describeFailure(record, again)}`;
  }
}
