import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import chaos from '../../../scenarios/chaos.ts';
import reference from '../../../scenarios/reference.ts';
import steady from '../../../scenarios/steady.ts';
import swarm from '../../../scenarios/swarm.ts';
import { SimRandom } from '../../../src/sim/random.ts';
import { type FaultKindName, kindOf } from '../../../src/trial/faults/registry.ts';
import { destroysData } from '../../../src/trial/guarantees/harm.ts';
import { planCluster } from '../../../src/trial/plan/cluster.ts';
import { drawPlan } from '../../../src/trial/plan/draw.ts';
import type { Plan } from '../../../src/trial/plan/plan.ts';
import { type Scenario, scenario } from '../../../src/trial/scenario/scenario.ts';
import { candidatesOf, meansMany } from '../../../src/trial/targets/registry.ts';

const draw = (scenario: Scenario, seed: number): Plan =>
  drawPlan(scenario, String(seed), new SimRandom(String(seed), ''));

const manySeeds = <T>(of: (seed: number) => T): T[] => Array.from({ length: 60 }, (_, i) => of(i));
const destructive = ({ faults }: Plan) =>
  faults.filter((fault) => destroysData(kindOf(fault).harm));

const seeds = fc.integer({ min: 0, max: 1_000_000 });

/** The stock kinds that destroy data, on a cluster of another shape. */
function destroying(changes: object, kinds: FaultKindName[], targets?: string[]): Scenario {
  const random = { everyMs: 2_000, kinds, ...(targets === undefined ? {} : { targets }) };
  return scenario({
    name: 'destroying',
    description: 'Data is destroyed where the configuration survives it.',
    cluster: { controllers: 3, racks: ['east', 'west'] },
    topics: [{ name: 'orders', configs: { 'min.insync.replicas': '2' } }],
    faults: { random },
    ...changes,
  });
}

describe('a plan drawn from a seed', () => {
  it('is the same for the same seed and differs between seeds', () => {
    expect(draw(chaos, 5)).toEqual(draw(chaos, 5));
    expect(draw(chaos, 5).faults).not.toEqual(draw(chaos, 6).faults);
  });

  it('keeps inside chaos, in order of time', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { faults } = draw(chaos, seed);
        const times = faults.map((fault) => fault.atMs);
        expect(times).toEqual([...times].sort((a, b) => a - b));
        for (const fault of faults) {
          expect(fault.atMs + fault.durationMs).toBeLessThanOrEqual(chaos.phases.chaosMs);
        }
      }),
    );
  });

  it('gates faults that destroy data, and strikes one machine with them', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        for (const fault of destructive(draw(chaos, seed))) {
          const { harm } = kindOf(fault);
          expect(fault.needs).toBe(harm === 'destroys-unsynced' ? 'copy' : 'whole');
          expect(meansMany(fault.target)).toBe(false);
        }
      }),
    );
  });

  it('never wipes a voter of the quorum, whoever names it', () => {
    const { voters } = planCluster(chaos).roster;
    fc.assert(
      fc.property(seeds, (seed) => {
        expect(draw(reference, seed).faults.some((fault) => fault.kind === 'wipe')).toBe(false);
        const wiped = draw(chaos, seed).faults.filter((fault) => fault.kind === 'wipe');
        const meant = wiped.flatMap(({ target }) =>
          candidatesOf(target, planCluster(chaos).roster),
        );
        expect(wiped.some(({ target }) => target === 'last struck')).toBe(false);
        expect(meant.filter((machine) => voters.includes(machine))).toEqual([]);
      }),
    );
    const named = destroying({}, ['wipe'], ['k1', 'controller', 'b2']);
    const targets = manySeeds((seed) => draw(named, seed).faults).flat();
    expect([...new Set(targets.map(({ target }) => target))]).toEqual(['b2']);
  });

  it('destroys no data where one copy may be all there is, and says so if nothing is left', () => {
    const one = (topic: object): Scenario =>
      destroying({ topics: [{ name: 'orders', ...topic }] }, ['crash', 'power-loss']);
    const single = { replicationFactor: 1, configs: { 'min.insync.replicas': '2' } };
    for (const topic of [{}, single]) {
      expect(manySeeds((seed) => destructive(draw(one(topic), seed))).flat()).toEqual([]);
    }
    const nothing = destroying({ topics: [{ name: 'orders' }] }, ['power-loss', 'failed-sync']);
    expect(() => draw(nothing, 1)).toThrow(/faults.random.kinds.*power-loss.*orders/);
  });

  it('takes the power of several machines at once only where everything is flushed', () => {
    const everybody = (configs: object): Scenario =>
      destroying(
        { topics: [{ name: 'orders', configs: { 'min.insync.replicas': '2', ...configs } }] },
        ['power-loss'],
        ['all nodes', 'b1'],
      );
    const targets = (of: Scenario): string[] => [
      ...new Set(manySeeds((seed) => draw(of, seed).faults.map(({ target }) => target)).flat()),
    ];
    expect(targets(everybody({}))).not.toContain('all nodes');
    expect(targets(everybody({ 'flush.messages': '1' }))).toContain('all nodes');
  });

  it('has storms, echoes, follow-ups and triggers beside single faults', () => {
    const plans = manySeeds((seed) => draw(chaos, seed).faults);
    const all = plans.flat();
    expect(all.some(({ target }) => target === 'last struck')).toBe(true);
    expect(all.some(({ when }) => when?.seen === 'leader-elected')).toBe(true);
    expect(new Set(all.map(({ when }) => when?.seen)).size).toBeGreaterThan(10);
    const within = (faults: Plan['faults'], ms: number): number =>
      Math.max(
        0,
        ...faults.map((a) => faults.filter((b) => b.atMs >= a.atMs && b.atMs < a.atMs + ms).length),
      );
    expect(Math.max(...plans.map((faults) => within(faults, 1_000)))).toBeGreaterThan(3);
  });

  it('has delay points in about half of the seeds, from a stream of their own', () => {
    const plans = manySeeds((seed) => draw(chaos, seed));
    const active = plans.filter(({ points }) => points!.length > 0).length;
    expect(active).toBeGreaterThan(20);
    expect(active).toBeLessThan(40);
    expect(new Set(plans.flatMap(({ points }) => points!.map(({ name }) => name))).size).toBe(12);
    const without = { ...chaos, faults: { ...chaos.faults, points: 'none' as const } };
    expect(draw(without, 5)).toEqual({ ...draw(chaos, 5), points: undefined });
    expect(draw(steady, 5).points).toBeUndefined();
  });

  it('never draws what the cluster does not heal, and says so if nothing is left', () => {
    const rotten = destroying({}, ['bit-rot', 'crash']);
    expect(manySeeds((seed) => destructive(draw(rotten, seed))).flat()).toEqual([]);
    const nothing = destroying({}, ['bit-rot']);
    expect(() => draw(nothing, 1)).toThrow(/bit-rot: a replica does not heal/);
  });

  it("replaces a voter's disk only where the others are a majority", () => {
    const targets = (controllers: number): string[] => {
      const replacing = destroying({ cluster: { controllers } }, ['replaced-disk'], ['k1', 'b1']);
      const all = manySeeds((seed) => draw(replacing, seed).faults.map(({ target }) => target));
      return [...new Set(all.flat())].sort();
    };
    expect(targets(3)).toEqual(['b1', 'k1']);
    expect(targets(1)).toEqual(['b1']);
  });

  it('of a swarm has segments that hold its records', () => {
    const tight = manySeeds((seed) => draw(swarm, seed)).flatMap(({ topics, workload }) =>
      topics!.filter(
        ({ configs }) => Number(configs['internal.segment.bytes']) < 4 * workload.recordBytes,
      ),
    );
    expect(tight).toEqual([]);
  });

  it('mixes other kinds for each seed, and over many seeds uses all of them', () => {
    const mixes = Array.from(
      { length: 40 },
      (_, seed) => new Set(draw(chaos, seed).faults.map((fault) => fault.kind)),
    );
    const all = new Set(mixes.flatMap((mix) => [...mix]));
    expect(all.size).toBe(chaos.faults.random!.kinds.length);
    expect(Math.max(...mixes.map((mix) => mix.size))).toBeLessThan(all.size);
  });
});
