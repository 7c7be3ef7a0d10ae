import { describe, expect, it } from 'vitest';
import type { Observation } from '../../../src/kafka/observation.ts';
import type { FaultInput } from '../../../src/trial/faults/registry.ts';
import { sightNames, triggerSchema, Watch } from '../../../src/trial/faults/trigger.ts';
import { runTrial } from '../../../src/trial/runner/trial.ts';
import { scenario } from '../../../src/trial/scenario/scenario.ts';
import { leads } from '../checkers/scenes.ts';

const watch = (trigger: object): Watch =>
  new Watch(triggerSchema.parse(trigger), (node) => `b${node}`);

describe('a trigger', () => {
  it('waits for the nth sight, and is seen once', () => {
    const second = watch({ seen: 'leader-elected', nth: 2 });
    const sights = [1, 2, 3].map((epoch) => second.observe(leads(1, epoch, 0)));
    expect(sights).toEqual([false, true, false]);
  });

  it('may be about a partition, a node, or the broker that a record is about', () => {
    const registered: Observation = {
      kind: 'broker-committed',
      node: 1,
      offset: 5,
      broker: 3,
      brokerEpoch: 5,
      fenced: true,
      inControlledShutdown: false,
    };
    expect(watch({ seen: 'leader-elected', of: 'orders-0' }).observe(leads(1, 1, 0))).toBe(true);
    expect(watch({ seen: 'leader-elected', of: 'orders-1' }).observe(leads(1, 1, 0))).toBe(false);
    expect(watch({ seen: 'leader-elected', of: 'b1' }).observe(leads(1, 1, 0))).toBe(true);
    expect(watch({ seen: 'registered', of: 'b3' }).observe(registered)).toBe(true);
    expect(watch({ seen: 'registered', of: 'b1' }).observe(registered)).toBe(false);
  });
});

const triggered = (...script: FaultInput[]) =>
  scenario({
    name: 'triggered',
    description: 'Faults that strike when something is seen.',
    topics: [{ name: 'orders', configs: { 'min.insync.replicas': '2' } }],
    cluster: { settings: { replicaLagTimeMaxMs: 2_000 } },
    phases: { warmUpMs: 4_000, chaosMs: 12_000, calmMs: 1_000 },
    faults: { script },
  });

describe('a fault with a trigger', () => {
  it('strikes so long after the sight', async () => {
    const { result } = await runTrial(
      triggered(
        { kind: 'restart', atMs: 1_000, target: 'leader of orders-0', durationMs: 1_000 },
        {
          kind: 'pause',
          target: 'leader of orders-0',
          durationMs: 500,
          when: { seen: 'leader-elected', of: 'orders-0', afterMs: 300 },
        },
        { kind: 'pause', target: 'b1', durationMs: 500, when: { seen: 'truncated', nth: 10_000 } },
      ),
      '1',
    );
    const [shutDown, pause, never] = result.faults;
    expect(pause).toMatchObject({ kind: 'pause', tookEffect: true });
    expect(pause!.at).toBeGreaterThan(shutDown!.at + 300);
    expect(pause!.at).toBeLessThan(shutDown!.at + 2_000);
    expect(pause!.struck[0]!.machine).not.toBe(shutDown!.struck[0]!.machine);
    expect(never).toMatchObject({ at: -1, tookEffect: false });
    expect(never!.withheld).toContain('never came');
    expect(result.violations).toEqual([]);
  });

  it('can wait for each of the sights, and all come in an eventful trial', async () => {
    const script = sightNames.map((seen): FaultInput => {
      return { kind: 'clock-jump', atMs: 0, target: 'b1', durationMs: 10, when: { seen } };
    });
    const events: FaultInput[] = [
      { kind: 'restart', atMs: 0, target: 'leader of orders-1', durationMs: 500 },
      { kind: 'isolate', atMs: 4_000, target: 'a follower of orders-0', durationMs: 6_000 },
      { kind: 'isolate', atMs: 5_000, target: 'the next leader of orders-0', durationMs: 5_000 },
      { kind: 'isolate', atMs: 12_000, target: 'leader of orders-0', durationMs: 15_000 },
      { kind: 'crash', atMs: 29_000, target: 'controller', durationMs: 2_000 },
    ];
    const { result, plan } = await runTrial(triggered(...script, ...events), '1');
    const unseen = result.faults
      .filter(({ at }) => at < 0)
      .map(({ id }) => plan.faults[id]!.when!.seen);
    expect(unseen).toEqual([]);
  });
});
