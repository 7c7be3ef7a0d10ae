/** What several dialogues use. */
import type { Uuid } from '../../../src/base/ids.ts';

/** An id that no topic has. */
export const foreignId: Uuid = 'dGhlLWlkLW9mLW5vYm9keQ';

/** Names that no topic can have. */
export const invalidNames: readonly (readonly [what: string, name: string])[] = [
  ['an empty name', ''],
  ['the name .', '.'],
  ['the name ..', '..'],
  ['a name with a blank', 'a b'],
  ['a name with a slash', '../a'],
  ['a name beyond ASCII', 'größe'],
  ['a name of 250 letters', 'n'.repeat(250)],
];

export const internalNames = [
  '__cluster_metadata',
  '__consumer_offsets',
  '__transaction_state',
  '__share_group_state',
] as const;

/** Every setting of a topic in Kafka 4.1, with good values and wrong ones. */
export const topicSettings: readonly (readonly [key: string, ...values: string[]])[] = [
  ['cleanup.policy', 'delete', 'compact', 'delete,compact', '', 'burn', 'Compact'],
  ['compression.type', 'producer', 'uncompressed', 'gzip', 'snappy', 'lz4', 'zstd', 'none', ''],
  ['compression.gzip.level', '6', '-1', '0', '10'],
  ['compression.lz4.level', '9', '0', '18'],
  ['compression.zstd.level', '3', '-131072', '23'],
  ['delete.retention.ms', '1000', '0', '-1'],
  ['file.delete.delay.ms', '1000', '0', '-1'],
  ['flush.messages', '1', '0', '9223372036854775807', '9223372036854775808'],
  ['flush.ms', '0', '-1'],
  ['follower.replication.throttled.replicas', '*', '', '0:1,1:2', 'x', '0:'],
  ['index.interval.bytes', '0', '4096', '-1'],
  ['leader.replication.throttled.replicas', '*', '0:1', 'none', 'x'],
  ['local.retention.bytes', '-2', '-1', '100', '-3'],
  ['local.retention.ms', '-2', '-1', '100', '-3'],
  ['max.compaction.lag.ms', '1', '0', '1000'],
  ['max.message.bytes', '0', '100', '-1', '2147483648', '1.5', '1e3', '0x10', '+5', ' 7 '],
  ['message.downconversion.enable', 'true'],
  ['message.format.version', '3.0'],
  ['message.timestamp.after.max.ms', '0', '1000', '-1'],
  ['message.timestamp.before.max.ms', '0', '1000', '-1'],
  ['message.timestamp.difference.max.ms', '1000'],
  ['message.timestamp.type', 'CreateTime', 'LogAppendTime', 'createtime', ''],
  ['min.cleanable.dirty.ratio', '0', '0.5', '1', '1.1', '-0.1', 'x'],
  ['min.compaction.lag.ms', '0', '1000', '-1'],
  ['min.insync.replicas', '1', '2', '0', '-1', '5'],
  ['preallocate', 'true', 'false', 'True', 'yes', ''],
  ['remote.log.copy.disable', 'false', 'true', 'x'],
  ['remote.log.delete.on.disable', 'false', 'x'],
  ['remote.storage.enable', 'false', 'true', 'x'],
  ['retention.bytes', '-1', '0', '100', '-2'],
  ['retention.ms', '-1', '0', '100', '-2'],
  ['segment.bytes', '1048576', '14', '13', '1000'],
  ['segment.index.bytes', '4', '3', '1000'],
  ['segment.jitter.ms', '0', '100', '-1'],
  ['segment.ms', '1', '0', '100'],
  ['unclean.leader.election.enable', 'true', 'false', 'TRUE', 'no'],
];
