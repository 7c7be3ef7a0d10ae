import { describe, expect, it } from 'vitest';
import {
  type FaultInput,
  type FaultKindName,
  faultKindNames,
} from '../../../src/trial/faults/registry.ts';
import { runTrial } from '../../../src/trial/runner/trial.ts';
import { scenario } from '../../../src/trial/scenario/scenario.ts';
import { faultEffectInWords } from '../../../src/trial/words.ts';

/** One fault on a busy cluster, and the words in which its report says that it struck. */
const cases: Record<FaultKindName, { fault: FaultInput; effect: RegExp }> = {
  crash: { fault: strike('crash'), effect: /killed the process, reset [1-9]\d* connections/ },
  'power-loss': {
    fault: strike('power-loss'),
    effect: /silenced [1-9]\d* connections, lost [1-9]\d* writes/,
  },
  pause: { fault: strike('pause'), effect: /froze the process for 6000 ms/ },
  restart: { fault: strike('restart'), effect: /shut down and started again/ },
  wipe: { fault: strike('wipe', { target: 'b4' }), effect: /took the power, silenced [1-9]/ },
  isolate: { fault: strike('isolate'), effect: /held [1-9]\d* segments/ },
  'one-way-partition': { fault: strike('one-way-partition'), effect: /held [1-9]\d* segments/ },
  split: { fault: strike('split'), effect: /held [1-9]\d* segments/ },
  bridge: { fault: strike('bridge'), effect: /held [1-9]\d* segments/ },
  'majority-ring': { fault: strike('majority-ring'), effect: /held [1-9]\d* segments/ },
  clog: { fault: strike('clog'), effect: /held [1-9]\d* segments/ },
  swizzle: { fault: strike('swizzle'), effect: /held [1-9]\d* segments/ },
  'slow-network': {
    fault: strike('slow-network', { factor: 50 }),
    effect: /slowed [1-9]\d* segments/,
  },
  'full-disk': { fault: strike('full-disk'), effect: /refused [1-9]\d* writes/ },
  'slow-disk': { fault: strike('slow-disk', { factor: 50 }), effect: /held [1-9]\d* calls up/ },
  'stalled-disk': { fault: strike('stalled-disk'), effect: /held [1-9]\d* calls up/ },
  'failed-sync': { fault: strike('failed-sync'), effect: /failed 1 syncs/ },
  'read-error': { fault: strike('read-error'), effect: /failed 1 reads/ },
  'clock-jump': {
    fault: strike('clock-jump', { offsetMs: -5_000 }),
    effect: /moved the wall clock by -5000 ms/,
  },
  'clock-drift': { fault: strike('clock-drift'), effect: /drift by 50000 parts per million/ },
};

function strike(kind: FaultKindName, parameters: object = {}): FaultInput {
  const when = { atMs: 1_000, target: 'leader of orders-0', durationMs: 6_000 };
  return { kind, ...when, ...parameters } as FaultInput;
}

describe('faults', () => {
  it('all kinds are covered here', () => {
    expect(Object.keys(cases).sort()).toEqual([...faultKindNames].sort());
  });

  for (const [kind, { fault, effect }] of Object.entries(cases)) {
    it(`${kind} bites, and the cluster bears it`, async () => {
      const { result } = await runTrial(oneFault(fault), '1');
      expect(result.faults).toHaveLength(1);
      expect(result.faults[0]).toMatchObject({ kind, tookEffect: true });
      expect(faultEffectInWords(result.faults[0]!)).toMatch(effect);
      expect(result.violations).toEqual([]);
      expect(result.verdict).toBe('pass');
    });
  }

  it('a fault that touches nothing says so', async () => {
    const second: FaultInput = { kind: 'crash', atMs: 2_000, target: 'b2', durationMs: 1_000 };
    const first: FaultInput = { kind: 'crash', atMs: 1_000, target: 'b2', durationMs: 5_000 };
    const { result } = await runTrial(oneFault(first, second), '1');
    expect(result.faults.map((fault) => fault.tookEffect)).toEqual([true, false]);
    expect(faultEffectInWords(result.faults[1]!)).toBe('none: it touched nothing');
  });

  it('a fault that needs a whole cluster is withheld while it is not', async () => {
    const first: FaultInput = { kind: 'crash', atMs: 1_000, target: 'b2', durationMs: 5_000 };
    const second: FaultInput = {
      kind: 'power-loss',
      atMs: 2_000,
      target: 'b3',
      durationMs: 1_000,
      needs: 'whole',
    };
    const { result } = await runTrial(oneFault(first, second), '1');
    expect(faultEffectInWords(result.faults[1]!)).toBe(
      'none: beyond the budget while crash is in force',
    );
  });
});

/** Each append is flushed where syncs are to fail: elsewhere they are too rare to be met. */
function oneFault(...script: FaultInput[]) {
  const flushes = script.some((fault) => fault.kind === 'failed-sync');
  return scenario({
    name: 'one-fault',
    description: 'One fault on a busy cluster of four brokers and three controllers.',
    cluster: { brokers: 4, controllers: 3 },
    topics: [
      {
        name: 'orders',
        configs: { 'min.insync.replicas': '2', ...(flushes ? { 'flush.messages': '1' } : {}) },
      },
    ],
    phases: { warmUpMs: 4_000, chaosMs: 8_000, calmMs: 1_000 },
    faults: { script },
  });
}
