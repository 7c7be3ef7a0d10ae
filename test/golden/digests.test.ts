/**
 * Pins what a few seeds do, event by event. A change that is meant to change behaviour renews the
 * file by `npx vitest run test/golden -u`; any other difference is a loss of determinism.
 */
import { describe, expect, it } from 'vitest';
import chaos from '../../scenarios/chaos.ts';
import leaderCrash from '../../scenarios/leader-crash.ts';
import powerLoss from '../../scenarios/power-loss.ts';
import { runTrial } from '../../src/trial/runner/trial.ts';

describe('golden digests', () => {
  it('are those of the file', async () => {
    const digests: Record<string, string> = {};
    for (const scenario of [chaos, leaderCrash, powerLoss]) {
      for (const seed of ['1', '2']) {
        const { result } = await runTrial(scenario, seed);
        digests[`${scenario.name} ${seed}`] = `${result.digest}, ${result.events} events`;
      }
    }
    await expect(`${JSON.stringify(digests, null, 2)}\n`).toMatchFileSnapshot('digests.json');
  });
});
