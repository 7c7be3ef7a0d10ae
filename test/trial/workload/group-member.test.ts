import { beforeAll, describe, expect, it } from 'vitest';
import moreMembers from '../../../scenarios/more-members-than-partitions.ts';
import { msToMicros } from '../../../src/base/time.ts';
import type { clientRules } from '../../../src/kafka/client/rules.ts';
import type { GroupHistory, OwnershipChange, Stay } from '../../../src/trial/history/groups.ts';
import type { History } from '../../../src/trial/history/history.ts';
import { runTrial, type TrialOutcome } from '../../../src/trial/runner/trial.ts';
import { type ScenarioInput, scenario } from '../../../src/trial/scenario/scenario.ts';

const settings = {
  groupMinSessionTimeoutMs: 1_000,
  groupInitialRebalanceDelayMs: 200,
  groupConsumerSessionTimeoutMs: 3_000,
  groupConsumerHeartbeatIntervalMs: 300,
  offsetsTopicNumPartitions: 2,
};
const soon = { sessionTimeoutMs: 3_000, heartbeatIntervalMs: 300 };

const grouped = (input: Partial<ScenarioInput>) =>
  scenario({
    name: 'grouped',
    description: 'Members of groups under watch.',
    cluster: { settings },
    topics: [{ name: 'orders', partitions: 4, configs: { 'min.insync.replicas': '2' } }],
    phases: { warmUpMs: 4_000, chaosMs: 12_000, calmMs: 2_000 },
    ...input,
  });

const staysOf = ({ groups }: History, by: string): Stay[] =>
  groups.stays.filter((stay) => stay.by === by);
const changesOf = ({ ownership }: GroupHistory, { id }: Stay): OwnershipChange[] =>
  ownership.filter(({ stay }) => stay === id);

/** Who owns how many partitions of its group at a time, the most first. */
function sharesAt({ groups }: History, group: string, atUs: number): number[] {
  const owned = new Map<number, Set<string>>();
  const ids = groups.stays
    .filter((stay) => stay.group === group && stay.endedUs > atUs)
    .map(({ id }) => id);
  for (const { stay, does, partitions, atUs: changedUs } of groups.ownership) {
    if (changedUs > atUs || !ids.includes(stay)) continue;
    const own = owned.get(stay) ?? new Set();
    for (const name of partitions) does === 'assigned' ? own.add(name) : own.delete(name);
    owned.set(stay, own);
  }
  return [...owned.values()].map(({ size }) => size).sort((a, b) => b - a);
}

describe('members of groups where one dies, one freezes, and one is stopped', () => {
  let outcome: TrialOutcome;
  let history: History;

  beforeAll(async () => {
    const troubled = grouped({
      workload: {
        consumers: 2,
        groups: [
          { name: 'billing', protocol: 'classic', members: 3, commitEveryMs: 100, ...soon },
          {
            name: 'stock',
            protocol: 'consumer',
            members: 1,
            commits: 'auto',
            static: true,
            ...soon,
          },
        ],
      },
      faults: {
        script: [
          { kind: 'crash', target: 'm1', atMs: 1_000, durationMs: 6_000 },
          { kind: 'pause', target: 'm2', atMs: 2_000, durationMs: 6_000 },
          { kind: 'restart', target: 'm4', atMs: 2_000, durationMs: 500 },
        ],
      },
    });
    outcome = await runTrial(troubled, '1');
    history = outcome.history;
  }, 60_000);

  it('break nothing, and each has processed its share of all that was sent', () => {
    expect(outcome.result).toMatchObject({ verdict: 'pass', violations: [] });
    for (const group of ['billing', 'stock']) {
      const own = history.groups.stays.filter((stay) => stay.group === group);
      const processed = new Set(
        history.groups.processed.flatMap(({ stay, partition, offsets }) =>
          own.some(({ id }) => id === stay)
            ? offsets.map((offset) => `${partition}@${offset}`)
            : [],
        ),
      );
      expect(processed.size).toBeGreaterThan(0.9 * history.acknowledged);
    }
  });

  it('a stay ends when its process dies, and another begins when it is back', () => {
    const [dead, next] = staysOf(history, 'm1') as [Stay, Stay];
    expect(dead).toMatchObject({ ended: 'died', endedUs: msToMicros(5_000), group: 'billing' });
    expect(next.createdUs).toBe(msToMicros(11_000));
    expect(next.ended).toBe('closed');
    const pending = history.groups.commits.filter(({ stay }) => stay === dead.id).at(-1)!;
    expect(pending.completedUs).toBeLessThanOrEqual(dead.endedUs);
  });

  it('who was frozen for longer than its session loses all as soon as it wakes', () => {
    const [frozen] = staysOf(history, 'm2') as [Stay];
    const lost = changesOf(history.groups, frozen).find(({ does }) => does === 'lost')!;
    expect(lost.atUs).toBeGreaterThanOrEqual(msToMicros(12_000));
    expect(lost.atUs).toBeLessThan(msToMicros(12_100));
    expect(lost.signature.epoch).toBe(-1);
    const back = changesOf(history.groups, frozen).at(-2)!;
    expect(back).toMatchObject({ does: 'assigned' });
    expect(back.partitions.length).toBeGreaterThan(0);
  });

  it('who is stopped gives up what it owned, commits it and closes in its time', () => {
    const [stopped, next] = staysOf(history, 'm4') as [Stay, Stay];
    expect(stopped).toMatchObject({ ended: 'closed', protocol: 'consumer', instanceId: 'stock-1' });
    const close = history.groups.closes.find(({ stay }) => stay === stopped.id)!;
    expect(close.outcome).toBe('ok');
    expect(close.completedUs - close.invokedUs).toBeLessThan(close.withinUs);
    expect(changesOf(history.groups, stopped).at(-1)).toMatchObject({ does: 'revoked' });
    // It goes on behind what it had committed last.
    const starts = history.groups.starts.filter(({ stay }) => stay === next.id);
    expect(starts).toHaveLength(4);
    for (const { partition, committed, position } of starts) {
      const before = history.groups.commits
        .filter(({ stay, outcome }) => stay === stopped.id && outcome === 'ok')
        .flatMap(({ offsets }) => offsets)
        .findLast((each) => each.partition === partition);
      expect([committed, position]).toEqual([before!.offset, before!.offset]);
    }
  });

  it('are numbered behind the other consumers, with a session for each time that they own', () => {
    const own = history.polls.filter(({ stay }) => stay !== null);
    for (const { consumer, stay } of own)
      expect(`m${consumer - 2}`).toBe(history.groups.stays[stay!]!.by);
    const [frozen] = staysOf(history, 'm2') as [Stay];
    const assigned = changesOf(history.groups, frozen).filter(({ does }) => does === 'assigned');
    for (const partition of ['orders-0', 'orders-1', 'orders-2', 'orders-3']) {
      const sessions = new Set(
        own
          .filter((poll) => poll.stay === frozen.id && poll.partition === partition)
          .map(({ session }) => session),
      );
      const times = assigned.filter(({ partitions }) => partitions.includes(partition)).length;
      expect(sessions.size).toBeLessThanOrEqual(times);
    }
  });

  it('are still in their groups when calm ends, and close before all is read', () => {
    const endUs = msToMicros(18_000);
    const last = history.groups.stays.filter(({ endedUs }) => endedUs >= endUs);
    expect(last.map(({ by }) => by).sort()).toEqual(['m1', 'm2', 'm3', 'm4']);
    expect(sharesAt(history, 'billing', endUs - 1).reduce((sum, n) => sum + n, 0)).toBe(4);
    expect(history.groups.stays.every(({ ended }) => ended !== null)).toBe(true);
    const final = history.polls.find(({ phase }) => phase === 'final')!;
    expect(Math.max(...last.map(({ endedUs }) => endedUs))).toBeLessThan(final.atUs);
  });
});

describe('applications that commit before they process', () => {
  it('leave alone what they could not commit', async () => {
    const cutOff = grouped({
      workload: {
        groups: [{ name: 'billing', members: 1, commits: 'before', processingMs: 200, ...soon }],
      },
      faults: { script: [{ kind: 'isolate', target: 'm1', atMs: 2_000, durationMs: 6_000 }] },
    });
    const { history, result } = await runTrial(cutOff, '1');
    expect(result.verdict).toBe('pass');
    const { commits, processed } = history.groups;
    expect(commits.some(({ outcome }) => outcome !== 'ok')).toBe(true);
    for (const { partition, offsets, atUs } of processed) {
      const covering = commits.filter(
        (commit) =>
          commit.outcome === 'ok' &&
          commit.completedUs <= atUs &&
          commit.offsets.some((each) => each.partition === partition),
      );
      const committed = covering.at(-1)!.offsets.find((each) => each.partition === partition)!;
      expect(committed.offset).toBeGreaterThan(offsets.at(-1)!);
    }
  }, 60_000);
});

describe('a wrong client', () => {
  it('that commits what it has fetched, not handed out, loses records (KAFKA-2942)', async () => {
    const crashing = grouped({
      workload: {
        recordsPerSecond: 200,
        groups: [
          {
            name: 'billing',
            members: 2,
            commits: 'auto',
            commitEveryMs: 100,
            processingMs: 200,
            maxPollRecords: 5,
            ...soon,
          },
        ],
      },
      faults: {
        script: [
          { kind: 'crash', target: 'every member of billing', atMs: 3_000, durationMs: 500 },
        ],
      },
    });
    const broken = (rules: Partial<typeof clientRules>) =>
      runTrial(crashing, '1', { clientRules: rules }).then(({ result }) =>
        result.violations.map(({ property }) => property),
      );
    expect(await broken({})).toEqual([]);
    const wrong = await broken({ committable: ({ fetched }) => fetched });
    expect(wrong).toContain('processed-at-least-once');
  }, 60_000);
});

describe('four partitions', () => {
  it('are shared by one to five members as evenly as they can be', async () => {
    const { history, result } = await runTrial(moreMembers, '1');
    expect(result.verdict).toBe('pass');
    for (const group of ['billing', 'shipping']) {
      const shares = [9, 13, 17, 21, 25].map((second) =>
        sharesAt(history, group, msToMicros(second * 1_000)).filter((share) => share > 0),
      );
      expect(shares).toEqual([[4], [2, 2], [2, 1, 1], [1, 1, 1, 1], [1, 1, 1, 1]]);
      const members = new Set(
        history.groups.stays.filter((stay) => stay.group === group).map(({ by }) => by),
      );
      expect(members.size).toBe(5);
    }
  }, 60_000);
});
