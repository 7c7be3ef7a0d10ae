import { describe, expect, it } from 'vitest';
import steady from '../../../scenarios/steady.ts';
import type { TraceEntry } from '../../../src/sim/trace.ts';
import { Coverage } from '../../../src/trial/coverage/coverage.ts';
import { swapped } from '../../../src/trial/museum/exhibit.ts';
import { parsePlan } from '../../../src/trial/plan/plan.ts';
import type { TrialResult } from '../../../src/trial/runner/result.ts';
import { runTrial } from '../../../src/trial/runner/trial.ts';
import { InvalidInputError, scenario } from '../../../src/trial/scenario/scenario.ts';
import { recordOf, traceSorts } from '../../../src/trial/trace/record.ts';

const short = scenario({
  name: 'short',
  description: 'A crash and a partition within a few seconds.',
  topics: [{ name: 'orders', configs: { 'min.insync.replicas': '2' } }],
  phases: { warmUpMs: 3_000, chaosMs: 10_000, calmMs: 1_000 },
  faults: {
    random: { everyMs: 2_000, kinds: ['crash', 'isolate', 'pause'], durationMs: [500, 3_000] },
  },
});

describe('a trial', () => {
  it('gives the same result, event by event, for the same seed', async () => {
    const first = await runTrial(short, '7', { recordDigests: true });
    const second = await runTrial(short, '7', { recordDigests: true });
    expect(second.digests!.firstDifference(first.digests!)).toBeNull();
    expect(second.result).toEqual(first.result);
    expect(second.history.sends).toEqual(first.history.sends);
  });

  it('gives another digest for another seed', async () => {
    const digests = await Promise.all(
      ['1', '2', '3'].map(async (seed) => (await runTrial(short, seed)).result.digest),
    );
    expect(new Set(digests).size).toBe(3);
  });

  it('is not changed by being traced', async () => {
    const entries: TraceEntry[] = [];
    const plain = await runTrial(short, '7');
    const traced = await runTrial(short, '7', { trace: { write: (entry) => entries.push(entry) } });
    expect(traced.result.digest).toBe(plain.result.digest);
    expect(entries.length).toBeGreaterThan(traced.result.events);
    const sorts = new Set(entries.map((entry) => recordOf(entry).is));
    // Nobody notes anything where no process ends by itself.
    const expected = Object.keys(traceSorts).filter((sort) => sort !== 'note');
    expect([...sorts].sort()).toEqual(expected.sort());
  });

  it('runs a saved plan as it ran the seed, and an edited one otherwise', async () => {
    const { plan, result } = await runTrial(short, '7');
    const saved = parsePlan(JSON.stringify(plan), 'plan.json');
    expect((await runTrial(short, '7', { plan: saved })).result).toEqual(result);
    const edited = { ...saved, faults: saved.faults.slice(1) };
    const again = (await runTrial(short, '7', { plan: edited })).result;
    expect(again.faults).toHaveLength(result.faults.length - 1);
    expect(again.digest).not.toBe(result.digest);
  });

  it('holds the delay points of its plan during chaos, and counts how often', async () => {
    const { plan } = await runTrial(short, '7');
    const held = { name: 'fetch-answer-applied', perMille: 500, longestMs: 20 } as const;
    const points = [held, { ...held, name: 'append-acknowledged', machine: 'b1' } as const];
    const entries: TraceEntry[] = [];
    const trace = { write: (entry: TraceEntry) => void entries.push(entry) };
    const { result } = await runTrial(short, '7', { plan: { ...plan, points }, trace });
    expect(Object.keys(result.points).sort()).toEqual(points.map(({ name }) => name).sort());
    expect(result.points[held.name]).toBeGreaterThan(100);
    const late = entries.filter((entry) => entry.is === 'event' && entry.kind === 'point');
    expect(late.length).toBeGreaterThan(100);
    expect(Math.min(...late.map(({ time }) => time))).toBeGreaterThanOrEqual(3_000_000);
    expect(Math.max(...late.map(({ time }) => time))).toBeLessThan(13_100_000);
    const nowhere = [{ ...held, machine: 'b9' }];
    await expect(runTrial(short, '7', { plan: { ...plan, points: nowhere } })).rejects.toThrow(
      'points.0.machine: "b9" is none of b1, b2, b3',
    );
  });

  it('runs a plan that tells of no points, as those of before, without any', async () => {
    const { points: _, ...old } = (await runTrial(short, '7')).plan;
    const saved = parsePlan(JSON.stringify(old), 'plan.json');
    expect((await runTrial(short, '7', { plan: saved })).result.points).toEqual({});
  });

  it('acknowledges every send and reads it everywhere where nothing goes wrong', async () => {
    const { result, history } = await runTrial(steady, '3');
    expect(result).toMatchObject({ verdict: 'pass', violations: [], faults: [] });
    const { produced, acknowledged, consumed } = result.operations;
    expect(produced).toBeGreaterThan(1_000);
    expect(acknowledged).toBe(produced);
    expect(consumed).toBe(4 * produced);
    expect(history.sends.every((send) => send.outcome === 'ok')).toBe(true);
  });

  it.each(['gzip', 'snappy', 'lz4', 'zstd'] as const)(
    'reads back what producers packed with %s',
    async (compression) => {
      const packed = scenario({
        ...steady,
        phases: { ...steady.phases, chaosMs: 2_000 },
        workload: { compression, recordBytes: 1000, lingerMs: 50 },
      });
      const { result } = await runTrial(packed, '1');
      const { produced, acknowledged, consumed } = result.operations;
      expect(result.verdict).toBe('pass');
      expect([acknowledged, consumed]).toEqual([produced, 4 * produced]);
    },
  );

  it('converges: the cluster is not whole again within its bound', async () => {
    const late = scenario({
      ...steady,
      phases: { ...steady.phases, chaosMs: 2_000, healWithinMs: 1_000 },
      faults: { script: [{ kind: 'crash', atMs: 1_900, target: 'b1', durationMs: 100 }] },
    });
    const { result } = await runTrial(late, '1');
    expect(result.violations.map((violation) => violation.property)).toEqual(['converges']);
    expect(result.violations[0]!.about.obstacle).toContain('b1 has not registered since it began');
  });

  it('lets clients crash: what they were not told is unknown, and order is owed within a life', async () => {
    const crashing = scenario({
      ...steady,
      faults: {
        script: [
          { kind: 'crash', atMs: 3_000, target: 'p1', durationMs: 2_000 },
          { kind: 'crash', atMs: 4_000, target: 'c1', durationMs: 2_000 },
        ],
      },
    });
    const { result, history } = await runTrial(crashing, '2');
    expect(result.verdict).toBe('pass');
    expect(
      new Set(history.sends.filter((send) => send.producer === 1).map((send) => send.incarnation))
        .size,
    ).toBe(2);
    expect(
      new Set(history.polls.filter((poll) => poll.consumer === 1).map((poll) => poll.session)).size,
    ).toBe(2);
    expect(history.sends.every((send) => send.outcome !== 'pending')).toBe(true);
  });

  it('fails where a property must break and does not', async () => {
    const { result } = await runTrial(scenario({ ...steady, breaks: 'lost-write' }), '1');
    expect(result).toMatchObject({
      verdict: 'fail',
      reason: 'lost-write had to break and did not',
    });
  });

  it('is inconclusive where the topics cannot be created', async () => {
    const endless = scenario({ ...steady, network: { latencyUs: 10_000_000 } });
    const { result } = await runTrial(endless, '1');
    expect(result.verdict).toBe('inconclusive');
    expect(result.reason).toContain('the topics were not created');
  });

  it('refuses a plan whose target nobody can be, naming the field', async () => {
    const { plan } = await runTrial(steady, '1');
    const wrong = {
      ...plan,
      faults: [{ kind: 'crash', atMs: 1, durationMs: 1, target: 'b9', needs: 'nothing' } as const],
    };
    await expect(runTrial(steady, '1', { plan: wrong })).rejects.toThrow(InvalidInputError);
    await expect(runTrial(steady, '1', { plan: wrong })).rejects.toThrow(
      'faults.0.target: "b9" is none of b1',
    );
  });

  it.each([
    [
      'a request brings to light, though a node survives it',
      'b',
      { replication: { acceptsFetchOf: bug } },
    ],
    ['an event of its own brings to light', 'b', { raft: { checkQuorumTimeoutUs: bug } }],
  ] as const)('fails where a node throws what %s', async (_, machine, { ...wrong }) => {
    const { nodes } = swapped(wrong);
    const { result, thrown } = await runTrial(steady, '1', { rules: nodes });
    expectThrown(result, machine);
    expect(thrown?.message).toBe('a bug');
  });

  it('fails where a client throws', async () => {
    const { result } = await runTrial(steady, '1', { clientRules: { isOutdatedLeader: bug } });
    expectThrown(result, '[pc]');
  });

  it('throws what was thrown by those who watch: no bug of the code on trial', async () => {
    const coverage = new Coverage();
    coverage.observe = bug;
    await expect(runTrial(steady, '1', { coverage })).rejects.toThrow('a bug (scenario steady');
  });
});

function bug(): never {
  throw new Error('a bug');
}

function expectThrown({ verdict, violations }: TrialResult, machine: string): void {
  expect(verdict).toBe('fail');
  expect(violations.map(({ property }) => property)).toEqual(['unhandled-exception']);
  expect(violations[0]!.about).toEqual({
    machine: expect.stringMatching(`^${machine}[0-9]$`),
    message: 'Error: a bug',
  });
}
