/**
 * A search: rounds of trials, given out over the workers, until something is found or the budget is
 * spent. By hunting, each round learns from the one before; by plain drawing, each trial is another
 * seed. For a seed and a number of trials it is the same with any number of workers.
 */
import { type Candidate, Hunt, roundSize } from '../trial/hunt/hunt.ts';
import type { Plan } from '../trial/plan/plan.ts';
import { UsageError } from './exit.ts';
import type { SearchJob, SearchResult } from './job.ts';
import type { DescribedScenario } from './work/tasks.ts';
import type { Workers } from './work/workers.ts';

/** `10m`, `90s` or `500t`: a time, looked at between rounds, or a number of trials. */
export interface Budget {
  readonly trials: number;
  readonly wallMs: number;
}

export function parseBudget(text: string): Budget {
  const [, digits, unit] = /^(\d{1,6})([tsmh])$/.exec(text) ?? [];
  const amount = Number(digits);
  if (unit === undefined || amount < 1)
    throw new UsageError(`--budget: "${text}" is not a budget: give 10m, 90s, 2h or 500t (trials)`);
  if (unit === 't') return { trials: amount, wallMs: Number.POSITIVE_INFINITY };
  const ms = { s: 1_000, m: 60_000, h: 3_600_000 }[unit]!;
  return { trials: Number.POSITIVE_INFINITY, wallMs: amount * ms };
}

export interface Found extends SearchResult {
  readonly candidate: Candidate;
}

export interface Search {
  readonly workers: Workers;
  readonly scenarios: readonly DescribedScenario[];
  readonly seed: number;
  readonly budget: Budget;
  /** Whether rounds learn from each other; then the plans to begin with. */
  readonly hunts: boolean;
  readonly corpus: readonly Plan[];
  /** An exhibit's rules in place of the right ones; null: none. */
  readonly bug: string | null;
  readonly interrupted: AbortSignal;
  /** Told of each trial, in order of their numbers; true ends the search. */
  onTrial(found: Found, search: Hunt): boolean;
  /** A trial that threw or whose process was lost. */
  onTrouble(candidate: Candidate, error: Error): void;
}

/** Returns how many trials ran. */
export async function runSearch(search: Search): Promise<number> {
  const { budget, hunts, interrupted, scenarios, seed } = search;
  const hunt = new Hunt(
    scenarios.map(({ name }) => name),
    seed,
    search.corpus,
  );
  const begun = performance.now();
  let done = 0;
  while (done < budget.trials && performance.now() - begun < budget.wallMs) {
    const size = Math.min(roundSize, budget.trials - done);
    const round = (hunts ? hunt.round() : hunt.seeds(roundSize)).slice(0, size);
    const results = await runRound(search, round);
    if (interrupted.aborted) return done;
    if (hunts) {
      hunt.learn(
        results.map(({ candidate, plan, features }) => {
          return { candidate, plan, features: new Map(features) };
        }),
      );
    }
    for (const result of results) {
      done = result.candidate.number;
      if (search.onTrial(result, hunt)) return done;
    }
    done = round.at(-1)!.number;
  }
  return done;
}

/** In the order of their numbers, whichever is ready first. */
async function runRound(search: Search, round: readonly Candidate[]): Promise<Found[]> {
  const { workers, bug, interrupted } = search;
  const files = new Map(search.scenarios.map(({ name, file }) => [name, file]));
  const results = new Map<number, Found>();
  const queue = [...round];
  const drive = async (index: number): Promise<void> => {
    for (let candidate = queue.shift(); candidate !== undefined; candidate = queue.shift()) {
      if (interrupted.aborted) return;
      const { number, scenario: name, seed, plan } = candidate;
      const job: SearchJob = { scenario: files.get(name)!, name, seed, plan, bug };
      try {
        const result = await workers.ask(index, 'search', job);
        results.set(number, { ...result, candidate });
      } catch (error) {
        if (interrupted.aborted) return;
        search.onTrouble(candidate, error as Error);
      }
    }
  };
  await Promise.all(Array.from({ length: workers.count }, (_, index) => drive(index)));
  return round.map(({ number }) => results.get(number)).filter((found) => found !== undefined);
}
