import { beforeAll, describe, expect, it } from 'vitest';
import { microsPerSecond } from '../../../src/base/time.ts';
import type { Observation } from '../../../src/kafka/observation.ts';
import type { TraceEntry } from '../../../src/sim/trace.ts';
import {
  type ActivityInput,
  type ActivityKindName,
  activityKindNames,
} from '../../../src/trial/activities/registry.ts';
import type { Stay } from '../../../src/trial/history/groups.ts';
import type { Poll, Send } from '../../../src/trial/history/history.ts';
import type { Operation } from '../../../src/trial/history/operations.ts';
import { runTrial, type TrialOutcome } from '../../../src/trial/runner/trial.ts';
import { scenario } from '../../../src/trial/scenario/scenario.ts';

const admin = { by: 'a1' } as const;

/** One of each kind, and what the history must show of it. */
const cases: Record<ActivityKindName, { activity: ActivityInput; shows: (seen: Seen) => void }> = {
  'create-topic': {
    activity: { ...admin, kind: 'create-topic', atMs: 500, topic: 'stock', partitions: 2 },
    shows({ final, polls }) {
      expect(final('stock')).toMatchObject({ partitions: 2 });
      expect(polls('c1').some(({ partition }) => partition === 'stock-1')).toBe(true);
    },
  },
  'delete-topic': {
    activity: { ...admin, kind: 'delete-topic', atMs: 2_000, topic: 'audit' },
    shows({ final, sends, of }) {
      expect(final('audit')).toBeUndefined();
      const { completedUs } = of('delete-topic')[0]!;
      const later = sends.filter(({ invokedUs }) => invokedUs > completedUs + microsPerSecond);
      expect(later.some(({ partition }) => partition?.startsWith('audit'))).toBe(false);
    },
  },
  'recreate-topic': {
    activity: { ...admin, kind: 'recreate-topic', atMs: 3_000, topic: 'payments', pauseMs: 100 },
    shows({ of, polls }) {
      expect(of('recreate-topic').map(({ change }) => change?.does)).toEqual(['delete', 'create']);
      const partitions = polls('c1').map(({ partition }) => partition);
      expect(partitions).toEqual(expect.arrayContaining(['payments-0', 'payments-0#2']));
    },
  },
  'add-partitions': {
    activity: { ...admin, kind: 'add-partitions', atMs: 4_000, topic: 'orders', partitions: 5 },
    shows({ final, polls, sends }) {
      expect(final('orders')).toMatchObject({ partitions: 5 });
      expect(sends.some(({ partition }) => partition === 'orders-4')).toBe(true);
      expect(polls('c1').some(({ partition }) => partition === 'orders-4')).toBe(true);
    },
  },
  'alter-topic': {
    activity: {
      ...admin,
      kind: 'alter-topic',
      atMs: 4_500,
      topic: 'orders',
      configs: { 'segment.ms': '1000', 'min.insync.replicas': null },
    },
    shows({ config }) {
      expect(config('topic', 'orders')).toEqual({ 'segment.ms': '1000' });
    },
  },
  'alter-broker': {
    activity: {
      ...admin,
      kind: 'alter-broker',
      atMs: 5_000,
      broker: '2',
      configs: { 'log.roll.ms': '9000' },
    },
    shows({ config }) {
      expect(config('broker', '2')).toEqual({ 'log.roll.ms': '9000' });
      expect(config('broker', '1')).toEqual({});
    },
  },
  'move-leaders': {
    activity: { ...admin, kind: 'move-leaders', atMs: 9_500, topic: 'orders' },
    shows({ led, of }) {
      // The broker that was away has none of its leaderships until it is asked for.
      const [{ invokedUs, completedUs }] = of('move-leaders') as [Operation];
      const moved = led.filter(
        ({ atUs }) => atUs > invokedUs && atUs < completedUs + microsPerSecond,
      );
      expect(moved.map(({ node }) => node)).toContain(1);
    },
  },
  'read-metadata': {
    activity: { ...admin, kind: 'read-metadata', atMs: 10_500, broker: 3 },
    shows({ outcome }) {
      const [view] = outcome.history.views.filter(({ phase }) => phase === 'workload');
      expect(view).toMatchObject({ broker: 3, brokers: expect.arrayContaining([1, 2, 3]) });
      const byName = (topics: readonly { name: string }[]) =>
        [...topics].sort((a, b) => (a.name < b.name ? -1 : 1));
      expect(byName(view!.topics)).toEqual(byName(view!.described));
    },
  },
  seek: {
    activity: { by: 'c1', kind: 'seek', atMs: 6_000, topic: 'orders', to: 'beginning' },
    shows({ polls, of }) {
      expect(of('seek').length).toBe(5);
      const first = polls('c1').filter(
        ({ partition, offsets }) => partition === 'orders-0' && offsets[0] === 0,
      );
      expect(first.map(({ session }) => session)).toEqual([0, expect.any(Number)]);
      expect(first[1]!.session).toBeGreaterThan(0);
    },
  },
  'pause-reading': {
    activity: {
      by: 'c2',
      kind: 'pause-reading',
      atMs: 6_000,
      topic: 'orders',
      partition: 1,
      durationMs: 3_000,
    },
    shows({ during, of, polls }) {
      const held = during(of('pause-reading')[0]!, polls('c2'));
      expect(held.some(({ partition }) => partition === 'orders-1')).toBe(false);
      expect(held.some(({ partition }) => partition === 'orders-2')).toBe(true);
    },
  },
  'start-late': {
    activity: { by: 'c3', kind: 'start-late', atMs: 2_500 },
    shows({ of, polls }) {
      const [{ invokedUs }] = of('start-late') as [Operation];
      expect(Math.min(...polls('c3').map(({ atUs }) => atUs))).toBeGreaterThan(invokedUs);
      const offsets = polls('c3').filter(({ partition }) => partition === 'orders-0');
      expect(offsets[0]!.offsets[0]).toBe(0);
    },
  },
  rest: {
    activity: { by: 'c4', kind: 'rest', atMs: 5_000, durationMs: 2_000 },
    shows({ during, of, polls }) {
      expect(during(of('rest')[0]!, polls('c4'))).toEqual([]);
      const orders = polls('c4').filter(({ partition }) => partition === 'orders-0');
      const sessions = new Set(orders.map(({ session }) => session));
      expect(sessions.size).toBe(2);
    },
  },
  'look-up': {
    activity: {
      by: 'c1',
      kind: 'look-up',
      atMs: 8_000,
      topic: 'orders',
      partition: 0,
      agoMs: 4_000,
    },
    shows({ of }) {
      const [{ about, result }] = of('look-up') as [Operation];
      expect(result!.timestamp).toBeGreaterThanOrEqual(about.asked as number);
      expect(result!.offset).toBeGreaterThan(0);
    },
  },
  silence: {
    activity: { by: 'p1', kind: 'silence', atMs: 3_000, durationMs: 2_000 },
    shows({ of, sends }) {
      const [{ invokedUs, completedUs }] = of('silence') as [Operation];
      const own = sends.filter((send) => send.producer === 1);
      expect(own.some((s) => s.invokedUs > invokedUs && s.invokedUs < completedUs)).toBe(false);
      expect(own.some((s) => s.invokedUs > completedUs)).toBe(true);
    },
  },
  burst: {
    activity: { by: 'p2', kind: 'burst', atMs: 7_000, records: 40 },
    shows({ of, sends }) {
      const [{ invokedUs }] = of('burst') as [Operation];
      expect(sends.filter((send) => send.invokedUs === invokedUs).length).toBe(40);
    },
  },
  'large-records': {
    activity: {
      by: 'p3',
      kind: 'large-records',
      atMs: 7_500,
      records: 2,
      recordBytes: 900_000,
    },
    shows({ of, sends }) {
      const [{ invokedUs }] = of('large-records') as [Operation];
      const large = sends.filter((send) => send.invokedUs === invokedUs);
      expect(large.map(({ outcome }) => outcome)).toEqual(['ok', 'ok']);
    },
  },
  'new-producer': {
    activity: { by: 'p1', kind: 'new-producer', atMs: 8_000 },
    shows({ of, sends }) {
      const [{ invokedUs }] = of('new-producer') as [Operation];
      const own = sends.filter((send) => send.producer === 1);
      const [before, after] = [true, false].map(
        (isBefore) =>
          new Set(
            own.filter((s) => s.invokedUs < invokedUs === isBefore).map((s) => s.incarnation),
          ),
      );
      expect([[...before!], [...after!]]).toEqual([[0], [1]]);
    },
  },
  'leave-group': {
    activity: { by: 'm3', kind: 'leave-group', atMs: 500, durationMs: 9_000, protocol: 'consumer' },
    shows({ during, of, polls, stays }) {
      expect(during(of('leave-group')[0]!, polls('m3'))).toEqual([]);
      expect(stays('m3').map(({ protocol, ended }) => [protocol, ended])).toEqual([
        ['classic', 'closed'],
        ['consumer', 'closed'],
      ]);
    },
  },
  'join-late': {
    activity: { by: 'm2', kind: 'join-late', atMs: 2_000 },
    shows({ of, stays }) {
      const [{ invokedUs }] = of('join-late') as [Operation];
      expect(stays('m2').map(({ createdUs }) => createdUs)).toEqual([invokedUs]);
    },
  },
  resubscribe: {
    activity: { by: 'm4', kind: 'resubscribe', atMs: 2_500, topics: ['orders'] },
    shows({ of, polls, stays }) {
      const [{ invokedUs }] = of('resubscribe') as [Operation];
      const [before, after] = [true, false].map((isBefore) => {
        const own = polls('m4').filter(({ atUs }) => {
          return isBefore ? atUs < invokedUs : atUs > invokedUs + microsPerSecond;
        });
        return new Set(own.map(({ partition }) => partition.slice(0, 6)));
      });
      expect([[...before!], [...after!]]).toEqual([['audit-'], ['orders']]);
      expect(stays('m4')[0]!.subscriptions.map(({ topics }) => topics)).toEqual([
        ['audit'],
        ['orders'],
      ]);
    },
  },
  'stall-processing': {
    activity: { by: 'm1', kind: 'stall-processing', atMs: 3_000, durationMs: 2_000 },
    shows({ of, polls }) {
      const [{ invokedUs }] = of('stall-processing') as [Operation];
      const times = polls('m1').map(({ atUs }) => atUs);
      const stalled = Math.min(...times.filter((atUs) => atUs > invokedUs));
      const next = Math.min(...times.filter((atUs) => atUs > stalled));
      expect(next - stalled).toBeGreaterThanOrEqual(2 * microsPerSecond);
    },
  },
  'reset-offsets': {
    activity: {
      ...admin,
      kind: 'reset-offsets',
      atMs: 2_000,
      group: 'idle',
      topic: 'orders',
      to: 'latest',
    },
    shows({ of }) {
      const [{ result }] = of('reset-offsets') as [Operation];
      const offsets = result!.offsets as number[];
      expect(offsets.filter((offset) => offset > 0)).toHaveLength(3);
    },
  },
  'delete-offsets': {
    activity: { ...admin, kind: 'delete-offsets', atMs: 2_500, group: 'idle', topic: 'orders' },
    shows({ of }) {
      expect(of('delete-offsets').map(({ about }) => about.topic)).toEqual(['orders']);
    },
  },
  'delete-group': {
    activity: { ...admin, kind: 'delete-group', atMs: 4_000, group: 'idle' },
    shows({ outcome, stays }) {
      // Nothing is committed any more: who comes back begins where its policy says.
      const [, second] = stays('m3');
      const starts = outcome.history.groups.starts.filter(({ stay }) => stay === second!.id);
      expect(new Set(starts.map(({ committed }) => committed))).toEqual(new Set([null]));
    },
  },
  'alter-group': {
    activity: {
      ...admin,
      kind: 'alter-group',
      atMs: 1_000,
      group: 'shipping',
      configs: { 'consumer.heartbeat.interval.ms': '5000' },
    },
    shows({ of }) {
      expect(of('alter-group').map(({ outcome }) => outcome)).toEqual(['ok']);
    },
  },
};

interface Seen {
  readonly outcome: TrialOutcome;
  readonly sends: readonly Send[];
  readonly led: readonly { readonly atUs: number; readonly node: number }[];
  /** Of a consumer, or of a member of a group. */
  polls(client: string): Poll[];
  stays(member: string): Stay[];
  of(kind: ActivityKindName): Operation[];
  during(operation: Operation, polls: readonly Poll[]): Poll[];
  final(topic: string): { readonly partitions: number } | undefined;
  config(resource: 'topic' | 'broker', name: string): Record<string, string> | undefined;
}

function seenIn(outcome: TrialOutcome, led: Seen['led']): Seen {
  const { history } = outcome;
  const workload = history.polls.filter(({ phase }) => phase === 'workload');
  const finals = history.views.filter(({ phase }) => phase === 'final');
  return {
    outcome,
    sends: history.sends,
    led,
    polls: (name) =>
      workload.filter(({ consumer, stay }) =>
        stay === null ? `c${consumer}` === name : history.groups.stays[stay]!.by === name,
      ),
    stays: (name) => history.groups.stays.filter(({ by }) => by === name),
    of: (kind) => history.operations.all.filter((operation) => operation.kind === kind),
    during: ({ invokedUs, completedUs }, polls) =>
      polls.filter(({ atUs }) => atUs > invokedUs && atUs < completedUs),
    final: (topic) => finals[0]!.topics.find(({ name }) => name === topic),
    config: (resource, name) =>
      finals
        .flatMap(({ configs }) => configs)
        .find((config) => config.resource === resource && config.name === name)?.values,
  };
}

describe('every kind of activity', () => {
  let seen: Seen;

  beforeAll(async () => {
    const configs = { 'min.insync.replicas': '2' };
    const busy = scenario({
      name: 'busy',
      description: 'One activity of each kind.',
      topics: ['orders', 'payments', 'audit'].map((name) => ({ name, partitions: 3, configs })),
      cluster: { settings: { groupInitialRebalanceDelayMs: 200 } },
      workload: {
        consumers: 4,
        recordsPerSecond: 100,
        groups: [
          { name: 'billing', members: 2, topics: ['orders'] },
          { name: 'idle', members: 1 },
          { name: 'shipping', members: 1, protocol: 'consumer', topics: ['audit'] },
        ],
      },
      phases: { warmUpMs: 3_000, chaosMs: 12_000, calmMs: 1_000 },
      faults: {
        script: [{ kind: 'restart', target: 'b1', atMs: 5_500, durationMs: 1_000 }],
      },
      activities: { script: activityKindNames.map((kind) => cases[kind].activity) },
    });
    const led: { atUs: number; node: number }[] = [];
    const trace = {
      write: (entry: TraceEntry) => {
        if (entry.is !== 'told') return;
        const { observation } = entry.about as { observation?: Observation };
        if (observation?.kind === 'leader-started')
          led.push({ atUs: entry.time, node: observation.node });
      },
    };
    seen = seenIn(await runTrial(busy, '1', { trace }), led);
  }, 60_000);

  it('breaks nothing, and every operation is recorded to its end', () => {
    expect(seen.outcome.result).toMatchObject({ verdict: 'pass', violations: [] });
    const { all, open } = seen.outcome.history.operations;
    expect(open).toBe(0);
    expect(new Set(all.map(({ kind }) => kind))).toEqual(new Set(activityKindNames));
    expect(all.filter(({ outcome }) => outcome !== 'ok')).toEqual([]);
    for (const { invokedUs, completedUs } of all)
      expect(completedUs).toBeGreaterThanOrEqual(invokedUs);
  });

  it.each(activityKindNames)('%s does what it says', (kind) => cases[kind].shows(seen));
});
