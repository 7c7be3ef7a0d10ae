import { describe, expect, it } from 'vitest';
import type { ActivityInput } from '../../../src/trial/activities/registry.ts';
import { parsePlan } from '../../../src/trial/plan/plan.ts';
import { checkTrial } from '../../../src/trial/runner/trial.ts';
import { type ScenarioInput, scenario } from '../../../src/trial/scenario/scenario.ts';

const mine = (activity: object | object[], others: Partial<ScenarioInput> = {}) => {
  const script = (Array.isArray(activity) ? activity : [activity]) as ActivityInput[];
  const input = { name: 'mine', description: 'Something happens.', activities: { script } };
  return scenario({ ...input, ...others });
};

const by = 'a1';
const remove = { kind: 'delete-topic', by, topic: 'orders' };

describe('activities of a scenario', () => {
  it('are taken with their defaults', () => {
    const { activities } = mine([remove, { kind: 'create-topic', by, topic: 'new' }]);
    expect(activities.script[1]).toEqual({
      kind: 'create-topic',
      by: 'a1',
      atMs: 0,
      topic: 'new',
      partitions: 3,
      replicationFactor: 3,
      configs: {},
    });
  });

  it.each([
    [{ kind: 'dance', by }, 'activities.script.0.kind'],
    [{ ...remove, topic: '' }, 'activities.script.0.topic'],
    [{ ...remove, atMs: -1 }, 'activities.script.0.atMs'],
    [{ ...remove, by: 'b1' }, 'activities.script.0.by: a client: a1, p1, c1'],
    [{ ...remove, twice: true }, 'twice'],
    [{ ...remove, by: 'p1' }, 'activities 0 (delete-topic).by: "p1" is no administrator'],
    [{ ...remove, topic: 'x' }, '(delete-topic).topic: "x" is neither among the topics'],
    [{ ...remove, atMs: 70_000 }, 'atMs: 70000 is after chaos, which ends at chaosMs 60000'],
    [
      { kind: 'rest', by: 'c4', durationMs: 1 },
      'by: "c4" is no consumer of this trial: give c1 to c3',
    ],
    [{ kind: 'burst', by: 'p1', records: 10_001 }, 'activities.script.0.records'],
    [{ kind: 'large-records', by: 'p1', recordBytes: 900_001 }, 'activities.script.0.recordBytes'],
    [{ kind: 'create-topic', by, topic: 'a', replicationFactor: 4 }, 'needs as many brokers'],
    [{ kind: 'create-topic', by, topic: '..' }, '(create-topic).topic'],
    [{ kind: 'create-topic', by, topic: 'a', configs: { colour: 'red' } }, 'colour'],
    [{ kind: 'alter-topic', by, topic: 'orders', configs: { 'flush.ms': 'x' } }, 'flush.ms'],
    [{ kind: 'alter-topic', by, topic: 'orders', configs: {} }, 'configs: give one at least'],
    [{ kind: 'alter-broker', by, configs: { 'node.id': '3' } }, 'node.id'],
    [{ kind: 'alter-broker', by, broker: '7', configs: { 'log.roll.ms': '9' } }, 'none of 1 to 3'],
    [{ kind: 'read-metadata', by, broker: 4 }, '(read-metadata).broker: 4 is none of 1 to 3'],
  ])('are refused with the field where they are wrong: %#', (activity, field) => {
    expect(() => mine(activity)).toThrow(field);
  });

  it('are bounded in number and in what they write and make', () => {
    const lookUp = { kind: 'look-up', by: 'c1', topic: 'orders', partition: 0, agoMs: 1 };
    expect(() => mine(Array.from({ length: 201 }, () => lookUp))).toThrow('more than 200');
    const wide = { kind: 'create-topic', by, topic: 'w', partitions: 64 };
    const many = Array.from({ length: 9 }, (_, i) => ({ ...wide, topic: `w${i}` }));
    expect(() => mine(many)).toThrow('more than 512');
    const burst = { kind: 'burst', by: 'p1', records: 10_000 };
    expect(() => mine(Array.from({ length: 200 }, () => burst))).toThrow(
      'with those of activities',
    );
    const large = { kind: 'large-records', by: 'p1', records: 100, recordBytes: 900_000 };
    expect(() => mine(Array.from({ length: 8 }, () => large))).toThrow('workload.recordBytes');
    const often = { random: { everyMs: 100, kinds: ['burst' as const] } };
    const long = { phases: { chaosMs: 86_400_000 }, workload: { recordsPerSecond: 1 } };
    expect(() => mine([], { ...long, activities: often })).toThrow(
      'activities.random.everyMs: 100',
    );
  });

  it('of a plan are held to the same', () => {
    const plan = (activity: object) =>
      parsePlan(
        JSON.stringify({
          scenario: 'mine',
          seed: '1',
          workload: {},
          faults: [],
          activities: [activity],
        }),
        'p',
      );
    expect(() => plan({ kind: 'dance' })).toThrow('activities.0.kind');
    const wrong = plan({ ...remove, topic: 'x' });
    expect(() => checkTrial(mine([]), '1', { plan: wrong })).toThrow('"x" is neither');
    checkTrial(mine([]), '1', { plan: plan(remove) });
  });
});

describe('producers that differ', () => {
  it('are held to what goes together, each by its field', () => {
    const each = [{}, { acks: 1 as const }];
    expect(() => mine([], { workload: { each } })).toThrow('workload.each.1.acks: 1 goes with');
    const slow = [{ lingerMs: 100_000 }];
    expect(() => mine([], { workload: { each: slow } })).toThrow(
      'workload.each.0.deliveryTimeoutMs',
    );
    const many = Array.from({ length: 4 }, () => ({}));
    expect(() => mine([], { workload: { each: many } })).toThrow(
      '4 are more than workload.producers 3',
    );
    expect(() => mine([], { workload: { nullKeysPerMille: 1001 } })).toThrow('nullKeysPerMille');
  });
});
