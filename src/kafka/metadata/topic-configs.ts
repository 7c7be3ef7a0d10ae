/**
 * Topic settings as Kafka names, types and bounds them, one table for all: what CreateTopics and
 * IncrementalAlterConfigs accept, what DescribeConfigs shows, and how set values become
 * `TopicSettings`. Kafka's 64-bit maximum stands for "unlimited" and is kept as the largest safe
 * integer.
 */
import type { TopicSettings } from '../config.ts';

/** Kafka's ids of value types in DescribeConfigs (KIP-569). */
export const configType = { boolean: 1, string: 2, int: 3, long: 5, list: 7 } as const;

/** Kafka's ids of where a value comes from. */
export const configSource = { topic: 1, staticBroker: 4, default: 5 } as const;

/** Kafka's ids of what settings belong to. */
export const configResource = { topic: 2, broker: 4 } as const;

type Setting = keyof TopicSettings;

interface TopicConfig<S extends Setting = Setting> {
  readonly name: string;
  readonly setting: S;
  readonly type: number;
  /** The value of a text, or undefined where it is no valid one. */
  readonly parse: (text: string) => TopicSettings[S] | undefined;
}

const longMax = 9_223_372_036_854_775_807n;
const intMax = 2_147_483_647n;

/**
 * Decimal integers in [min, max], as Java's parser takes them; beyond safe integers they mean
 * unlimited.
 */
const integer =
  (min: bigint, max: bigint) =>
  (text: string): number | undefined => {
    if (!/^[+-]?[0-9]{1,19}$/.test(text.trim())) return undefined;
    const value = BigInt(text.trim().replace('+', ''));
    if (value < min || value > max) return undefined;
    return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(value);
  };

const boolean = (text: string): boolean | undefined => {
  const lower = text.trim().toLowerCase();
  return lower === 'true' ? true : lower === 'false' ? false : undefined;
};

const oneOf =
  <T extends string>(...values: readonly T[]) =>
  (text: string): T | undefined =>
    values.find((value) => value === text.trim());

const cleanupPolicy = (text: string): TopicSettings['cleanupPolicy'] | undefined => {
  const parts = new Set(text.split(',').map((part) => part.trim()));
  const compact = parts.delete('compact');
  const remove = parts.delete('delete');
  if (parts.size > 0 || !(compact || remove)) return undefined;
  return compact ? (remove ? 'compact,delete' : 'compact') : 'delete';
};

const int = (setting: Setting, name: string, min: bigint) => ({
  name,
  setting,
  type: configType.int,
  parse: integer(min, intMax),
});
const long = (setting: Setting, name: string, min: bigint) => ({
  name,
  setting,
  type: configType.long,
  parse: integer(min, longMax),
});

/** All settings a topic may have, sorted by name. */
export const topicConfigs: readonly TopicConfig[] = [
  { name: 'cleanup.policy', setting: 'cleanupPolicy', type: configType.list, parse: cleanupPolicy },
  {
    name: 'compression.gzip.level',
    setting: 'compressionGzipLevel',
    type: configType.int,
    parse: (text) => (text.trim() === '0' ? undefined : integer(-1n, 9n)(text)),
  },
  {
    name: 'compression.type',
    setting: 'compressionType',
    type: configType.string,
    parse: oneOf('producer', 'uncompressed', 'gzip', 'snappy', 'lz4', 'zstd'),
  },
  {
    name: 'compression.zstd.level',
    setting: 'compressionZstdLevel',
    type: configType.int,
    parse: integer(-131_072n, 22n),
  },
  long('flushMessages', 'flush.messages', 1n),
  long('flushMs', 'flush.ms', 0n),
  int('indexIntervalBytes', 'index.interval.bytes', 0n),
  int('maxMessageBytes', 'max.message.bytes', 0n),
  long('messageTimestampAfterMaxMs', 'message.timestamp.after.max.ms', 0n),
  long('messageTimestampBeforeMaxMs', 'message.timestamp.before.max.ms', 0n),
  {
    name: 'message.timestamp.type',
    setting: 'messageTimestampType',
    type: configType.string,
    parse: oneOf('CreateTime', 'LogAppendTime'),
  },
  int('minInsyncReplicas', 'min.insync.replicas', 1n),
  long('retentionBytes', 'retention.bytes', -longMax),
  long('retentionMs', 'retention.ms', -1n),
  int('segmentBytes', 'segment.bytes', 14n),
  int('segmentIndexBytes', 'segment.index.bytes', 4n),
  long('segmentMs', 'segment.ms', 1n),
  {
    name: 'unclean.leader.election.enable',
    setting: 'uncleanLeaderElectionEnable',
    type: configType.boolean,
    parse: boolean,
  },
];

const configByName: ReadonlyMap<string, TopicConfig> = new Map(
  topicConfigs.map((config) => [config.name, config]),
);

export const topicConfigType = (name: string): number | undefined => configByName.get(name)?.type;

/** Why `name` may not be set to `value`, for the peer to read; null where it may. */
export function topicConfigProblem(name: string, value: string): string | null {
  const config = configByName.get(name);
  if (config === undefined) return `Unknown topic config name: ${name}`;
  if (config.parse(value) === undefined) return `Invalid value ${value} for configuration ${name}`;
  return null;
}

/**
 * Settings where set values go before `defaults`. Values were validated before they came into the
 * log.
 */
export function settingsOf(
  overrides: ReadonlyMap<string, string>,
  defaults: TopicSettings,
): TopicSettings {
  const settings: Partial<Record<Setting, unknown>> = { ...defaults };
  for (const [name, text] of overrides) {
    const config = configByName.get(name);
    const value = config?.parse(text);
    if (config !== undefined && value !== undefined) settings[config.setting] = value;
  }
  return settings as TopicSettings;
}

/** A value as DescribeConfigs prints it. */
export const configText = (value: TopicSettings[Setting]): string =>
  value === Number.MAX_SAFE_INTEGER ? String(longMax) : String(value);
