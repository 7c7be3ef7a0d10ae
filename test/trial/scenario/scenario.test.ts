import { describe, expect, it } from 'vitest';
import { defaultNodeSettings } from '../../../src/kafka/config.ts';
import { parsePlan } from '../../../src/trial/plan/plan.ts';
import { type ScenarioInput, scenario } from '../../../src/trial/scenario/scenario.ts';
import { nodeSettings } from '../../../src/trial/settings/settings.ts';

const minimal: ScenarioInput = { name: 'mine', description: 'Something happens.' };

describe('a scenario', () => {
  it('fills in defaults', () => {
    const checked = scenario(minimal);
    expect(checked.cluster).toMatchObject({ brokers: 3, controllers: 'combined' });
    expect(checked.workload).toMatchObject({
      producers: 3,
      recordsPerSecond: 50,
      acks: 'all',
      idempotent: true,
    });
    expect(checked.faults).toEqual({ script: [], points: 'drawn' });
  });

  it.each([
    [{ ...minimal, name: 'Not So' }, 'name: lower case letters'],
    [{ ...minimal, cluster: { brokers: 0 } }, 'cluster.brokers'],
    [{ ...minimal, workload: { acks: 2 } }, 'workload.acks'],
    [{ ...minimal, flauts: {} }, 'flauts'],
    [{ ...minimal, breaks: 'everything' }, 'breaks'],
    [{ ...minimal, cluster: { settings: { replicaLagTime: 3 } } }, 'replicaLagTime'],
    [
      {
        ...minimal,
        faults: { script: [{ kind: 'earthquake', atMs: 1, target: 'b1', durationMs: 1 }] },
      },
      'faults.script.0.kind',
    ],
    [
      {
        ...minimal,
        faults: { script: [{ kind: 'crash', atMs: -1, target: 'b1', durationMs: 1 }] },
      },
      'faults.script.0.atMs',
    ],
  ])('refuses what is wrong and names the field: %#', (input, field) => {
    expect(() => scenario(input as ScenarioInput)).toThrow(field);
  });

  it('overrides settings and keeps the others', () => {
    const checked = scenario({
      ...minimal,
      cluster: { settings: { replicaLagTimeMaxMs: 5_000, topicDefaults: { segmentBytes: 99 } } },
    });
    const settings = nodeSettings(checked.cluster.settings);
    expect(settings.replicaLagTimeMaxMs).toBe(5_000);
    expect(settings.topicDefaults.segmentBytes).toBe(99);
    expect(settings.brokerSessionTimeoutMs).toBe(defaultNodeSettings.brokerSessionTimeoutMs);
  });
});

describe('a plan', () => {
  it.each([
    ['{', 'not JSON'],
    ['{}', 'scenario'],
    [
      JSON.stringify({
        scenario: 'x',
        seed: '1',
        workload: {},
        faults: [{ kind: 'crash', atMs: 1, durationMs: 1 }],
      }),
      'faults.0.target',
    ],
  ])('that is damaged is refused with its source and field: %#', (text, field) => {
    expect(() => parsePlan(text, 'some/plan.json')).toThrow('plan some/plan.json');
    expect(() => parsePlan(text, 'some/plan.json')).toThrow(field);
  });
});
