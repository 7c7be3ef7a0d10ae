import { describe, expect, it } from 'vitest';
import swarm from '../../../scenarios/swarm.ts';
import { SimRandom } from '../../../src/sim/random.ts';
import { chooseCorpus } from '../../../src/trial/hunt/corpus.ts';
import { type Candidate, Hunt, roundSize } from '../../../src/trial/hunt/hunt.ts';
import { vary } from '../../../src/trial/hunt/mutate.ts';
import { drawPlan } from '../../../src/trial/plan/draw.ts';
import { type Plan, parsePlan } from '../../../src/trial/plan/plan.ts';

const planOf = ({ seed, plan }: Candidate): Plan =>
  plan ?? drawPlan(swarm, seed, new SimRandom(seed, 'plan/'));

/** A world in which long plans reach more. */
const featuresOf = ({ faults }: Plan): Map<string, number> =>
  new Map(faults.map(({ kind, target }) => [`${kind} ${target}`, faults.length]));

function hunted(seed: number, rounds: number): { hunt: Hunt; candidates: Candidate[] } {
  const hunt = new Hunt(['swarm'], seed);
  const candidates: Candidate[] = [];
  for (let i = 0; i < rounds; i++) {
    const round = hunt.round();
    candidates.push(...round);
    hunt.learn(
      round.map((candidate) => {
        const plan = planOf(candidate);
        return { candidate, plan, features: featuresOf(plan) };
      }),
    );
  }
  return { hunt, candidates };
}

describe('a hunt', () => {
  it('is the same for the same seed and number of trials, and another for another', () => {
    expect(hunted(1, 6).candidates).toEqual(hunted(1, 6).candidates);
    expect(hunted(1, 6).candidates).not.toEqual(hunted(2, 6).candidates);
  });

  it('begins with seeds, and then varies what reached something new, with seeds in between', () => {
    const { candidates } = hunted(1, 8);
    expect(candidates.slice(0, roundSize).every(({ plan }) => plan === null)).toBe(true);
    const later = candidates.slice(roundSize);
    const varied = later.filter(({ plan }) => plan !== null).length;
    expect(varied).toBeGreaterThan(later.length / 2);
    expect(varied).toBeLessThan(later.length);
  });

  it('keeps only what is new: the same again is worth nothing', () => {
    const hunt = new Hunt(['swarm'], 1);
    const [first, second] = hunt.round();
    const features = new Map([['mark x', 1]]);
    const plan = planOf(first!);
    const known = { candidate: first!, plan, features };
    expect(hunt.learn([known, { ...known, candidate: second! }])).toEqual([true, false]);
    expect(hunt.learn([{ ...known, features: new Map([['mark x', 9]]) }])).toEqual([true]);
    expect(hunt.reached).toBe(1);
  });

  it('gives plans that are valid and in order of time', () => {
    for (const { plan } of hunted(3, 12).candidates) {
      if (plan === null) continue;
      expect(parsePlan(JSON.stringify(plan), 'varied')).toEqual(plan);
      const times = plan.faults.map(({ atMs }) => atMs);
      expect(times).toEqual([...times].sort((a, b) => a - b));
    }
  });

  it('never takes away what a fault needs of the budget', () => {
    const random = new SimRandom('7', '').stream('vary');
    const needed = (plan: Plan): Map<string, string> =>
      new Map(plan.faults.map(({ kind, needs }) => [kind, needs]));
    for (let seed = 0; seed < 40; seed++) {
      const plan = drawPlan(swarm, String(seed), new SimRandom(String(seed), 'plan/'));
      const before = needed(plan);
      for (const [kind, needs] of needed(vary(plan, plan, random)))
        expect(needs).toBe(before.get(kind));
    }
  });
});

describe('a corpus', () => {
  const plan = (seed: string): Plan => drawPlan(swarm, seed, new SimRandom(seed, 'plan/'));
  const member = (seed: string, ...features: string[]) => {
    return { plan: plan(seed), features: new Map(features.map((name) => [name, 1])) };
  };

  it('is few plans that reach together what all reached, what is rare first', () => {
    const members = [member('1', 'a'), member('2', 'a', 'b'), member('3', 'a'), member('4', 'c')];
    const chosen = chooseCorpus(members, 2).map(({ seed }) => seed);
    expect(chosen).toEqual(['2', '4']);
    expect(chooseCorpus(members, 9)).toHaveLength(4);
  });

  it('is what the next hunt begins with, with seeds in between', () => {
    const corpus = ['1', '2', '3'].map(plan);
    const round = new Hunt(['swarm'], 1, corpus).round();
    expect(round.slice(0, 3).map(({ plan }) => plan)).toEqual(corpus);
    expect(round[3]!.plan).toBeNull();
  });

  it('is kept of what was new', () => {
    const hunt = new Hunt(['swarm'], 1);
    const [first, second] = hunt.round();
    const caught = (candidate: Candidate, feature: string) => {
      return { candidate, plan: planOf(candidate), features: new Map([[feature, 1]]) };
    };
    hunt.learn([caught(first!, 'a'), caught(second!, 'a')]);
    expect(hunt.corpus(10)).toEqual([planOf(first!)]);
  });
});
