import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ReplicationRules } from '../../../src/kafka/replication/rules.ts';
import { Broken, Lab } from './lab.ts';

/**
 * Random schedules of produces, fetches whose parts are delayed against each other, proposals,
 * elections, crashes and late metadata. `Lab` checks after each step that nothing committed is lost
 * or changed.
 */
type Step =
  | {
      readonly do: 'produce' | 'fetch' | 'ask' | 'learn' | 'elect' | 'crash' | 'restart';
      readonly who: number;
    }
  | { readonly do: 'checkpoint' | 'check-lag'; readonly who: number }
  | { readonly do: 'arrive' | 'deliver' | 'drop'; readonly which: number }
  | { readonly do: 'answer' | 'wait' | 'learn-all' };

const who = fc.integer({ min: 1, max: 3 });
const which = fc.nat({ max: 5 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('produce' as const), who }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('fetch' as const), who }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('ask' as const), who }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('arrive' as const), which }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('deliver' as const), which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('drop' as const), which }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('learn' as const), who }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('elect' as const), who }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('crash' as const), who }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('restart' as const), who }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('checkpoint' as const), who }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('check-lag' as const), who }) },
  { weight: 3, arbitrary: fc.constant({ do: 'answer' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'wait' as const }) },
  { weight: 2, arbitrary: fc.constant({ do: 'learn-all' as const }) },
);

function apply(lab: Lab, step: Step): void {
  switch (step.do) {
    case 'produce':
      return void lab.produce(step.who);
    case 'fetch':
      return lab.fetch(step.who);
    case 'ask':
      return void lab.ask(step.who);
    case 'learn':
      return lab.learn(step.who);
    case 'elect':
      return lab.elect(step.who);
    case 'crash':
      return lab.crash(step.who);
    case 'restart':
      return lab.restart(step.who);
    case 'checkpoint':
      return lab.checkpoint(step.who);
    case 'check-lag':
      return lab.checkLag(step.who);
    case 'answer':
      return lab.answer();
    case 'learn-all':
      return lab.learnAll();
    case 'wait':
      lab.nowUs += 20_000_000;
      return;
    default: {
      const fetch = lab.fetches[step.which];
      if (fetch === undefined) return;
      if (step.do === 'arrive') lab.arrive(fetch);
      else if (step.do === 'deliver') lab.deliver(fetch);
      else lab.fetches.splice(step.which, 1);
    }
  }
}

function run(
  steps: readonly Step[],
  minInsyncReplicas: number,
  rules: Partial<ReplicationRules>,
): void {
  const lab = new Lab({ minInsyncReplicas, rules });
  for (const each of steps) apply(lab, each);
  lab.settle();
}

const schedule = fc.array(step, { minLength: 20, maxLength: 120 });

/** Whether some schedule breaks a promise under these rules, among the same schedules each time. */
function isCaught(rules: Partial<ReplicationRules>, runs: number): boolean {
  const property = fc.property(schedule, (steps) => run(steps, 1, rules));
  const result = fc.check(property, { seed: 7, numRuns: runs, endOnFailure: true });
  if (result.failed && !(result.errorInstance instanceof Broken)) throw result.errorInstance;
  return result.failed;
}

describe('replication under random schedules', () => {
  it.each([1, 2])('loses nothing that is committed, with min ISR %i', (minInsyncReplicas) => {
    fc.assert(
      fc.property(schedule, (steps) => run(steps, minInsyncReplicas, {})),
      { numRuns: 300 },
    );
  });

  it('breaks when followers cut to their own high watermark (KIP-101)', () => {
    expect(isCaught({ truncationOnBecomingFollower: (highWatermark) => highWatermark }, 3000)).toBe(
      true,
    );
  });
});
