import { describe, expect, it } from 'vitest';
import { kafkaControllerRules } from '../../../src/kafka/controller/rules.ts';
import type { Plan } from '../../../src/trial/plan/plan.ts';
import { runTrial, type TrialOptions } from '../../../src/trial/runner/trial.ts';
import { InvalidInputError, scenario } from '../../../src/trial/scenario/scenario.ts';

const limping = scenario({
  name: 'limping',
  description: 'A cluster without faults, of which machines die once it is whole.',
  topics: [{ name: 'orders', partitions: 3, configs: { 'min.insync.replicas': '2' } }],
  cluster: { settings: { brokerSessionTimeoutMs: 1_000, brokerHeartbeatIntervalMs: 200 } },
  phases: { warmUpMs: 2_000, chaosMs: 1_000, calmMs: 1_000 },
});

async function without(limp: string[], options: TrialOptions = {}, of = limping) {
  const { plan } = await runTrial(of, '1');
  const limps: Plan = { ...plan, limp };
  return (await runTrial(of, '1', { ...options, plan: limps })).result;
}

/** Nobody ever leaves an ISR, so that records wait for the dead. */
const nobodyLeaves: TrialOptions = {
  rules: {
    controller: {
      ...kafkaControllerRules,
      inSyncReplicas: ({ isr, elr }) => ({ isr, elr }),
    },
  },
};

describe('limping', () => {
  it('goes on serving without a broker that the configuration spares', async () => {
    const { verdict, virtualMs } = await without(['b2']);
    expect(verdict).toBe('pass');
    expect(virtualMs).toBeGreaterThan((await runTrial(limping, '1')).result.virtualMs + 5_000);
  });

  it('finds records that wait for the dead', async () => {
    const { violations } = await without(['b2'], nobodyLeaves);
    expect(new Set(violations.map(({ property }) => property))).toContain('serves-without');
    expect(violations[0]!.about).toMatchObject({ topic: 'orders', down: ['b2'] });
  });

  it('owes nothing to topics that do not spare so many, and finds out where they do', async () => {
    const withMinimum = (minimum: string) => ({
      ...limping,
      cluster: { ...limping.cluster, controllers: 3 },
      topics: limping.topics.map((topic) => {
        return { ...topic, configs: { 'min.insync.replicas': minimum } };
      }),
    });
    const brokers = ['b2', 'b3'];
    expect((await without(brokers, {}, withMinimum('2'))).verdict).toBe('pass');
    expect((await without(brokers, {}, withMinimum('1'))).verdict).toBe('pass');
    expect((await without(brokers, nobodyLeaves, withMinimum('2'))).verdict).toBe('pass');
    expect((await without(brokers, nobodyLeaves, withMinimum('1'))).verdict).toBe('fail');
  });

  it('takes down no voters that the quorum cannot spare', async () => {
    const { virtualMs } = await without(['b2', 'b3']);
    expect(virtualMs).toBe((await runTrial(limping, '1')).result.virtualMs);
  });

  it('refuses a machine that the cluster does not have', async () => {
    await expect(without(['b9'])).rejects.toThrow(InvalidInputError);
    await expect(without(['b2', 'b2'])).rejects.toThrow('limp.1: "b2" is named twice');
  });
});
