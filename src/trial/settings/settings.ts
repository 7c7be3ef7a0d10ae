/**
 * zod schemas of node and topic settings. Names and types come from the defaults, so that the two
 * cannot drift apart; the bounds stand here. Topic settings have the bounds that the cluster's own
 * validator has.
 */
import * as z from 'zod';
import {
  defaultNodeSettings,
  defaultTopicSettings,
  type NodeSettings,
  type TopicSettings,
} from '../../kafka/config.ts';
import { valueProblem } from '../../kafka/metadata/config-def.ts';
import { topicConfigs } from '../../kafka/metadata/topic-configs.ts';

const { topicDefaults: _, ...nodeDefaults } = defaultNodeSettings;

type NodeDefaults = typeof nodeDefaults;
type NumberNames = {
  [Name in keyof NodeDefaults]: NodeDefaults[Name] extends number ? Name : never;
}[keyof NodeDefaults];

/** Kafka keeps these settings in 32 bits. */
const mostOfAll = 2_147_483_647;
const most: Readonly<Partial<Record<NumberNames, number>>> = {
  // Drawn in microseconds, from at most 2^32.
  controllerQuorumElectionTimeoutMs: 3_600_000,
  // 16 bits on the wire.
  defaultReplicationFactor: 32_767,
  offsetsTopicReplicationFactor: 32_767,
};

/**
 * The least that each number may be. What is waited for again and again is at least some
 * milliseconds: at zero a node would do nothing else, and virtual time would stand still.
 */
const least: Readonly<Record<NumberNames, number>> = {
  // Laggards are looked for twice in this time.
  replicaLagTimeMaxMs: 10,
  // A follower asks again as soon as it is answered.
  replicaFetchWaitMaxMs: 10,
  replicaFetchBackoffMs: 10,
  // A fetch gives one batch at least, whatever its bounds.
  replicaFetchMaxBytes: 1,
  replicaFetchResponseMaxBytes: 1,
  replicaHighWatermarkCheckpointIntervalMs: 100,
  replicaSocketTimeoutMs: 10,
  leaderImbalanceCheckIntervalSeconds: 1,
  defaultReplicationFactor: 1,
  numPartitions: 1,
  brokerHeartbeatIntervalMs: 50,
  brokerSessionTimeoutMs: 100,
  initialBrokerRegistrationTimeoutMs: 1_000,
  // An election takes a round trip and a sync: below, nobody would ever win one.
  controllerQuorumElectionTimeoutMs: 50,
  controllerQuorumElectionBackoffMaxMs: 10,
  // A leader with nothing to tell answers a fetch after 500 ms.
  controllerQuorumFetchTimeoutMs: 600,
  controllerQuorumRequestTimeoutMs: 600,
  controllerQuorumAppendLingerMs: 0,
  controllerQuorumRetryBackoffMs: 5,
  // Sessions of members are checked when they end, and no sooner than a heartbeat could come.
  groupMinSessionTimeoutMs: 10,
  groupMaxSessionTimeoutMs: 10,
  groupInitialRebalanceDelayMs: 0,
  groupMaxSize: 1,
  groupConsumerSessionTimeoutMs: 10,
  groupConsumerHeartbeatIntervalMs: 10,
  groupConsumerMaxSize: 1,
  offsetsTopicReplicationFactor: 1,
  offsetsTopicNumPartitions: 1,
  offsetsTopicSegmentBytes: 14,
  offsetsRetentionMinutes: 1,
  offsetsRetentionCheckIntervalMs: 100,
  offsetsLoadBufferSize: 1,
  offsetsCommitTimeoutMs: 10,
  offsetMetadataMaxBytes: 0,
  // Requests among nodes must fit.
  socketRequestMaxBytes: 65_536,
  maxConnections: 1,
  queuedMaxRequestsPerConnection: 1,
  connectionsMaxIdleMs: 1_000,
  fetchMaxBytes: 1_024,
  requestTimeoutMs: 100,
  controlledShutdownTimeoutMs: 1,
  producerIdExpirationMs: 1,
  // Zero: no fetch sessions.
  maxIncrementalFetchSessionCacheSlots: 0,
  // One request must fit.
  queuedMaxRequestBytes: 65_536,
};

type TextNames = {
  [Name in keyof NodeDefaults]: NodeDefaults[Name] extends string ? Name : never;
}[keyof NodeDefaults];

/** What each setting may be that is a text. */
const texts: Readonly<Record<TextNames, readonly string[]>> = {
  groupConsumerAssignors: ['uniform,range', 'range,uniform', 'uniform', 'range'],
  groupConsumerMigrationPolicy: ['bidirectional', 'upgrade', 'downgrade', 'disabled'],
  // Who chooses the replica a consumer reads from (KIP-392).
  replicaSelectorClass: ['', 'org.apache.kafka.common.replica.RackAwareReplicaSelector'],
};

type Optional<Settings> = {
  [Name in keyof Settings]: z.ZodOptional<z.ZodType<Settings[Name], Settings[Name]>>;
};

function nodeSchema(): Optional<NodeDefaults> {
  const fields: Record<string, z.ZodType> = {};
  for (const [name, value] of Object.entries(nodeDefaults)) {
    const bounded = (name: NumberNames): z.ZodType =>
      z
        .int()
        .min(least[name])
        .max(most[name] ?? mostOfAll);
    const type =
      typeof value === 'number'
        ? bounded(name as NumberNames)
        : typeof value === 'boolean'
          ? z.boolean()
          : z.enum(texts[name as TextNames]);
    fields[name] = type.optional();
  }
  return fields as Optional<NodeDefaults>;
}

function topicSchema(): Optional<TopicSettings> {
  const fields: Record<string, z.ZodType> = {};
  for (const [name, value] of Object.entries(defaultTopicSettings)) {
    const configs = topicConfigs.filter(({ setting }) => setting === name);
    const error = 'Not what the cluster takes for this setting';
    const takes = (given: unknown): boolean =>
      configs.some((config) => valueProblem(config, String(given)) === null);
    fields[name] = typed(value).refine(takes, { error }).optional();
  }
  return fields as Optional<TopicSettings>;
}

function typed(value: unknown): z.ZodType {
  if (typeof value === 'number') return z.int();
  return typeof value === 'boolean' ? z.boolean() : z.string();
}

/** Overrides of NodeSettings; unknown names and wrong values are errors that name the field. */
export const settingsSchema = z.strictObject({
  ...nodeSchema(),
  topicDefaults: z.strictObject(topicSchema()).optional(),
});

/** Those that a node may have others of than the rest: what topics promise is not among them. */
export const changeableSchema = settingsSchema.omit({ topicDefaults: true });

export type SettingsOverrides = z.output<typeof settingsSchema>;

/** In a trial no topic comes about by a client's naming it, unless the scenario asks for that. */
const trialDefaults: NodeSettings = { ...defaultNodeSettings, autoCreateTopicsEnable: false };

export function nodeSettings({ topicDefaults, ...rest }: SettingsOverrides): NodeSettings {
  return {
    ...trialDefaults,
    ...given(rest),
    topicDefaults: { ...defaultTopicSettings, ...given(topicDefaults ?? {}) },
  };
}

/** The entries that have a value. */
function given<T extends object>(overrides: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(overrides).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}
