import { describe, expect, it } from 'vitest';
import swarm from '../../../scenarios/swarm.ts';
import { SimRandom } from '../../../src/sim/random.ts';
import { activityKindNames, activityKinds } from '../../../src/trial/activities/registry.ts';
import { isPromised } from '../../../src/trial/guarantees/guarantees.ts';
import { drawPlan } from '../../../src/trial/plan/draw.ts';
import { guaranteesOf } from '../../../src/trial/plan/guarantees-of.ts';
import { configured, type Plan, parsePlan } from '../../../src/trial/plan/plan.ts';
import { relationProblems } from '../../../src/trial/scenario/relations.ts';
import { scenario } from '../../../src/trial/scenario/scenario.ts';

const draw = (seed: number): Plan =>
  drawPlan(swarm, String(seed), new SimRandom(String(seed), 'plan/'));
const plans = Array.from({ length: 200 }, (_, seed) => draw(seed));

describe('activities drawn from a seed', () => {
  it('are of every kind over the seeds, of some in each, and of none in some', () => {
    const kinds = plans.map(
      ({ activities = [] }) => new Set(activities.map((activity) => activity.kind)),
    );
    expect(new Set(kinds.flatMap((own) => [...own]))).toEqual(new Set(activityKindNames));
    expect(kinds.some((own) => own.size === 0)).toBe(true);
    expect(kinds.every((own) => own.size < activityKinds.length)).toBe(true);
  });

  it('are possible in their trial, in order of time, and read back as they were drawn', () => {
    for (const plan of plans) {
      const { activities = [], faults } = plan;
      expect(relationProblems(configured(swarm, plan), faults, activities)).toEqual([]);
      const times = activities.map(({ atMs }) => atMs);
      expect(times).toEqual([...times].sort((a, b) => a - b));
      expect(parsePlan(JSON.stringify(plan), 'p')).toEqual(plan);
    }
  });

  it('never lower what the trial goes by', () => {
    for (const plan of plans) {
      const shape = configured(swarm, plan);
      const quiet = guaranteesOf(shape, { ...plan, activities: [] });
      const busy = guaranteesOf(shape, plan);
      for (const { name } of shape.topics)
        expect(busy.topics.get(name)!.copies).toBe(quiet.topics.get(name)!.copies);
    }
  });

  it('change no other draw', () => {
    const { activities, ...others } = swarm;
    expect(activities.random).toBeDefined();
    const calm = { ...others, activities: { script: [] } };
    const busy = plans.findIndex((plan) => (plan.activities ?? []).length > 0);
    const plan = drawPlan(calm, String(busy), new SimRandom(String(busy), 'plan/'));
    expect(plan.activities).toBeUndefined();
    const { cluster, topics, workload } = plans[busy]!;
    expect(plan).toMatchObject({ cluster, topics, workload });
  });
});

describe('what a configuration that changes promises', () => {
  const base = scenario({
    name: 'changing',
    description: 'Settings change.',
    topics: [
      { name: 'orders', configs: { 'min.insync.replicas': '3', 'flush.messages': '1' } },
      { name: 'other', configs: { 'min.insync.replicas': '2' } },
    ],
  });
  const promisedBy = (...activities: object[]) => {
    const text = JSON.stringify({ scenario: 's', seed: '1', workload: {}, faults: [], activities });
    return guaranteesOf(base, parsePlan(text, 'p'));
  };
  const alter = (configs: object, topic = 'orders') => {
    return { kind: 'alter-topic', by: 'a1', topic, configs };
  };

  it('is the least of all that it is meanwhile', () => {
    expect(promisedBy().topics.get('orders')).toMatchObject({
      copies: 3,
      flushed: true,
      keepsAll: true,
    });
    const lower = promisedBy(
      alter({ 'min.insync.replicas': '2' }),
      alter({ 'flush.messages': null }),
    );
    expect(lower.topics.get('orders')).toMatchObject({ copies: 2, flushed: false });
    expect(lower.topics.get('other')).toMatchObject({ copies: 2 });
    expect(promisedBy(alter({ 'retention.ms': '1000' })).topics.get('orders')!.keepsAll).toBe(
      false,
    );
  });

  it('follows what brokers are told for topics, and topics made anew', () => {
    const retention = { kind: 'alter-broker', by: 'a1', configs: { 'log.retention.ms': '1000' } };
    expect(promisedBy(retention).topics.get('other')!.keepsAll).toBe(false);
    const anew = { kind: 'recreate-topic', by: 'a1', topic: 'orders', replicationFactor: 2 };
    expect(promisedBy(anew).topics.get('orders')!.copies).toBe(1);
    const unclean = { 'unclean.leader.election.enable': 'true' };
    const made = { kind: 'create-topic', by: 'a1', topic: 'new', configs: unclean };
    expect(promisedBy(made).topics.get('new')!.cleanElections).toBe(false);
  });

  it('is promised to each producer by its own acks and idempotence', () => {
    const each = [{}, { acks: 1 as const, idempotent: false }];
    const { workload } = scenario({ name: 'x', description: 'Mixed clients.', workload: { each } });
    const mixed = { ...guaranteesOf(base, { workload, faults: [] }), faulty: true };
    const promised = (pledge: 'acknowledged-stays' | 'idempotence') =>
      [1, 2, 3, undefined].map((producer) => isPromised(pledge, mixed, 'orders-0', { producer }));
    expect(promised('acknowledged-stays')).toEqual([true, false, true, true]);
    expect(promised('idempotence')).toEqual([true, false, true, true]);
  });
});
