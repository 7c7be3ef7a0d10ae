import { describe, expect, it } from 'vitest';
import {
  type FaultInput,
  type FaultKindName,
  faultKindNames,
  kindOf,
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
  'lost-answer': { fault: strike('lost-answer', { answers: 5 }), effect: /lost 5 answers/ },
  'slow-connection': {
    fault: strike('slow-connection', { nth: 3, lagMs: 200 }),
    effect: /slowed [1-9]\d* segments of one connection/,
  },
  'flapping-link': { fault: strike('flapping-link'), effect: /held [1-9]\d* segments/ },
  'rolling-restart': {
    fault: strike('rolling-restart', { target: 'all brokers' }),
    effect: /b1: shut down and started again; b2: shut .* b3: shut .* b4: shut down/,
  },
  reconfigure: {
    fault: strike('reconfigure', { settings: { replicaFetchMaxBytes: 1 } }),
    effect: /shut down and started again/,
  },
  'replaced-disk': {
    fault: strike('replaced-disk', { target: 'k2', needs: 'whole' }),
    effect: /took the power, silenced [1-9]/,
  },
  'slow-start': {
    fault: strike('slow-start'),
    effect: /killed the process, slowed [1-9]\d* syncs, held [1-9]\d* calls up/,
  },
  // What nobody reads any more is borne: the records of a replica that never leads.
  'bit-rot': { fault: damage('bit-rot', { bytes: 3 }), effect: /flipped a bit in 3 bytes/ },
  'misdirected-write': {
    fault: damage('misdirected-write', { writes: 2 }),
    effect: /misdirected 2 writes/,
  },
  'unreadable-sector': {
    fault: damage('unreadable-sector'),
    effect: /made 1 sectors unreadable/,
  },
};

function strike(kind: FaultKindName, parameters: object = {}): FaultInput {
  const when = { atMs: 1_000, target: 'leader of orders-0', durationMs: 6_000 };
  return { kind, ...when, ...parameters } as FaultInput;
}

function damage(kind: FaultKindName, parameters: object = {}): FaultInput {
  return strike(kind, { target: 'a follower of orders-0', ...parameters });
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

  it('a fault that needs a copy strikes while others are down, not where only its machine has all', async () => {
    const crash = (target: string): FaultInput => {
      return { kind: 'crash', atMs: 1_000, target, durationMs: 25_000 };
    };
    const cut: FaultInput = {
      kind: 'power-loss',
      atMs: 14_000,
      target: 'b3',
      durationMs: 1_000,
      needs: 'copy',
    };
    const one = (await runTrial(oneFault(crash('b2'), cut), '1')).result;
    expect(one.faults[1]!.withheld).toBeNull();
    expect(one.violations).toEqual([]);
    const others = [crash('b1'), crash('b2'), crash('b4')];
    const alone = (await runTrial(oneFault(...others, cut), '1')).result;
    expect(alone.faults.at(-1)!.withheld).toMatch(/beyond the budget while only they have orders-/);
  });

  it('a second one is withheld until the first has caught up', async () => {
    const cut: FaultInput = {
      kind: 'power-loss',
      atMs: 1_000,
      target: 'b3',
      durationMs: 5_000,
      needs: 'copy',
    };
    const { result } = await runTrial(oneFault(cut, { ...cut, atMs: 3_000, target: 'b2' }), '1');
    expect(result.faults[1]!.withheld).toBe(
      'beyond the budget while what was destroyed is not replaced',
    );
  });
});

describe('what several machines lose at once', () => {
  it('everybody loses the power where every append is flushed', async () => {
    const fault = strike('power-loss', { target: 'all nodes', durationMs: 1_000 });
    const { result } = await runTrial(oneFault(fault), '1');
    const [all] = result.faults;
    expect(all!.struck.map(({ machine }) => machine)).toHaveLength(7);
    for (const { effect } of all!.struck) expect(effect).toMatchObject({ powerCut: 1 });
    expect(result.violations).toEqual([]);
  });

  it('a rack is lost', async () => {
    for (const kind of ['power-loss', 'isolate'] as const) {
      const { result } = await runTrial(oneFault(strike(kind, { target: 'rack east' })), '1');
      expect(result.faults[0]!.struck.map(({ machine }) => machine)).toEqual(['b1', 'b3']);
      expect(result.faults[0]!.tookEffect).toBe(true);
    }
  });

  it("a second voter's disk is not replaced where only a majority is left", async () => {
    const first = strike('replaced-disk', { target: 'k1', durationMs: 500, needs: 'whole' });
    const second = { ...first, target: 'k2', atMs: 7_000 };
    const again = { ...first, atMs: 7_500 };
    const { result } = await runTrial(oneFault(first, second, again), '1');
    expect(result.faults.map(({ withheld }) => withheld)).toEqual([
      null,
      'beyond the budget while so many other voters have new disks',
      null,
    ]);
    expect(result.violations).toEqual([]);
  });
});

/**
 * Each append is flushed where syncs are to fail, elsewhere they are too rare to be met, and where
 * stored bytes are damaged or all machines lose what was not.
 */
function oneFault(...script: FaultInput[]) {
  const flushed: FaultKindName[] = ['failed-sync', 'bit-rot', 'unreadable-sector'];
  const flushes = script.some(
    ({ kind, target }) => flushed.includes(kind) || target === 'all nodes',
  );
  const isNeverHealed = script.some((fault) => kindOf(fault).notDrawn !== undefined);
  return scenario({
    name: 'one-fault',
    description: 'One fault on a busy cluster of four brokers and three controllers.',
    cluster: { brokers: 4, controllers: 3, racks: ['east', 'west'] },
    topics: [
      {
        name: 'orders',
        ...(isNeverHealed ? { partitions: 1 } : {}),
        configs: { 'min.insync.replicas': '2', ...(flushes ? { 'flush.messages': '1' } : {}) },
      },
    ],
    phases: { warmUpMs: 4_000, chaosMs: 8_000, calmMs: 1_000 },
    faults: { script },
  });
}
