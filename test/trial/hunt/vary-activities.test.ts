import { describe, expect, it } from 'vitest';
import swarm from '../../../scenarios/swarm.ts';
import { SimRandom } from '../../../src/sim/random.ts';
import type { Activity } from '../../../src/trial/activities/registry.ts';
import { isFree, varyActivities } from '../../../src/trial/hunt/vary-activities.ts';
import { drawPlan } from '../../../src/trial/plan/draw.ts';
import { guaranteesOf } from '../../../src/trial/plan/guarantees-of.ts';
import { configured } from '../../../src/trial/plan/plan.ts';
import { relationProblems } from '../../../src/trial/scenario/relations.ts';

const random = new SimRandom('9', '').stream('vary');
const plans = Array.from({ length: 40 }, (_, seed) =>
  drawPlan(swarm, String(seed), new SimRandom(String(seed), 'plan/')),
).filter(({ activities }) => activities !== undefined);

const binding = (activities: readonly Activity[]) => activities.filter((one) => !isFree(one));

describe('varied activities', () => {
  it('promise what the plan promised, fit its scenario, and are in order of time', () => {
    for (const plan of plans) {
      const before = plan.activities!;
      const activities = varyActivities(before, plan.phases!.chaosMs, random);
      expect(binding(activities)).toEqual(binding(before));
      const scenario = configured(swarm, plan);
      expect(guaranteesOf(scenario, { ...plan, activities })).toEqual(guaranteesOf(scenario, plan));
      expect(relationProblems(scenario, plan.faults, activities)).toEqual([]);
      expect(activities).toEqual([...activities].sort((a, b) => a.atMs - b.atMs));
    }
  });

  it('differ mostly', () => {
    const same = plans.filter(({ activities, phases }) => {
      const varied = varyActivities(activities!, phases!.chaosMs, random);
      return JSON.stringify(varied) === JSON.stringify(activities);
    });
    expect(same.length).toBeLessThan(plans.length / 3);
  });
});
