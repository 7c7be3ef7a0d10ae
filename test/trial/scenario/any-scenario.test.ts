/**
 * Whatever the schema takes ends with a verdict, whatever it does not take is refused: scenarios,
 * settings and plans drawn over and beyond their bounds. `ANY_SCENARIOS=500 npx vitest run
 * test/trial/scenario/any-scenario.test.ts` is the long form.
 */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultNodeSettings, defaultTopicSettings } from '../../../src/kafka/config.ts';
import { topicConfigs } from '../../../src/kafka/metadata/topic-configs.ts';
import { faultKindNames } from '../../../src/trial/faults/registry.ts';
import { type Plan, parsePlan } from '../../../src/trial/plan/plan.ts';
import { runTrial } from '../../../src/trial/runner/trial.ts';
import {
  InvalidInputError,
  type ScenarioInput,
  scenario,
} from '../../../src/trial/scenario/scenario.ts';

const runs = Number(process.env.ANY_SCENARIOS ?? 12);

/** Mostly what may be, often at a bound, and sometimes what may not. */
const around = (...usual: number[]): fc.Arbitrary<number> =>
  fc.oneof(
    { weight: 80, arbitrary: fc.constantFrom(...usual) },
    { weight: 1, arbitrary: fc.constantFrom(-1, 0, 0.5, 2 ** 31, 2 ** 53 - 1) },
  );

const overridesOf = (defaults: object): fc.Arbitrary<object> => {
  const fields = Object.entries(defaults).map(([name, value]): [string, fc.Arbitrary<unknown>] => {
    const { boolean, constant } = fc;
    if (typeof value === 'boolean') return [name, boolean()];
    if (typeof value !== 'number') return [name, constant(value)];
    return [name, around(value, Math.ceil(value / 2), 600, 2_000)];
  });
  const chosen = fc.subarray(fields, { maxLength: 2 });
  return chosen.chain((some) => fc.record(Object.fromEntries(some)));
};

const { topicDefaults: _, ...nodeDefaults } = defaultNodeSettings;

const target = fc.constantFrom('b1', 'p1', 'c1', 'controller', 'leader of orders-0', 'all nodes');

const fault = fc.record(
  {
    kind: fc.constantFrom(...faultKindNames),
    atMs: around(0, 100, 700),
    durationMs: around(0, 50, 900),
    target,
    needs: fc.constantFrom('nothing', 'recovered', 'copy', 'whole'),
  },
  { noNullPrototype: true },
);

const workload = fc.record(
  {
    producers: around(1, 2),
    consumers: around(0, 1, 2),
    recordsPerSecond: around(1, 30, 100),
    recordBytes: around(16, 100, 1_000_000),
    acks: fc.constantFrom('all', 'all', 0, 1),
    idempotent: fc.constantFrom(false, false, true),
    maxInFlight: around(1, 5),
    lingerMs: around(0, 5, 100),
    requestTimeoutMs: around(100, 1_000),
    deliveryTimeoutMs: around(1_500, 5_000),
  },
  { requiredKeys: ['deliveryTimeoutMs', 'requestTimeoutMs'], noNullPrototype: true },
);

const config = fc.constantFrom(...topicConfigs.map(({ name }) => name));
const configs = fc.dictionary(config, fc.constantFrom('1', '2', '1000'), {
  maxKeys: 1,
  noNullPrototype: true,
});

const input = fc.record({
  name: fc.constant('any'),
  description: fc.constant('Whatever may be.'),
  cluster: fc.record({
    brokers: fc.constantFrom(1, 2, 2, 3, 3),
    controllers: fc.constantFrom('combined', 1, 3),
    racks: fc.constantFrom([], ['a'], ['a', 'b']),
    settings: fc
      .tuple(overridesOf(nodeDefaults), overridesOf(defaultTopicSettings))
      .map(([node, topicDefaults]) => ({ ...node, topicDefaults })),
  }),
  topics: fc.tuple(
    fc.record({
      name: fc.constant('orders'),
      partitions: fc.integer({ min: 1, max: 3 }),
      replicationFactor: fc.constantFrom(1, 1, 1, 2),
      configs,
    }),
  ),
  workload,
  phases: fc.record({
    warmUpMs: around(0, 500),
    chaosMs: around(0, 1_000),
    healWithinMs: around(1_000, 3_000),
    calmMs: around(0, 200),
  }),
  network: fc.record({
    latencyUs: around(10, 300, 50_000),
    jitterUs: around(0, 200),
    tailPerMille: around(0, 5, 1000),
  }),
  faults: fc.record(
    {
      script: fc.array(fault, { maxLength: 3 }),
      random: fc.record({
        everyMs: around(100, 500),
        kinds: fc.subarray([...faultKindNames], { minLength: 1 }),
        targets: fc.array(target, { minLength: 1, maxLength: 2 }),
        durationMs: fc.tuple(around(0, 100), around(1, 400)),
      }),
    },
    { requiredKeys: ['script'] },
  ),
});

/** True for what ended with a verdict, false for what was refused; anything else is thrown. */
async function ends(given: unknown, plan: unknown): Promise<boolean> {
  try {
    const checked = scenario(given as ScenarioInput);
    const read: Plan | null = plan === null ? null : parsePlan(JSON.stringify(plan), 'any.json');
    const { result } = await runTrial(checked, '1', { plan: read });
    expect(['pass', 'fail', 'inconclusive']).toContain(result.verdict);
    return true;
  } catch (error) {
    if (error instanceof InvalidInputError) return false;
    throw error;
  }
}

describe('any scenario', () => {
  it('ends with a verdict, or is refused', { timeout: 60_000 * runs }, async () => {
    let verdicts = 0;
    // So many are refused that ten times as many must be drawn.
    const property = fc.asyncProperty(input, async (given) => {
      if (verdicts < runs && (await ends(given, null))) verdicts++;
    });
    await fc.assert(property, { numRuns: runs * 10, seed: 1, endOnFailure: true });
    expect(verdicts).toBeGreaterThan(runs / 4);
  });

  it('ends with any plan, or refuses it', { timeout: 60_000 * runs }, async () => {
    const calm = {
      name: 'any',
      description: 'Whatever may be.',
      phases: { warmUpMs: 500, chaosMs: 500, healWithinMs: 2_000, calmMs: 0 },
    };
    const plans = fc.record({
      scenario: fc.constant('any'),
      seed: fc.constant('1'),
      workload,
      faults: fc.array(fault, { maxLength: 4 }),
    });
    let verdicts = 0;
    const property = fc.asyncProperty(plans, async (plan) => {
      if (verdicts < runs && (await ends(calm, plan))) verdicts++;
    });
    await fc.assert(property, { numRuns: runs * 4, seed: 1, endOnFailure: true });
    expect(verdicts).toBeGreaterThan(runs / 4);
  });
});
