import { describe, expect, it } from 'vitest';
import swarm from '../../../scenarios/swarm.ts';
import { offsetsTopic } from '../../../src/kafka/metadata/internal-topics.ts';
import { SimRandom } from '../../../src/sim/random.ts';
import { groupsOf } from '../../../src/trial/groups/group.ts';
import { drawPlan } from '../../../src/trial/plan/draw.ts';
import { guaranteesOf } from '../../../src/trial/plan/guarantees-of.ts';
import { configured, type Plan, parsePlan } from '../../../src/trial/plan/plan.ts';
import { checkTrial } from '../../../src/trial/runner/trial.ts';

const draw = (seed: number): Plan =>
  drawPlan(swarm, String(seed), new SimRandom(String(seed), 'plan/'));
const plans = Array.from({ length: 200 }, (_, seed) => draw(seed));
const grouped = plans.filter(({ workload }) => groupsOf(workload).length > 0);
const groups = grouped.flatMap(({ workload }) => groupsOf(workload));

describe('groups that a swarm draws', () => {
  it('are in a part of the seeds, of all sorts', () => {
    expect(grouped.length).toBeGreaterThan(30);
    expect(grouped.length).toBeLessThan(120);
    const values = (of: (group: (typeof groups)[number]) => unknown) => new Set(groups.map(of));
    expect(values(({ protocol }) => protocol)).toEqual(new Set(['classic', 'consumer']));
    expect(values(({ commits }) => commits)).toEqual(new Set(['after', 'auto', 'before']));
    expect(values((group) => group.static)).toEqual(new Set([true, false]));
    expect(values(({ pattern }) => pattern)).toEqual(new Set([undefined, '[a-z].*']));
    expect(values(({ autoOffsetReset }) => autoOffsetReset)).toEqual(
      new Set(['earliest', 'latest']),
    );
    expect(Math.max(...groups.map(({ members }) => members))).toBe(6);
  });

  it('make plans that fit, and that are saved and read back as they are', () => {
    for (const plan of grouped) {
      expect(() => checkTrial(swarm, plan.seed, { plan })).not.toThrow();
      expect(parsePlan(JSON.stringify(plan), 'plan.json')).toEqual(plan);
    }
  });

  it('bring their own activities, targets and delay points, which the others do not have', () => {
    const about = (plan: Plan): boolean[] => [
      (plan.activities ?? []).some((one) => 'group' in one || one.by.startsWith('m')),
      plan.faults.some(({ target }) => / of (billing|shipping|stock)$|^m\d+$/.test(target)),
      (plan.points ?? []).some(({ name }) => /offsets-loaded|commit-ack|group-unl/.test(name)),
    ];
    const isOf = (some: readonly Plan[]) =>
      [0, 1, 2].map((at) => some.some((plan) => about(plan)[at]));
    expect(isOf(grouped)).toEqual([true, true, true]);
    const others = plans.filter((plan) => !grouped.includes(plan));
    expect(isOf(others)).toEqual([false, false, false]);
  });

  it("are promised what their coordinators' topic promises", () => {
    for (const plan of plans) {
      const { topics } = guaranteesOf(configured(swarm, plan), plan);
      const kept = topics.get(offsetsTopic);
      expect(kept !== undefined).toBe(grouped.includes(plan));
      if (kept === undefined) continue;
      const { settings, brokers } = plan.cluster!;
      expect(kept.copies).toBeLessThanOrEqual(Math.min(3, brokers));
      expect(kept.copies).toBe(settings.topicDefaults!.minInsyncReplicas);
    }
  });
});
