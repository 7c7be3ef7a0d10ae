import { expect, it } from 'vitest';
import { SimRandom } from '../../../src/sim/random.ts';
import { drawPlan } from '../../../src/trial/plan/draw.ts';
import { configured } from '../../../src/trial/plan/plan.ts';
import { relationProblems } from '../../../src/trial/scenario/relations.ts';
import { scenario } from '../../../src/trial/scenario/scenario.ts';

it('every configuration that a swarm draws is one that a scenario may have', () => {
  const swarm = scenario({
    name: 'swarm',
    description: 'Whatever a seed draws.',
    swarm: true,
    faults: { random: { everyMs: 1_000, kinds: ['crash', 'clock-drift'] } },
  });
  for (let seed = 0; seed < 300; seed++) {
    const plan = drawPlan(swarm, String(seed), new SimRandom(String(seed), 'plan/'));
    expect(relationProblems(configured(swarm, plan), plan.faults)).toEqual([]);
  }
});
