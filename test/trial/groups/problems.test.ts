import { describe, expect, it } from 'vitest';
import { type GroupWorkload, membersOf } from '../../../src/trial/groups/group.ts';
import { type ScenarioInput, scenario } from '../../../src/trial/scenario/scenario.ts';

type GroupInput = NonNullable<NonNullable<ScenarioInput['workload']>['groups']>[number];

const withGroups = (...groups: GroupInput[]): ScenarioInput => ({
  name: 'grouped',
  description: 'A scenario with consumer groups.',
  workload: { groups },
});

const problemOf = (input: ScenarioInput): string => {
  try {
    scenario(input);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
};

describe('consumer groups of a scenario', () => {
  it('are none by default, and a name makes one', () => {
    expect(scenario({ name: 'bare', description: 'Without groups.' }).workload).not.toHaveProperty(
      'groups',
    );
    const { workload } = scenario(withGroups({ name: 'billing' }));
    const [group] = workload.groups as [GroupWorkload];
    expect(group).toMatchObject({ members: 3, protocol: 'classic', commits: 'after' });
  });

  it('have members on machines that are counted through all groups', () => {
    const { workload } = scenario(
      withGroups({ name: 'billing', members: 2 }, { name: 'stock', members: 1 }),
    );
    const members = membersOf(workload).map(({ machine, group, index }) => [
      machine,
      group.name,
      index,
    ]);
    expect(members).toEqual([
      ['m1', 'billing', 1],
      ['m2', 'billing', 2],
      ['m3', 'stock', 1],
    ]);
  });

  it.each<[string, GroupInput, string]>([
    ['a name twice', { name: 'billing' }, 'workload.groups.1.name: "billing" is there twice'],
    [
      'a session that the coordinator refuses',
      { name: 'a', sessionTimeoutMs: 2_000 },
      "workload.groups.1.sessionTimeoutMs: 2000 is not within cluster.settings' " +
        'groupMinSessionTimeoutMs 6000',
    ],
    [
      'heartbeats as seldom as sessions last',
      { name: 'a', heartbeatIntervalMs: 6_000 },
      'workload.groups.1.heartbeatIntervalMs: 6000 is not below sessionTimeoutMs 6000',
    ],
    [
      'commits by time all the time',
      { name: 'a', commits: 'auto', commitEveryMs: 0 },
      'workload.groups.1.commitEveryMs: 0 is below 100',
    ],
    [
      'a topic that is not there',
      { name: 'a', topics: ['payments'] },
      'workload.groups.1.topics: "payments" is no topic of the scenario',
    ],
    [
      'topics and a pattern',
      { name: 'a', topics: ['orders'], pattern: 'o.*' },
      'workload.groups.1.pattern: give topics or a pattern, not both',
    ],
    ['a pattern that is none', { name: 'a', pattern: '(' }, 'workload.groups.1.pattern: '],
    [
      "a pattern that finds the coordinators' topic",
      { name: 'a', pattern: '.*' },
      'workload.groups.1.pattern: it matches __consumer_offsets',
    ],
    ['too many members', { name: 'a', members: 17 }, 'workload.groups.1.members'],
  ])('are refused: %s', (_, group, problem) => {
    expect(problemOf(withGroups({ name: 'billing' }, group))).toContain(problem);
  });

  it.each<[string, ScenarioInput['cluster'], string]>([
    [
      'more replicas than there are brokers',
      { brokers: 2 },
      'cluster.settings.offsetsTopicReplicationFactor: 3 needs as many brokers',
    ],
    [
      'segments that no topic may have',
      { settings: { offsetsTopicSegmentBytes: 4_096 } },
      'cluster.settings.offsetsTopicSegmentBytes: ',
    ],
  ])("are refused where their coordinators' topic cannot be made: %s", (_, cluster, problem) => {
    const topics = [{ name: 'orders', replicationFactor: 1 }];
    const input = { ...withGroups({ name: 'billing' }), topics, ...(cluster && { cluster }) };
    expect(problemOf(input)).toContain(problem);
    const { workload: _groups, ...without } = input;
    expect(problemOf(without)).toBe('');
  });

  it.each<[string, object, string]>([
    ['a member that is not there', { by: 'm4', kind: 'join-late' }, '"m4" is no member'],
    [
      'a group that is not there',
      { by: 'a1', kind: 'delete-group', group: 'stock' },
      '"stock" is none of workload.groups',
    ],
    [
      'a setting that groups do not have',
      { by: 'a1', kind: 'alter-group', group: 'billing', configs: { 'retention.ms': '1' } },
      'retention.ms',
    ],
    [
      'a pattern that is none',
      { by: 'm1', kind: 'resubscribe', pattern: '(' },
      'activities 0 (resubscribe).pattern: ',
    ],
  ])('activities about them are refused: %s', (_, activity, problem) => {
    const input = withGroups({ name: 'billing' });
    const script = [activity] as NonNullable<ScenarioInput['activities']>['script'];
    expect(problemOf({ ...input, activities: { script } })).toContain(problem);
  });
});
