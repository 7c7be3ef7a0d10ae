/**
 * Plans that once broke a promise, and why. They are kept as plans, not as seeds: a change of the
 * code shifts what a seed draws. New ones go into `plans/` and get a line here; a scenario keeps its
 * name, which seeds the world together with the number.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import chaos from '../../scenarios/chaos.ts';
import fullDisk from '../../scenarios/full-disk.ts';
import { parsePlan } from '../../src/trial/plan/plan.ts';
import { runTrial } from '../../src/trial/runner/trial.ts';
import type { Scenario } from '../../src/trial/scenario/scenario.ts';
import { alone, farNetwork, heavy, unevenNetwork } from './scenarios.ts';

interface Regression {
  readonly plan: string;
  readonly scenario: Scenario;
  readonly cause: string;
}

const regressions: readonly Regression[] = [
  {
    plan: 'failed-sync-of-a-rolled-segment',
    scenario: heavy,
    cause: 'a log whose background flush had failed went on answering reads, without what was lost',
  },
  {
    plan: 'request-before-stored-election',
    scenario: fullDisk,
    cause: 'a voter heard requests before it knew its stored election, and its epoch fell',
  },
  {
    plan: 'late-registration-of-a-former-life',
    scenario: heavy,
    cause: 'a held-up registration of a former process replaced the living one, fenced for ever',
  },
  {
    plan: 'late-news-of-an-election',
    scenario: heavy,
    cause: 'the checker blamed a leader that learned late of its election for what later ones took',
  },
  {
    plan: 'appends-of-a-process-that-has-ended',
    scenario: alone,
    cause: 'what a process showed after it had ended itself, in the same event, was taken for real',
  },
  {
    plan: 'first-batch-of-a-new-producer-refused',
    scenario: unevenNetwork,
    cause:
      'a leader took a later batch of a producer it did not know, and the first stood behind it',
  },
  {
    plan: 'first-batch-overtaken-far-away',
    scenario: farNetwork,
    cause:
      'the same, where the first batch was not acknowledged: records of one key changed places',
  },
  {
    plan: 'cut-while-a-flush-is-held',
    scenario: chaos,
    cause: 'a voter took for durable what had been cut from its log since the flush',
  },
];

describe('what once broke holds now:', () => {
  for (const { plan: name, scenario, cause } of regressions) {
    it(cause, async () => {
      const file = resolve(import.meta.dirname, 'plans', `${name}.json`);
      const plan = parsePlan(readFileSync(file, 'utf8'), file);
      const { result } = await runTrial(scenario, plan.seed, { plan });
      expect(result.faults.length).toBeGreaterThan(0);
      expect(result.violations).toEqual([]);
      expect(result.verdict).toBe('pass');
    });
  }
});
