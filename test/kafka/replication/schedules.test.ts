import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ReplicationRules } from '../../../src/kafka/replication/rules.ts';
import { Lab } from './lab.ts';
import { Broken, settle } from './lab-promises.ts';

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
  if ('which' in step) {
    const fetch = lab.fetches[step.which];
    if (fetch === undefined) return;
    if (step.do === 'arrive') lab.arrive(fetch);
    else if (step.do === 'deliver') lab.deliver(fetch);
    else lab.fetches.splice(step.which, 1);
  } else if ('who' in step) {
    actions[step.do](lab, step.who);
  } else if (step.do === 'answer') lab.answer();
  else if (step.do === 'learn-all') lab.learnAll();
  else lab.nowUs += 20_000_000;
}

type Action = Extract<Step, { who: number }>['do'];

const actions: { readonly [A in Action]: (lab: Lab, id: number) => unknown } = {
  produce: (lab, id) => lab.produce(id),
  fetch: (lab, id) => lab.fetch(id),
  ask: (lab, id) => lab.ask(id),
  learn: (lab, id) => lab.learn(id),
  elect: (lab, id) => lab.elect(id),
  crash: (lab, id) => lab.crash(id),
  restart: (lab, id) => lab.restart(id),
  checkpoint: (lab, id) => lab.checkpoint(id),
  'check-lag': (lab, id) => lab.checkLag(id),
};

function run(
  steps: readonly Step[],
  minInsyncReplicas: number,
  rules: Partial<ReplicationRules>,
): void {
  const lab = new Lab({ minInsyncReplicas, rules });
  for (const each of steps) apply(lab, each);
  settle(lab);
}

const schedule = fc.array(step, { minLength: 20, maxLength: 120 });

describe('replication under random schedules', () => {
  it.each([1, 2])('loses nothing that is committed, with min ISR %i', (minInsyncReplicas) => {
    fc.assert(
      fc.property(schedule, (steps) => run(steps, minInsyncReplicas, {})),
      { numRuns: 60 },
    );
  });

  it('is broken by such a schedule when followers do not ask again (KIP-279)', () => {
    const rules: Partial<ReplicationRules> = {
      truncationOnDivergence: (leaderEnd, _own, logEndOffset) =>
        Math.min(leaderEnd.endOffset, logEndOffset),
      lastFetchedEpoch: (latest, truncated) => (truncated ? -1 : latest),
    };
    const property = fc.property(schedule, (steps) => run(steps, 1, rules));
    const result = fc.check(property, { seed: 7, numRuns: 1500, endOnFailure: true });
    expect(result.failed).toBe(true);
    expect(result.errorInstance).toBeInstanceOf(Broken);
  });
});
