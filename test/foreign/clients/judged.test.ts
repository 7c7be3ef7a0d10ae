/** The trial's checkers judge what foreign clients did, as they judge clients of our own. */
import { describe, expect, it } from 'vitest';
import { scenario } from '../../../src/trial/scenario/scenario.ts';
import { judgedTrial } from './judged-trial.ts';

const struck = scenario({
  name: 'foreign-clients',
  description: 'Leaders crash and are cut off while kafkajs sends and reads.',
  topics: [
    {
      name: 'orders',
      partitions: 3,
      replicationFactor: 3,
      configs: { 'min.insync.replicas': '2' },
    },
  ],
  workload: { producers: 2, consumers: 2, maxInFlight: 1 },
  phases: { warmUpMs: 8_000, chaosMs: 12_000, calmMs: 3_000 },
  faults: {
    script: [
      { atMs: 0, kind: 'crash', target: 'leader of orders-0', durationMs: 3_000 },
      { atMs: 6_000, kind: 'isolate', target: 'leader of orders-1', durationMs: 3_000 },
    ],
  },
});

describe('kafkajs on trial', () => {
  it('keeps what the cluster promises, through crashes of leaders', async () => {
    const { result } = await judgedTrial(struck, '1');
    expect(result.violations).toEqual([]);
    expect(result.faults.map(({ tookEffect }) => tookEffect)).toEqual([true, true]);
    expect(result.operations.acknowledged).toBeGreaterThan(50);
    expect(result.operations.consumed).toBeGreaterThan(result.operations.acknowledged);
  });

  it('is found out when it says that what was never written was acknowledged', async () => {
    let lies = 0;
    const { result } = await judgedTrial(struck, '1', (module) => ({
      ...module,
      send(key) {
        const send = module.send(key);
        if (lies++ !== 20) return send;
        return { ...send, text: '9999999999' };
      },
    }));
    expect(result.violations.map(({ property }) => property)).toContain('lost-write');
  });
});
