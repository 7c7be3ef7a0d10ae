/** The trial's checkers judge what foreign clients did, as they judge clients of our own. */
import { describe, expect, it } from 'vitest';
import { judgedTrial, struck } from './judged-trial.ts';

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
      send(topic, key) {
        const send = module.send(topic, key);
        if (lies++ !== 20) return send;
        return { ...send, text: '9999999999' };
      },
    }));
    expect(result.violations.map(({ property }) => property)).toContain('lost-write');
  });
});
