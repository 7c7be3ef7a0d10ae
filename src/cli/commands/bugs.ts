/** `ordeal bugs`: the museum of historical bugs, listed, or searched for blind. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { table } from '../../report/format.ts';
import type { Exhibit } from '../../trial/museum/exhibit.ts';
import { exhibitOf, exhibits } from '../../trial/museum/registry.ts';
import { readCorpus, stockCorpus } from '../corpus.ts';
import { exitCode, UsageError } from '../exit.ts';
import { interruption } from '../interruption.ts';
import { planName, runFolder } from '../output.ts';
import { type Found, runSearch } from '../search.ts';
import { parseCount } from '../seeds.ts';
import { describe } from '../work/describe.ts';
import type { DescribedScenario } from '../work/tasks.ts';
import { Workers } from '../work/workers.ts';
import { writeAside } from '../write-aside.ts';
import { huntSeed, workersOf } from './hunt.ts';
import { type MutationScore, museumPage } from './museum-page.ts';

export interface BugsFlags {
  readonly hunt?: boolean;
  readonly trials: string;
  readonly seed?: string;
  readonly workers?: string;
  readonly page?: string;
  readonly outputDir?: string;
}

/** How one way of searching fared with one exhibit. */
export interface Fate {
  /** The number of the first trial that failed; null where none did. */
  readonly trial: number | null;
  readonly trials: number;
  readonly wallMs: number;
  /** What broke first; null where nothing did. */
  readonly property: string | null;
  readonly seed: string | null;
  readonly scenario: string | null;
  /** The plan is not the seed's own: it is kept. */
  readonly varied: boolean;
}

export interface Shown {
  readonly exhibit: Exhibit;
  readonly drawn: Fate;
  readonly hunted: Fate;
}

/** The stock search, the same for each exhibit: no scenario is made for a bug. */
export const searched = ['swarm', 'chaos'];

export async function bugs(ids: readonly string[], flags: BugsFlags): Promise<number> {
  const chosen = ids.length === 0 ? exhibits : ids.map(exhibitNamed);
  if (flags.hunt !== true) {
    process.stdout.write(listing(chosen));
    return exitCode.ok;
  }
  const trials = parseCount(flags.trials, '--trials');
  const seed = huntSeed(flags.seed);
  const mutation = mutationScore(flags.page);
  const workers = new Workers(workersOf(flags.workers));
  const interrupt = interruption();
  interrupt.signal.addEventListener('abort', () => workers.kill());
  const shown: Shown[] = [];
  try {
    const scenarios: DescribedScenario[] = [];
    for (const name of searched) scenarios.push(await describe(workers, name));
    const corpus = readCorpus(stockCorpus, searched);
    const fateOf = async (exhibit: Exhibit, hunts: boolean): Promise<Fate> => {
      const begun = performance.now();
      let caught: Found | null = null;
      const done = await runSearch({
        workers,
        scenarios,
        seed,
        budget: { trials, wallMs: Number.POSITIVE_INFINITY },
        hunts,
        corpus,
        bug: exhibit.id,
        interrupted: interrupt.signal,
        onTrial(found) {
          if (found.record.verdict === 'fail') caught = found;
          return caught !== null;
        },
        onTrouble: (_, { message }) => process.stderr.write(`${exhibit.id}: ${message}\n`),
      });
      if (caught !== null) keepPlan(flags.outputDir, exhibit, caught);
      return fate(caught, done, performance.now() - begun);
    };
    for (const exhibit of chosen) {
      if (exhibit.unseen !== undefined) {
        process.stdout.write(unseenLine(exhibit, exhibit.unseen));
        continue;
      }
      const drawn = await fateOf(exhibit, false);
      const hunted = await fateOf(exhibit, true);
      if (interrupt.signal.aborted) break;
      shown.push({ exhibit, drawn, hunted });
      process.stdout.write(line(shown.at(-1)!));
      if (flags.page !== undefined)
        writeFileSync(flags.page, museumPage(shown, { trials, seed, mutation }));
    }
  } finally {
    workers.end();
    interrupt.release();
  }
  return interrupt.signal.aborted ? exitCode.interrupted : exitCode.ok;
}

function exhibitNamed(id: string): Exhibit {
  const exhibit = exhibitOf(id);
  if (exhibit === undefined) {
    const known = exhibits.map((one) => one.id).join(', ');
    throw new UsageError(`"${id}" is not in the museum: ${known}`);
  }
  return exhibit;
}

function fate(caught: Found | null, trials: number, wallMs: number): Fate {
  const { candidate, record } = caught ?? {};
  return {
    trial: candidate?.number ?? null,
    trials,
    wallMs: Math.round(wallMs),
    property: record?.violations[0]?.property ?? null,
    seed: record?.seed ?? null,
    scenario: candidate?.scenario ?? null,
    varied: (candidate?.plan ?? null) !== null,
  };
}

/** A plan that a hunt made cannot be had from its seed. */
function keepPlan(outputDir: string | undefined, { id }: Exhibit, found: Found): void {
  if (found.candidate.plan === null) return;
  const folder = runFolder(outputDir ?? 'reports', 'museum', id);
  const plan = `${JSON.stringify(found.plan, null, 2)}\n`;
  const problem = writeAside(folder, { [planName]: plan });
  if (problem !== null) process.stderr.write(`ordeal: the plan is not kept: ${problem}\n`);
}

/** Beside the page lies what `npm run mutate` found last; null where it does not. */
function mutationScore(page: string | undefined): MutationScore | null {
  const file = join(dirname(page ?? ''), 'mutation-score.json');
  if (page === undefined || !existsSync(file)) return null;
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as MutationScore;
  } catch {
    throw new UsageError(`--page: ${file} is no JSON: write it with npm run mutate -- --score`);
  }
}

const unseenLine = ({ id }: Exhibit, { why, test }: NonNullable<Exhibit['unseen']>): string =>
  `${id}: no trial can see it, since ${why}; see ${test}\n`;

function listing(chosen: readonly Exhibit[]): string {
  const rows = chosen.map(({ id, until, sentence, promise }) => [id, until, sentence, promise]);
  return `${table(['id', 'until', 'what it does', 'the promise it breaks'], rows)}\n`;
}

function line({ exhibit, drawn, hunted }: Shown): string {
  const told = ({ trial, trials, property }: Fate): string =>
    trial === null ? `not in ${trials}` : `trial ${trial} (${property})`;
  return `${exhibit.id}: drawn ${told(drawn)}, hunted ${told(hunted)}\n`;
}
