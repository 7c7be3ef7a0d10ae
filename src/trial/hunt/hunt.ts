/**
 * The hunt: searches for failing plans. It keeps the plans that reached something new and varies
 * them; new seeds come in between. Deterministic for its seed and number of trials, however many
 * run at once: candidates are given out in rounds, and a round learns in the order of its numbers.
 */
import { assert } from '../../base/assert.ts';
import { drawOne } from '../../base/draw.ts';
import type { RandomStream } from '../../host/random.ts';
import { SimRandom } from '../../sim/random.ts';
import type { Features } from '../coverage/coverage.ts';
import type { Plan } from '../plan/plan.ts';
import { chooseCorpus } from './corpus.ts';
import { vary } from './mutate.ts';
import { isFree } from './vary-activities.ts';

export interface Candidate {
  /** Its number in the hunt, from 1. */
  readonly number: number;
  readonly scenario: string;
  readonly seed: string;
  /** A varied plan; null for the seed's own. */
  readonly plan: Plan | null;
}

/** What one trial of a candidate brought. */
export interface Catch {
  readonly candidate: Candidate;
  readonly plan: Plan;
  readonly features: Features;
}

/** A plan that reached something first. */
interface Kept {
  readonly scenario: string;
  readonly plan: Plan;
  readonly features: Features;
  /** How many features it was the first to reach; more are varied more often. */
  readonly worth: number;
}

/** So many candidates are given out before any of them is learned from. */
export const roundSize = 8;

/** So many trials at most; seeds of candidates leave room for as many. */
export const mostTrials = 1_000_000;
export const mostHuntSeed = Math.floor(Number.MAX_SAFE_INTEGER / mostTrials) - 1;

export class Hunt {
  readonly #scenarios: readonly string[];
  readonly #random: RandomStream;
  readonly #seed: number;
  /** Plans to begin with that are not given out yet, the next one last. */
  readonly #corpus: Plan[];
  readonly #kept: Kept[] = [];
  /** Buckets of counts reached, by feature: 1, 2, 3–4, 5–8, … */
  readonly #reached = new Map<string, number>();
  #given = 0;

  /**
   * `scenarios` are their names; each is drawn from in turn. `seed` is at most `mostHuntSeed`.
   * `corpus`: plans that earlier hunts have kept.
   */
  constructor(scenarios: readonly string[], seed: number, corpus: readonly Plan[] = []) {
    assert(seed <= mostHuntSeed, 'seeds of candidates are safe integers');
    this.#scenarios = scenarios;
    this.#seed = seed;
    this.#corpus = [...corpus].reverse();
    this.#random = new SimRandom(String(seed), 'hunt/').stream('candidates');
  }

  /** Features reached so far. */
  get reached(): number {
    return this.#reached.size;
  }

  /** The next round of candidates. */
  round(): Candidate[] {
    return Array.from({ length: roundSize }, () => this.#next());
  }

  /** So many seeds with plans of their own, for plain drawing. */
  seeds(count: number): Candidate[] {
    return Array.from({ length: count }, () => this.#fresh(++this.#given));
  }

  /** Learns from a round, given in the order of its numbers. True for each that was new. */
  learn(round: readonly Catch[]): readonly boolean[] {
    return round.map(({ candidate, plan, features }) => {
      const worth = this.#countNew(features);
      if (worth === 0) return false;
      this.#kept.push({ scenario: candidate.scenario, plan, features, worth });
      return true;
    });
  }

  /** At most so many plans for the next hunt to begin with. */
  corpus(most: number): Plan[] {
    return chooseCorpus(this.#kept, most);
  }

  #next(): Candidate {
    const number = ++this.#given;
    // Of four, three of the corpus: what it reaches is known, a seed may reach something else.
    const known = number % 4 === 0 ? undefined : this.#corpus.pop();
    if (known !== undefined)
      return { number, scenario: known.scenario, seed: known.seed, plan: known };
    // Three of four vary what is known once there is something to vary.
    const varies = this.#kept.length > 0 && this.#random.int(4) > 0;
    if (varies) return this.#varied(number);
    return this.#fresh(number);
  }

  #fresh(number: number): Candidate {
    const scenario = this.#scenarios[number % this.#scenarios.length]!;
    return { number, scenario, seed: this.#seedOf(number), plan: null };
  }

  /** A seed that `replay` takes, another for each candidate. */
  #seedOf(number: number): string {
    return String(this.#seed * mostTrials + number);
  }

  #varied(number: number): Candidate {
    const one = this.#draw(this.#kept);
    const alike = this.#kept.filter((other) => isSameCluster(one.plan, other.plan));
    const other = drawOne(alike, this.#random);
    const plan = vary(one.plan, other.plan, this.#random);
    // Another seed under the plan: other latencies, other interleavings.
    const seed = this.#random.int(2) === 0 ? plan.seed : this.#seedOf(number);
    return { number, scenario: one.scenario, seed, plan: { ...plan, seed } };
  }

  /** Of two drawn, the one of more worth; late ones count, so that the hunt goes on deeper. */
  #draw(kept: readonly Kept[]): Kept {
    const [a, b] = [drawOne(kept, this.#random), drawOne(kept.slice(-recent), this.#random)];
    return b.worth >= a.worth ? b : a;
  }

  #countNew(features: Features): number {
    let worth = 0;
    for (const [feature, count] of features) {
      const bucket = bucketOf(count);
      const known = this.#reached.get(feature) ?? 0;
      if (bucket <= known) continue;
      worth += known === 0 ? 4 : 1;
      this.#reached.set(feature, bucket);
    }
    return worth;
  }
}

const recent = 24;

function bucketOf(count: number): number {
  let bucket = 1;
  for (let rest = count; rest > 1; rest = Math.ceil(rest / 2)) bucket++;
  return bucket;
}

/** Whether faults of one plan mean the same machines and partitions under the other. */
function isSameCluster(a: Plan, b: Plan): boolean {
  return shapeOf(a) === shapeOf(b);
}

/** All that decides what may be struck, and what the budget allows. */
function shapeOf({ scenario, cluster, topics, workload, activities }: Plan): string {
  const { acks, idempotent, producers, consumers } = workload;
  const binding = (activities ?? []).filter((one) => !isFree(one));
  const clients = [acks, idempotent, producers, consumers, binding];
  return JSON.stringify([scenario, cluster, topics, ...clients]);
}
