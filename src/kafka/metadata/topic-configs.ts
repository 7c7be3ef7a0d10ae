/**
 * All settings that a topic of Kafka 4.1 may have, one table for all: what CreateTopics and the
 * two ways to alter accept, what DescribeConfigs shows, and which of a broker's settings stands
 * behind each.
 */
import type { TopicSettings } from '../config.ts';
import { byName, type ConfigDef, type ConfigKind, valueProblem } from './config-def.ts';
import { boolean, int, list, listOf, long, oneOf, ratio } from './config-kinds.ts';

export interface TopicConfig extends ConfigDef {
  /** Where its value stands among the settings the log works by; null where `idle` says why. */
  readonly setting: keyof TopicSettings | null;
  /** The setting of a broker that topics without a value of their own follow. */
  readonly broker: string | null;
  /** What the broker follows where that setting is not given (`log.retention.hours`). */
  readonly brokerFallback: { readonly name: string; readonly value: string } | null;
}

export const unlimited = '9223372036854775807';

export const smallSegments = 'internal.segment.bytes';
const noCleaner = 'there is no log cleaner yet; segments are removed by retention only';
const oneLevel = 'lz4 has one level here';
const noTiers = 'there is no remote storage';
const noThrottle = 'replication is never throttled';

/** `about` is the setting's documentation; `idle` why it changes nothing here. */
function def(
  name: string,
  kind: ConfigKind,
  fallback: string | null,
  setting: keyof TopicSettings | null,
  broker: string | null,
  about: string,
  idle: string | null = null,
  brokerFallback: TopicConfig['brokerFallback'] = null,
): TopicConfig {
  return { name, kind, fallback, setting, broker, about, idle, brokerFallback };
}

const replicaPairs = list('* or list of partition:broker', (entries) =>
  (entries.length === 1 && entries[0] === '*') ||
  entries.every((entry) => /^([0-9]+:[0-9]+)?$/.test(entry))
    ? null
    : "must be the literal '*' or a list of replicas: [partitionId]:[brokerId],...",
);

/** Sorted by name. */
export const topicConfigs: readonly TopicConfig[] = [
  def(
    'cleanup.policy',
    listOf('compact', 'delete'),
    'delete',
    'cleanupPolicy',
    'log.cleanup.policy',
    'Whether old segments are deleted by retention, records compacted by key, both or neither.',
  ),
  def(
    'compression.gzip.level',
    levels(int(-1, 9)),
    '-1',
    'compressionGzipLevel',
    'compression.gzip.level',
    'Level for gzip, from 1 to 9, or -1 for its default, where compression.type is gzip.',
  ),
  def(
    'compression.lz4.level',
    int(1, 17),
    '9',
    null,
    'compression.lz4.level',
    'Level for lz4 where compression.type is lz4.',
    oneLevel,
  ),
  def(
    'compression.type',
    oneOf('uncompressed', 'zstd', 'lz4', 'snappy', 'gzip', 'producer'),
    'producer',
    'compressionType',
    'compression.type',
    'How batches are kept: by one codec, or as their producer compressed them.',
  ),
  def(
    'compression.zstd.level',
    int(-131_072, 22),
    '3',
    'compressionZstdLevel',
    'compression.zstd.level',
    'Level for zstd where compression.type is zstd.',
  ),
  def(
    'delete.retention.ms',
    long(0),
    '86400000',
    null,
    'log.cleaner.delete.retention.ms',
    'How long the marks of deleted keys stay in a compacted topic.',
    noCleaner,
  ),
  def(
    'file.delete.delay.ms',
    long(0),
    '60000',
    null,
    'log.segment.delete.delay.ms',
    'How long a removed segment stays on the disk.',
    'a removed segment goes at once',
  ),
  def(
    'flush.messages',
    long(1),
    unlimited,
    'flushMessages',
    'log.flush.interval.messages',
    'After how many records the log is forced to the disk.',
  ),
  def(
    'flush.ms',
    long(0),
    unlimited,
    'flushMs',
    'log.flush.interval.ms',
    'After how long the log is forced to the disk.',
    null,
    { name: 'log.flush.scheduler.interval.ms', value: unlimited },
  ),
  def(
    'follower.replication.throttled.replicas',
    replicaPairs,
    '',
    null,
    null,
    'Replicas whose fetching as a follower is throttled.',
    noThrottle,
  ),
  def(
    'index.interval.bytes',
    int(0),
    '4096',
    'indexIntervalBytes',
    'log.index.interval.bytes',
    'After how many bytes of records the offset index gets an entry.',
  ),
  def(
    smallSegments,
    int(1),
    null,
    'segmentBytes',
    null,
    'Goes before segment.bytes, without its lower bound: for tests. Told only where it is set.',
  ),
  def(
    'leader.replication.throttled.replicas',
    replicaPairs,
    '',
    null,
    null,
    'Replicas to which a leader sends throttled.',
    noThrottle,
  ),
  def(
    'local.retention.bytes',
    long(-2),
    '-2',
    null,
    'log.local.retention.bytes',
    'How much of a tiered partition stays on its broker; -2 follows retention.bytes.',
    noTiers,
  ),
  def(
    'local.retention.ms',
    long(-2),
    '-2',
    null,
    'log.local.retention.ms',
    'How long records of a tiered partition stay on their broker; -2 follows retention.ms.',
    noTiers,
  ),
  def(
    'max.compaction.lag.ms',
    long(1),
    unlimited,
    null,
    'log.cleaner.max.compaction.lag.ms',
    'After how long a record has to have been compacted.',
    noCleaner,
  ),
  def(
    'max.message.bytes',
    int(0),
    '1048588',
    'maxMessageBytes',
    'message.max.bytes',
    'The largest batch that is accepted, as it is compressed.',
  ),
  def(
    'message.timestamp.after.max.ms',
    long(0),
    '3600000',
    'messageTimestampAfterMaxMs',
    'log.message.timestamp.after.max.ms',
    "How far a record's time may be ahead of the broker's clock, where topics keep that time.",
  ),
  def(
    'message.timestamp.before.max.ms',
    long(0),
    unlimited,
    'messageTimestampBeforeMaxMs',
    'log.message.timestamp.before.max.ms',
    "How far a record's time may be behind the broker's clock, where topics keep that time.",
  ),
  def(
    'message.timestamp.type',
    oneOf('CreateTime', 'LogAppendTime'),
    'CreateTime',
    'messageTimestampType',
    'log.message.timestamp.type',
    'Whether records keep the time of their producer or get that of the leader.',
  ),
  def(
    'min.cleanable.dirty.ratio',
    ratio,
    '0.5',
    null,
    'log.cleaner.min.cleanable.ratio',
    'How much of a log must be uncompacted before the cleaner takes it up.',
    noCleaner,
  ),
  def(
    'min.compaction.lag.ms',
    long(0),
    '0',
    null,
    'log.cleaner.min.compaction.lag.ms',
    'How long a record stays uncompacted at least.',
    noCleaner,
  ),
  def(
    'min.insync.replicas',
    int(1),
    '1',
    'minInsyncReplicas',
    'min.insync.replicas',
    'How many replicas must be in sync for acks=all to succeed and for records to be committed.',
  ),
  def(
    'preallocate',
    boolean,
    'false',
    null,
    'log.preallocate',
    'Whether a new segment takes its full size on the disk at once.',
    'segments grow as they are written',
  ),
  def(
    'remote.log.copy.disable',
    boolean,
    'false',
    null,
    null,
    'Whether a tiered topic stops copying to the remote storage.',
    noTiers,
  ),
  def(
    'remote.log.delete.on.disable',
    boolean,
    'false',
    null,
    null,
    'Whether what a topic has in the remote storage goes when it is no longer tiered.',
    noTiers,
  ),
  def(
    'remote.storage.enable',
    boolean,
    'false',
    null,
    null,
    'Whether a topic is tiered. Cannot be set to true here.',
    noTiers,
  ),
  def(
    'retention.bytes',
    long(),
    '-1',
    'retentionBytes',
    'log.retention.bytes',
    'How large a partition may grow before its oldest segments go; negative for any size.',
  ),
  def(
    'retention.ms',
    long(-1),
    '604800000',
    'retentionMs',
    'log.retention.ms',
    'How long segments stay after their newest record; -1 for ever.',
    null,
    { name: 'log.retention.hours', value: '168' },
  ),
  def(
    'segment.bytes',
    int(1_048_576),
    '1073741824',
    'segmentBytes',
    'log.segment.bytes',
    'How large a segment may grow.',
  ),
  def(
    'segment.index.bytes',
    int(4),
    '10485760',
    'segmentIndexBytes',
    'log.index.size.max.bytes',
    "How large a segment's index may grow.",
  ),
  def(
    'segment.jitter.ms',
    long(0),
    '0',
    null,
    'log.roll.jitter.ms',
    'How much earlier than segment.ms a segment may be closed, by chance.',
    'segments close by segment.ms alone',
    { name: 'log.roll.jitter.hours', value: '0' },
  ),
  def(
    'segment.ms',
    long(1),
    '604800000',
    'segmentMs',
    'log.roll.ms',
    'After how long a segment is closed though it is not full.',
    null,
    { name: 'log.roll.hours', value: '168' },
  ),
  def(
    'unclean.leader.election.enable',
    boolean,
    'false',
    'uncleanLeaderElectionEnable',
    'unclean.leader.election.enable',
    'Whether a replica that is not in sync may lead where no other can, at the price of records.',
  ),
];

/** gzip has no level 0. */
function levels(kind: ConfigKind): ConfigKind {
  return {
    ...kind,
    values: 'from 1 to 9, or -1',
    read(text) {
      const read = kind.read(text);
      const isLevel = 'text' in read && read.text !== '0';
      return isLevel ? read : { problem: 'Value must be between 1 and 9 or equal to -1' };
    },
  };
}

const configByName = byName(topicConfigs);

export const topicConfig = (name: string): TopicConfig | undefined => configByName.get(name);

/** Why a topic may not have these values; null where it may. */
export function topicConfigsProblem(values: ReadonlyMap<string, string>): string | null {
  for (const name of values.keys()) {
    if (!configByName.has(name)) return `Unknown topic config name: ${name}`;
  }
  for (const config of topicConfigs) {
    const value = values.get(config.name);
    const wrong = value === undefined ? null : valueProblem(config, value);
    if (wrong !== null) return wrong;
  }
  return conflict(values);
}

/** Values that are right each by itself and not together. */
function conflict(values: ReadonlyMap<string, string>): string | null {
  const least = BigInt(values.get('min.compaction.lag.ms')?.trim() ?? 0);
  const most = BigInt(values.get('max.compaction.lag.ms')?.trim() ?? unlimited);
  if (least > most) {
    return (
      `conflict topic config setting min.compaction.lag.ms (${least}) > ` +
      `max.compaction.lag.ms (${most})`
    );
  }
  if (values.get('remote.storage.enable')?.trim().toLowerCase() === 'true') {
    return 'Topic cannot be configured with remote log storage: there is none in this cluster.';
  }
  return null;
}
