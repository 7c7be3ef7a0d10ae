import { describe, expect, it } from 'vitest';
import { SimRandom } from '../../../src/sim/random.ts';
import { drawPlan } from '../../../src/trial/plan/draw.ts';
import { type ScenarioInput, scenario } from '../../../src/trial/scenario/scenario.ts';

function drawn(input: Partial<ScenarioInput>): string[][] {
  const limps = scenario({
    name: 'limps',
    description: 'Only its plans are wanted.',
    limp: 'drawn',
    ...input,
  });
  return Array.from({ length: 100 }, (_, seed) => {
    return drawPlan(limps, String(seed), new SimRandom(String(seed), 'plan/')).limp ?? [];
  });
}

describe('machines that are held down after healing', () => {
  it('are drawn in about half of the seeds', () => {
    const some = drawn({}).filter((machines) => machines.length > 0);
    expect(some.length).toBeGreaterThan(30);
    expect(some.length).toBeLessThan(70);
  });

  it('are no more brokers than every topic spares', () => {
    const topics = [{ name: 'orders', configs: { 'min.insync.replicas': '2' } }];
    const cluster = { brokers: 5, controllers: 3 } as const;
    for (const machines of drawn({ topics, cluster })) {
      expect(machines.filter((name) => name.startsWith('b')).length).toBeLessThanOrEqual(1);
    }
    const single = [...topics, { name: 'audit', replicationFactor: 1 }];
    for (const machines of drawn({ topics: single, cluster })) {
      expect(machines.filter((name) => name.startsWith('b'))).toEqual([]);
    }
  });

  it('leave a majority of the voters', () => {
    const topics = [{ name: 'orders', configs: { 'min.insync.replicas': '1' } }];
    for (const machines of drawn({ topics })) expect(machines.length).toBeLessThanOrEqual(1);
    for (const machines of drawn({ topics, cluster: { controllers: 5 } }))
      expect(machines.filter((name) => name.startsWith('k')).length).toBeLessThanOrEqual(2);
  });

  it('are none where the network is slow, for what is queued tells nothing', () => {
    expect(drawn({ network: { latencyUs: 20_000 } }).flat()).toEqual([]);
  });
});
