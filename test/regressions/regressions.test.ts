/**
 * Plans that once broke a promise, why, and what must recur in each: a plan in which the old
 * situation does not come about any more has proved nothing, and fails. They are kept as plans, not
 * as seeds: a change of the code shifts what a seed draws. New ones go into `plans/` and get a line
 * here; a scenario keeps its name, which seeds the world together with the number.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import chaos from '../../scenarios/chaos.ts';
import fullDisk from '../../scenarios/full-disk.ts';
import swarm from '../../scenarios/swarm.ts';
import type { Observation } from '../../src/kafka/observation.ts';
import { Coverage } from '../../src/trial/coverage/coverage.ts';
import { parsePlan } from '../../src/trial/plan/plan.ts';
import { runTrial } from '../../src/trial/runner/trial.ts';
import type { Scenario } from '../../src/trial/scenario/scenario.ts';
import { alone, farNetwork, heavy, unevenNetwork } from './scenarios.ts';

interface Regression {
  readonly plan: string;
  readonly scenario: Scenario;
  readonly cause: string;
  /** A mark that must be reached again, or whether one of these observations is it. */
  readonly recurs: string | Sight;
}

/** Told of each observation in turn: true when it is what must recur. */
type Sight = () => (observation: Observation) => boolean;

/** A leader starts of which a later epoch is committed already. */
const lateLeader: Sight = () => {
  const newest = new Map<string, number>();
  return (seen) => {
    if (seen.kind === 'partition-committed') {
      const known = newest.get(seen.partition) ?? -1;
      newest.set(seen.partition, Math.max(known, seen.leaderEpoch));
    }
    return seen.kind === 'leader-started' && seen.leaderEpoch < (newest.get(seen.partition) ?? -1);
  };
};

const regressions: readonly Regression[] = [
  {
    plan: 'failed-sync-of-a-rolled-segment',
    scenario: heavy,
    cause: 'a log whose background flush had failed went on answering reads, without what was lost',
    recurs: 'flush-failed',
  },
  {
    plan: 'request-before-stored-election',
    scenario: fullDisk,
    cause: 'a voter heard requests before it knew its stored election, and its epoch fell',
    recurs: 'quorum-not-ready',
  },
  {
    plan: 'late-registration-of-a-former-life',
    scenario: heavy,
    cause: 'a held-up registration of a former process replaced the living one, fenced for ever',
    recurs: 'registration-replaced',
  },
  {
    plan: 'late-news-of-an-election',
    scenario: heavy,
    cause: 'the checker blamed a leader that learned late of its election for what later ones took',
    recurs: lateLeader,
  },
  {
    plan: 'appends-of-a-process-that-has-ended',
    scenario: alone,
    cause: 'what a process showed after it had ended itself, in the same event, was taken for real',
    recurs: 'shown-after-end',
  },
  {
    plan: 'first-batch-of-a-new-producer-refused',
    scenario: unevenNetwork,
    cause:
      'a leader took a later batch of a producer it did not know, and the first stood behind it',
    recurs: 'first-batch-sent-again',
  },
  {
    plan: 'first-batch-overtaken-far-away',
    scenario: farNetwork,
    cause:
      'the same, where the first batch was not acknowledged: records of one key changed places',
    recurs: 'first-batch-sent-again',
  },
  {
    plan: 'cut-while-a-flush-is-held',
    scenario: chaos,
    cause: 'a voter took for durable what had been cut from its log since the flush',
    recurs: 'cut-during-flush',
  },
  {
    plan: 'cut-after-a-failed-sync',
    scenario: swarm,
    cause: 'a log whose disk had failed was cut by what the failure had left of it, far too low',
    recurs: 'flush-failed',
  },
];

/** Counts what a trial reaches, and waits for what must recur. */
class Recurrence extends Coverage {
  readonly #mark: string | null;
  readonly #isIt: (observation: Observation) => boolean;
  #seen = false;

  constructor(recurs: string | Sight) {
    super();
    this.#mark = typeof recurs === 'string' ? recurs : null;
    this.#isIt = typeof recurs === 'string' ? () => false : recurs();
  }

  override observe(observation: Observation): void {
    super.observe(observation);
    if (this.#isIt(observation)) this.#seen = true;
  }

  get came(): boolean {
    return this.#seen || (this.#mark !== null && this.times('mark', this.#mark) > 0);
  }
}

/** A change of the code shifts what happens when: it recurs under one of so many seeds. */
const mostSeeds = 30;

describe('what once broke holds now:', () => {
  for (const { plan: name, scenario, cause, recurs } of regressions) {
    it(cause, { timeout: 120_000 }, async () => {
      const file = resolve(import.meta.dirname, 'plans', `${name}.json`);
      const saved = parsePlan(readFileSync(file, 'utf8'), file);
      let came = false;
      for (let more = 0; more < mostSeeds && !came; more++) {
        const plan = { ...saved, seed: String(Number(saved.seed) + more) };
        const coverage = new Recurrence(recurs);
        const { result } = await runTrial(scenario, plan.seed, { plan, coverage });
        expect(result.faults.length).toBeGreaterThan(0);
        expect(result.violations).toEqual([]);
        expect(result.verdict).toBe('pass');
        came = coverage.came;
      }
      expect(came, `${name} no longer bites: the old situation did not recur`).toBe(true);
    });
  }
});

it('a plan in which nothing recurs is told', async () => {
  const file = resolve(import.meta.dirname, 'plans', 'late-news-of-an-election.json');
  const plan = { ...parsePlan(readFileSync(file, 'utf8'), file), faults: [] };
  const coverage = new Recurrence(lateLeader);
  await runTrial(heavy, plan.seed, { plan, coverage });
  expect(coverage.came).toBe(false);
});
