import { describe, expect, it } from 'vitest';
import { timedTrial } from '../../src/cli/job.ts';
import { compare } from '../../src/cli/verify.ts';
import { scenario } from '../../src/trial/scenario/scenario.ts';

const calm = {
  name: 'calm',
  description: 'Nothing happens.',
  phases: { warmUpMs: 1_000, chaosMs: 0, calmMs: 0 },
};

async function recorded(latencyUs: number) {
  const slower = scenario({ ...calm, network: { latencyUs } });
  return (await timedTrial(slower, '1', { recordDigests: true })).outcome;
}

describe('the comparison of two runs', () => {
  it('finds equal runs equal', async () => {
    expect(compare(await recorded(300), await recorded(300))).toBeNull();
  });

  it('names the first event that differs, and both digests', async () => {
    const [first, second] = [await recorded(300), await recorded(301)];
    const difference = compare(first, second)!;
    expect(difference.event).toBe(first.digests!.firstDifference(second.digests!));
    expect(difference.message).toBe(
      `digest ${first.result.digest}, then ${second.result.digest}; ` +
        `the first event that differs is number ${difference.event}`,
    );
  });

  it('names the results that differ where the events do not', async () => {
    const first = await recorded(300);
    const result = { ...first.result, verdict: 'fail', virtualMs: 0 } as const;
    expect(compare(first, { ...first, result })).toEqual({
      event: null,
      message: 'the events are the same, but not verdict, virtualMs',
    });
  });
});

describe('a timed trial', () => {
  it('runs with the ambient world locked away, and gives it back', async () => {
    const spied: string[] = [];
    const trace = { write: () => spied.push(typeof attempt(() => Date.now())) };
    const { record } = await timedTrial(scenario(calm), '1', { trace });
    expect(record.wallMs).toBeGreaterThanOrEqual(0);
    expect(new Set(spied)).toEqual(new Set(['string']));
    expect(attempt(() => Date.now())).toBeTypeOf('number');
  });
});

/** What a call gives, or the message of its refusal. */
function attempt(call: () => number): number | string {
  try {
    return call();
  } catch (error) {
    return (error as Error).message;
  }
}
