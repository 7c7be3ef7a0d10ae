import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import chaos from '../../../scenarios/chaos.ts';
import reference from '../../../scenarios/reference.ts';
import { SimRandom } from '../../../src/sim/random.ts';
import { destroysData } from '../../../src/trial/faults/fault.ts';
import { generatePlan } from '../../../src/trial/faults/generate.ts';
import type { Plan } from '../../../src/trial/faults/plan.ts';
import { type Scenario, scenario } from '../../../src/trial/scenario/scenario.ts';

const draw = (scenario: Scenario, seed: number): Plan =>
  generatePlan(scenario, String(seed), new SimRandom(String(seed), '').stream('faults'));

const seeds = fc.integer({ min: 0, max: 1_000_000 });

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

  it('keeps faults that destroy data apart and gates them', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const destructive = draw(chaos, seed).faults.filter((fault) =>
          destroysData.has(fault.kind),
        );
        expect(destructive.every((fault) => fault.needs === 'whole')).toBe(true);
        for (let i = 1; i < destructive.length; i++) {
          expect(destructive[i]!.atMs - destructive[i - 1]!.atMs).toBeGreaterThanOrEqual(25_000);
        }
      }),
    );
  });

  it('never wipes a voter of the quorum', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        expect(draw(reference, seed).faults.some((fault) => fault.kind === 'wipe')).toBe(false);
        const wiped = draw(chaos, seed).faults.filter((fault) => fault.kind === 'wipe');
        expect(wiped.every((fault) => !/^k\d|controller/.test(fault.target))).toBe(true);
      }),
    );
  });

  it('destroys no data where one copy may be all there is, and says so if nothing is left', () => {
    const alone = scenario({
      name: 'alone',
      description: 'The default of min.insync.replicas is 1.',
      faults: { random: { everyMs: 2_000, kinds: ['crash', 'power-loss', 'failed-sync'] } },
    });
    for (let seed = 0; seed < 20; seed++) {
      expect(draw(alone, seed).faults.every((fault) => fault.kind === 'crash')).toBe(true);
    }
    const impossible = {
      ...alone,
      faults: { script: [], random: { ...alone.faults.random!, kinds: ['power-loss' as const] } },
    };
    expect(() => draw(impossible, 1)).toThrow('faults.random.kinds');
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
