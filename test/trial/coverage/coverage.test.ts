import { describe, expect, it } from 'vitest';
import { mark } from '../../../src/base/mark.ts';
import { Coverage } from '../../../src/trial/coverage/coverage.ts';
import { runTrial } from '../../../src/trial/runner/trial.ts';
import { scenario } from '../../../src/trial/scenario/scenario.ts';
import { appended, leaderMark, leads } from '../checkers/scenes.ts';

const struck = scenario({
  name: 'struck',
  description: 'A leader restarts.',
  phases: { warmUpMs: 3_000, chaosMs: 5_000, calmMs: 500 },
  faults: {
    script: [{ kind: 'restart', atMs: 500, target: 'leader of orders-0', durationMs: 500 }],
  },
});

describe('coverage', () => {
  it('counts which observation follows which, on the same node or on another', () => {
    const coverage = new Coverage();
    for (const seen of [leads(1, 1, 0), appended(1, 0, 1), appended(2, 0, 1)])
      coverage.observe(seen);
    coverage.observe(leaderMark(1, 1, 1, [1, 2]));
    expect([...coverage.features]).toEqual([
      ['order leader-started > batch-appended here', 1],
      ['order batch-appended > batch-appended elsewhere', 1],
      ['order batch-appended > high-watermark leader elsewhere', 1],
    ]);
  });

  it('is the same for the same trial, and changes nothing in it', async () => {
    const [first, second] = [new Coverage(), new Coverage()];
    const counted = await runTrial(struck, '1', { coverage: first });
    await runTrial(struck, '1', { coverage: second });
    const uncounted = await runTrial(struck, '1');
    expect([...first.features]).toEqual([...second.features]);
    expect(first.features.get('fault restart on leader of <partition>: struck')).toBe(1);
    expect(first.times('risk', 'flushed-survives')).toBeGreaterThan(0);
    expect(first.times('risk', 'synced-when-acknowledged')).toBe(0);
    expect(counted.result.digest).toBe(uncounted.result.digest);
  });

  it('ends with its trial', async () => {
    const coverage = new Coverage();
    await runTrial(struck, '1', { coverage });
    mark('after the trial');
    expect(coverage.features.has('mark after the trial')).toBe(false);
  });
});
