/**
 * What activities must be to the cluster, its topics and its clients. Each problem names field,
 * value and remedy.
 */
import { TopicNames, topicNameProblem } from '../../kafka/controller/topic-names.ts';
import { brokerConfigsProblem } from '../../kafka/metadata/broker-configs.ts';
import { groupConfigProblem } from '../../kafka/metadata/group-configs.ts';
import { topicConfigsProblem } from '../../kafka/metadata/topic-configs.ts';
import type { Consequences } from '../activities/activity.ts';
import { type Activity, activityKindOf, initialOf } from '../activities/registry.ts';
import { groupsOf, membersOf } from '../groups/group.ts';
import { selectionProblems } from '../groups/problems.ts';
import type { Scenario } from './scenario.ts';

/** As for the topics of a scenario. */
const mostPartitions = 512;
/** Each is compared with all that was sent to its partition. */
const mostLookUps = 200;
/** As many as a plan may hold, less those of a script. */
const mostDrawn = 9_000;

/** `activities`: those of a plan, or a scenario's script. */
export function activityProblems(scenario: Scenario, activities: readonly Activity[]): string[] {
  const consequences = activities.map(
    (one) => activityKindOf(one).consequences?.(one) ?? ({} satisfies Consequences),
  );
  const made = consequences.flatMap(({ creates }) => creates?.topic ?? []);
  const topics = new Set([...scenario.topics.map(({ name }) => name), ...made]);
  const problems = activities.flatMap((activity, index) => {
    const field = `activities ${index} (${activity.kind})`;
    const own = consequences[index]!;
    return [
      ...actorProblems(activity, field, scenario),
      ...timeProblems(activity, field, scenario),
      ...topicProblems(own, field, topics, scenario),
      ...brokerProblems(activity, field, scenario),
      ...groupProblems(activity, own, field, scenario),
    ];
  });
  return [...problems, ...countProblems(scenario, activities, consequences)];
}

function actorProblems({ kind, by }: Activity, field: string, { workload }: Scenario): string[] {
  const role = activityKindOf({ kind }).by;
  const count = {
    administrator: 1,
    producer: workload.producers,
    consumer: workload.consumers,
    member: membersOf(workload).length,
  };
  const [initial, most] = [initialOf[role], count[role]];
  if (by.startsWith(initial) && Number(by.slice(1)) <= most) return [];
  const choices =
    most === 0 ? 'there is none' : `give ${initial}1${most > 1 ? ` to ${initial}${most}` : ''}`;
  return [`${field}.by: "${by}" is no ${role} of this trial: ${choices}`];
}

function timeProblems({ atMs }: Activity, field: string, { phases }: Scenario): string[] {
  if (atMs <= phases.chaosMs) return [];
  return [`${field}.atMs: ${atMs} is after chaos, which ends at chaosMs ${phases.chaosMs}`];
}

function topicProblems(
  { creates, needs, configures }: Consequences,
  field: string,
  topics: ReadonlySet<string>,
  { cluster }: Scenario,
): string[] {
  const problems: string[] = [];
  if (needs !== undefined && !topics.has(needs)) {
    problems.push(
      `${field}.topic: "${needs}" is neither among the topics of the scenario nor created by ` +
        'another activity',
    );
  }
  if (creates !== undefined) {
    const { topic, replicationFactor, configs } = creates;
    const others = new Map(
      [...topics].filter((name) => name !== topic).map((name) => [name, null]),
    );
    const collision = new TopicNames(others).collidingWith(topic);
    const wrongName = topicNameProblem(topic);
    const wrong = topicConfigsProblem(new Map(Object.entries(configs)));
    if (wrongName !== null) problems.push(`${field}.topic: ${wrongName}`);
    if (collision !== null)
      problems.push(`${field}.topic: "${topic}" collides with "${collision}"`);
    if (replicationFactor > cluster.brokers) {
      problems.push(
        `${field}.replicationFactor: ${replicationFactor} needs as many brokers, and ` +
          `cluster.brokers is ${cluster.brokers}`,
      );
    }
    if (wrong !== null) problems.push(`${field}.configs: ${wrong}`);
  }
  if (configures !== undefined) {
    const { topic, configs } = configures;
    const set = Object.entries(configs).filter((entry) => entry[1] !== null);
    const values = new Map(set as [string, string][]);
    const wrong = topic === null ? brokerConfigsProblem(values) : topicConfigsProblem(values);
    if (wrong !== null) problems.push(`${field}.configs: ${wrong}`);
    if (Object.keys(configs).length === 0) problems.push(`${field}.configs: give one at least`);
  }
  return problems;
}

function brokerProblems(activity: Activity, field: string, { cluster }: Scenario): string[] {
  if (!('broker' in activity)) return [];
  const { broker } = activity;
  if (broker === '' || (Number(broker) >= 1 && Number(broker) <= cluster.brokers)) return [];
  return [`${field}.broker: ${broker} is none of 1 to ${cluster.brokers}`];
}

function groupProblems(
  activity: Activity,
  { configuresGroup }: Consequences,
  field: string,
  { workload }: Scenario,
): string[] {
  const problems: string[] = [];
  const names = groupsOf(workload).map(({ name }) => name);
  if ('group' in activity && !names.includes(activity.group)) {
    problems.push(`${field}.group: "${activity.group}" is none of workload.groups`);
  }
  if (activity.kind === 'resubscribe') problems.push(...selectionProblems(activity, field));
  if (configuresGroup === undefined) return problems;
  const entries = Object.entries(configuresGroup.configs);
  const values = entries.filter((entry): entry is [string, string] => entry[1] !== null);
  const wrong = groupConfigProblem(new Map(values));
  if (wrong !== null) problems.push(`${field}.configs: ${wrong}`);
  if (entries.length === 0) problems.push(`${field}.configs: give one at least`);
  return problems;
}

function countProblems(
  { topics }: Scenario,
  activities: readonly Activity[],
  consequences: readonly Consequences[],
): string[] {
  const most = new Map(topics.map(({ name, partitions }) => [name, partitions]));
  for (const { creates, grows } of consequences) {
    for (const change of [creates, grows]) {
      if (change === undefined) continue;
      most.set(change.topic, Math.max(most.get(change.topic) ?? 0, change.partitions));
    }
  }
  const problems: string[] = [];
  const partitions = [...most.values()].reduce((sum, count) => sum + count, 0);
  const made = consequences.reduce((sum, { creates }) => sum + (creates?.partitions ?? 0), 0);
  if (partitions + made > mostPartitions && (made > 0 || partitions > mostPartitions)) {
    problems.push(
      `activities: ${partitions + made} partitions, with each topic that is created, are more ` +
        `than ${mostPartitions}: create fewer`,
    );
  }
  const lookUps = activities.filter(({ kind }) => kind === 'look-up').length;
  if (lookUps > mostLookUps)
    problems.push(`activities: ${lookUps} of kind look-up are more than ${mostLookUps}`);
  return problems;
}

/** What a seed may draw is bounded before it is drawn. */
export function drawnActivityProblems({ activities, phases }: Scenario): string[] {
  if (activities.random === undefined) return [];
  const { everyMs } = activities.random;
  const bound = Math.ceil((2 * phases.chaosMs) / mostDrawn);
  if (everyMs >= bound) return [];
  return [
    `activities.random.everyMs: ${everyMs} may make more than ${mostDrawn} activities in chaosMs ` +
      `${phases.chaosMs}: give at least ${bound}`,
  ];
}

/** What activities write beside the steady load. */
export function loadOf(
  activities: readonly Activity[],
  recordBytes: number,
): { readonly records: number; readonly bytes: number } {
  let records = 0;
  let bytes = 0;
  for (const activity of activities) {
    const own = activityKindOf(activity).consequences?.(activity) ?? {};
    records += own.records ?? 0;
    bytes += Math.max(0, (own.bytes ?? 0) - (own.records ?? 0) * recordBytes);
  }
  return { records, bytes };
}
