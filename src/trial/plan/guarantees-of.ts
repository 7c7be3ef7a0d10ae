/**
 * Reads what a scenario's configuration promises into the table of guarantees. Where activities
 * change it, that counts which promises least: at any moment it may be the one in force.
 */
import { offsetsTopic } from '../../kafka/metadata/internal-topics.ts';
import { topicConfig } from '../../kafka/metadata/topic-configs.ts';
import type { Consequences } from '../activities/activity.ts';
import { type Activity, activityKindOf } from '../activities/registry.ts';
import { groupsOf } from '../groups/group.ts';
import type { Guarantees, ProducerGuarantees, TopicGuarantees } from '../guarantees/guarantees.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { producerWorkload } from '../scenario/workload.ts';
import { nodeSettings } from '../settings/settings.ts';
import type { Plan } from './plan.ts';

type Promising = Pick<Scenario, 'topics' | 'cluster' | 'breaks'>;
type Topic = Pick<Scenario['topics'][number], 'name' | 'replicationFactor' | 'configs'>;

export function guaranteesOf(
  scenario: Promising,
  { workload, faults, activities = [] }: Pick<Plan, 'workload' | 'faults' | 'activities'>,
): Guarantees {
  const consequences = activities.map(consequencesOf);
  const topics = new Map<string, Topic[]>();
  const add = (topic: Topic): void => {
    topics.set(topic.name, [...(topics.get(topic.name) ?? []), topic]);
  };
  for (const topic of scenario.topics) add(topic);
  for (const { creates } of consequences)
    if (creates !== undefined) add({ ...creates, name: creates.topic });
  const { idempotent, acks } = workload;
  if (groupsOf(workload).length > 0) add(offsetsTopicOf(scenario));
  const guaranteed = [...topics].map(
    ([name, made]) => [name, topicOf(made, consequences, scenario, faults)] as const,
  );
  return {
    topics: new Map(guaranteed),
    initial: scenario.topics,
    idempotent,
    acks,
    producers: producersOf(workload),
    groups: promisedGroups(scenario, workload, consequences, faults),
    faulty: faults.length > 0,
    asked: scenario.breaks ?? null,
  };
}

/** As brokers make it when the first group is asked for. */
function offsetsTopicOf({ cluster }: Promising): Topic {
  const { offsetsTopicReplicationFactor } = nodeSettings(cluster.settings);
  return { name: offsetsTopic, replicationFactor: offsetsTopicReplicationFactor, configs: {} };
}

function promisedGroups(
  { cluster }: Promising,
  workload: Plan['workload'],
  consequences: readonly Consequences[],
  faults: Plan['faults'],
): Guarantees['groups'] {
  const { offsetsRetentionMinutes } = nodeSettings(cluster.settings);
  const moved = new Set(consequences.map(({ movesOffsetsOf }) => movesOffsetsOf));
  const offsetsExpire = faults.some(jumpsFar) || !isLong(offsetsRetentionMinutes * minuteMs);
  return new Map(
    groupsOf(workload).map(({ name, commits, autoOffsetReset }) => {
      const offsetsMove = moved.has(name);
      return [name, { commits, reset: autoOffsetReset, offsetsMove, offsetsExpire }];
    }),
  );
}

export function consequencesOf(activity: Activity): Consequences {
  return activityKindOf(activity).consequences?.(activity) ?? {};
}

function producersOf(workload: Plan['workload']): ReadonlyMap<number, ProducerGuarantees> {
  const differing = (workload.each ?? []).map((_, index) => {
    const { idempotent, acks } = producerWorkload(workload, index + 1);
    return [index + 1, { idempotent, acks }] as const;
  });
  return new Map(differing);
}

/** `made`: the topics that have this name, one after the other. */
function topicOf(
  made: readonly Topic[],
  consequences: readonly Consequences[],
  { cluster }: Promising,
  faults: Plan['faults'],
): TopicGuarantees {
  const { name } = made[0]!;
  const defaults = nodeSettings(cluster.settings).topicDefaults;
  /** All values that a setting of the topic may have at some time. */
  const values = (config: string, otherwise: number | boolean): string[] => {
    const brokers = topicConfig(config)!.broker;
    const changes = consequences.flatMap(({ configures }) => {
      if (configures === undefined) return [];
      const { topic, configs } = configures;
      const changed = topic === null ? configs[brokers ?? ''] : configs[config];
      return (topic === null || topic === name) && changed !== undefined ? [changed] : [];
    });
    const own = made.map(({ configs }) => configs[config] ?? null);
    return [...own, ...changes].map((value) => value ?? String(otherwise));
  };
  const numbers = (config: string, otherwise: number): number[] =>
    values(config, otherwise).map(Number);
  const minInsync = numbers('min.insync.replicas', defaults.minInsyncReplicas);
  const factors = made.map(({ replicationFactor }) => replicationFactor);
  return {
    topic: name,
    copies: Math.min(...minInsync, ...factors, cluster.brokers),
    flushed: numbers('flush.messages', defaults.flushMessages).every((messages) => messages === 1),
    keepsAll:
      !faults.some(jumpsFar) &&
      numbers('retention.bytes', defaults.retentionBytes).every((bytes) => bytes < 0) &&
      numbers('retention.ms', defaults.retentionMs).every(isLong),
    cleanElections: values(
      'unclean.leader.election.enable',
      defaults.uncleanLeaderElectionEnable,
    ).every((value) => value !== 'true'),
  };
}

const minuteMs = 60_000;
const dayMs = 86_400_000;

/** A retention beyond whatever clocks can be off by; −1 is for ever. */
const isLong = (retentionMs: number): boolean => retentionMs < 0 || retentionMs >= 7 * dayMs;

const jumpsFar = (fault: Plan['faults'][number]): boolean =>
  fault.kind === 'clock-jump' && Math.abs(fault.offsetMs) >= dayMs;
