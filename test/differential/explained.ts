/**
 * Differences that stay, each with its reason. An explanation holds for the differences whose case
 * and path match; one that no longer explains anything is stale, and the run says so.
 */
import type { Difference, DifferenceKind } from './differences.ts';

export type Standing = 'better' | 'beyond' | 'not yet';

export interface Explanation {
  /** `better`: ours is kept on purpose. `beyond`: Apache 4.1.0 lacks it. `not yet`: ours lacks it. */
  readonly standing: Standing;
  readonly what: string;
  readonly why: string;
  readonly cases?: RegExp;
  readonly path?: RegExp;
  readonly kind?: DifferenceKind;
  readonly apache?: RegExp;
  readonly ours?: RegExp;
}

export const explanations: readonly Explanation[] = [
  {
    standing: 'better',
    what: 'Produce with null records',
    why: 'Ours answers INVALID_RECORD; Apache never answers, and the client waits for its time limit.',
    cases: /^Produce .*: null records/,
  },
  {
    standing: 'better',
    what: '`p.q` and `p_q` in one CreateTopics',
    why: 'Names that would share a metric’s name are refused among the topics of one request too; Apache makes both.',
    cases: /^CreateTopics .*: names that collide in metrics/,
  },
  {
    standing: 'better',
    what: 'Metadata v10 and v11 by id or with a null name',
    why: 'The answer still names brokers and cluster, so a client keeps its view; Apache’s is empty.',
    cases: /^Metadata v1[0-3]: by (id|an unknown id|the zero id|id and name|the id of another)/,
    path: /\.(clusterId|controllerId|brokers\[\d\])$/,
  },
  {
    standing: 'better',
    what: 'Metadata by the zero id',
    why: 'INVALID_TOPIC_EXCEPTION for that topic; Apache fails with UNKNOWN_SERVER_ERROR.',
    cases: /^Metadata v1[23]: by the zero id$/,
    path: /rrorCode$/,
    apache: /^-1$/,
    ours: /^(0|17)$/,
  },
  {
    standing: 'better',
    what: 'IncrementalAlterConfigs with an operation that does not exist',
    why: 'INVALID_REQUEST; Apache fails with UNKNOWN_SERVER_ERROR.',
    cases: /^IncrementalAlterConfigs v\d: operation (4|−1)/,
    path: /\.errorCode$/,
    apache: /^-1$/,
    ours: /^42$/,
  },
  {
    standing: 'better',
    what: 'Records that cannot be read as records',
    why: 'INVALID_RECORD; Apache runs out of their bytes and fails with UNKNOWN_SERVER_ERROR.',
    cases: /^Produce v\d+: (length 2147483647(, acks 1)?|bytes ff|a varint of eleven bytes)$/,
    path: /\.errorCode$/,
    apache: /^-1$/,
    ours: /^87$/,
  },
  {
    standing: 'better',
    what: '`queued.max.request.bytes`',
    why: 'Bounded by default (docs/configs.md), so that requests cannot fill the memory; Apache’s default is no bound.',
    cases: /^DescribeConfigs v\d: broker 1, all keys$/,
    path: /\.configs\[queued\.max\.request\.bytes\]\.value$/,
    ours: /^268435456$/,
  },
  {
    standing: 'better',
    what: 'More settings of a broker than Apache tells',
    why: 'Rates of throttling are told before anybody has set them; how long a stop may take and how many requests a connection may have waiting can be set here.',
    cases: /^DescribeConfigs v\d: broker 1, all keys$/,
    path: /\.configs\[((follower|leader)\.replication\.throttled\.rate|controlled\.shutdown\.timeout\.ms|queued\.max\.requests\.per\.connection)\]$/,
    apache: /^\(absent\)$/,
  },
  {
    standing: 'better',
    what: 'One bad batch in a Produce request of several partitions',
    why: 'Each partition is answered by itself; Apache looks through the whole request for transactions first, and what it cannot read there refuses the good batches too.',
    cases: /^Produce v\d+: one good, one wrong, acks/,
  },
  {
    standing: 'better',
    what: 'An unknown producer that does not begin with 0, in a log that never held a record',
    why: 'OUT_OF_ORDER_SEQUENCE_NUMBER: nothing can have been forgotten there, so an earlier batch is still under way. Apache takes the later batch and the order breaks (KAFKA-15591, closed in 4.5).',
    cases:
      /^Produce v\d+: idempotent, acks -?1: (begins with 5|a producer nobody knows, later|sequences wrap|sequences wrap within a batch)$/,
  },
  {
    standing: 'better',
    what: 'Packed records whose offsets are not numbered one by one',
    why: 'They are numbered anew, as unpacked ones are; Apache sets out to do so and answers UNKNOWN_SERVER_ERROR.',
    cases: /^Produce v9: (gzip|snappy|lz4|zstd): (an offset delta twice|one bit flipped)$/,
    apache: /^(-1|0)$/,
  },
  {
    standing: 'better',
    what: 'Bytes behind the last gzip member',
    why: 'What no reader can unpack is refused; Apache stores it and drops it in silence when it is read.',
    cases: /^Produce v9: gzip: (bytes behind|a skippable frame last)$/,
  },
  {
    standing: 'better',
    what: 'A base time of 2^63 − 1',
    why: 'Refused with INVALID_TIMESTAMP as in Apache; records are not named, for their times are beyond the numbers that are exact here.',
    cases: /^Produce v(9|13): base time 2\^63 − 1$/,
    path: /\.recordErrors\[\d+\]$/,
    ours: /^\(absent\)$/,
  },
  {
    standing: 'better',
    what: 'CreatePartitions to more than 10,000',
    why: 'POLICY_VIOLATION, as for CreateTopics: one request adds at most 10,000, and a cluster holds at most 4,000 replicas a broker. Apache adds the first 10,000 and has no bound on all; beyond it answers UNKNOWN_SERVER_ERROR.',
    cases: /^CreatePartitions v\d: to (10001|20000|2147483647)$/,
  },
  {
    standing: 'better',
    what: 'One partition twice in one AlterPartitionReassignments',
    why: 'The second is INVALID_REQUEST; Apache takes both upon the state before either, and what is left of the first depends on the second.',
    cases: /^AlterPartitionReassignments v\d: one partition twice$/,
    path: /\.errorCode$/,
    apache: /^0$/,
    ours: /^42$/,
  },
  {
    standing: 'better',
    what: 'Creating the topics of Kafka’s coordinators',
    why: 'INVALID_REQUEST, as for `__cluster_metadata` in Apache: a topic made by hand has not the settings that its coordinator relies on.',
    cases: /^CreateTopics v\d: __(transaction_state|share_group_state)$/,
  },
  {
    standing: 'better',
    what: '`__transaction_state` and `__share_group_state` in DescribeConfigs',
    why: 'They do not exist in ours; in Apache the dialogue has made them (see above).',
    cases: /^DescribeConfigs v\d: __(transaction_state|share_group_state)$/,
  },
  {
    standing: 'better',
    what: 'DescribeQuorum of what is no quorum',
    why: 'Leader, epoch and high watermark beside the error are −1; Apache’s are 0, a number that a node can have.',
    cases:
      /^DescribeQuorum v\d: (partition 1|another topic|partitions 0 and 1|partition 0 twice|two topics)$/,
    path: /\.(leaderId|leaderEpoch|highWatermark)$/,
    ours: /^-1$/,
  },
  {
    standing: 'better',
    what: 'DescribeTopicPartitions with an empty name',
    why: 'The name has its error, INVALID_TOPIC_EXCEPTION, and the other topics their answer; Apache fails the whole request with UNKNOWN_SERVER_ERROR.',
    cases: /^DescribeTopicPartitions v0: an empty name/,
  },
  {
    standing: 'better',
    what: 'Fetch answers end with a whole batch',
    why: 'Apache cuts at the byte bound; clients drop the part of a batch at the end.',
    cases: /^Fetch /,
    path: /\.records\[rest\]$/,
    ours: /^\(absent\)$/,
  },
  {
    standing: 'beyond',
    what: 'ListOffsets v11',
    why: 'It came after 4.1 (timestamp −6, earliest pending upload).',
    cases: /^ListOffsets v11: /,
  },
  {
    standing: 'beyond',
    what: 'ApiVersions offers ListOffsets v11',
    why: 'As above.',
    cases: /^ApiVersions /,
    path: /apiKeys\[2\]\.maxVersion$/,
    ours: /^11$/,
  },
  {
    standing: 'beyond',
    what: 'Directory ids of voters in DescribeQuorum',
    why: 'Ours knows them always; Apache only where the quorum may change its voters.',
    cases: /^DescribeQuorum /,
    path: /\.replicaDirectoryId$/,
    apache: /^zero$/,
    ours: /^an id$/,
  },
  {
    standing: 'better',
    what: 'A member that was told its id, alone in its group',
    why: 'The group is Empty and can be deleted. Apache tells of it only when something else was written to its partition of the offsets topic.',
    cases: /told its id/,
    path: /(Describe|List)Groups\.groups\[[^\]]*\](\.(errorCode|groupState|authorizedOperations))?$/,
  },
  {
    standing: 'better',
    what: 'A join that is refused in a group that is not there',
    why: 'There is no group afterwards either; Apache keeps an empty one in memory, unless it was the session timeout that was refused.',
    cases: /^JoinGroup .*: no protocol/,
    path: /DescribeGroups\.groups\[.*\]\.(errorCode|groupState)$/,
    ours: /^(69|Dead)$/,
  },
  {
    standing: 'better',
    what: 'A group that had offsets of deleted topics alone',
    why: 'It has gone with them; Apache forgets it when it next looks for what has expired.',
    cases: /: an empty (group )?id$/,
    path: /DescribeGroups\.groups\[\]\.(errorCode|groupState)$/,
    ours: /^(69|Dead)$/,
  },
  {
    standing: 'better',
    what: 'A consumer joins a classic group that is rebalancing',
    why: 'It is to come again (COORDINATOR_NOT_AVAILABLE) until the group is stable, for until then nobody knows who has what. Apache takes over at once, with what the last assignment was.',
    cases: /^Consumer group .*: a consumer beside a classic member without assignment$/,
  },
  {
    standing: 'better',
    what: 'A member that was told its id, never joined and leaves',
    why: 'The others go on; Apache lets all of them join again, although nobody has gone.',
    cases: /^Classic group .*: a member that was told its id joins a stable group and leaves$/,
  },
  {
    standing: 'better',
    what: 'A pattern is resolved in the heartbeat that brings it',
    why: 'The member has its partitions in the first answer; Apache resolves it aside and raises the epoch once more in a later heartbeat.',
    cases: /^Consumer group .*: a regular expression/,
    path: /(\.(memberEpoch|groupEpoch|groupState|assignmentEpoch|assignment|topicPartitions)$|topicPartitions\[)/,
  },
  {
    standing: 'better',
    what: 'A rebalance timeout of −2',
    why: 'INVALID_REQUEST, as for −1; Apache takes it.',
    cases: /^ConsumerGroupHeartbeat .*: a rebalance timeout of −2$/,
  },
  {
    standing: 'better',
    what: 'A consumer group whose last member has gone',
    why: 'Its assignment epoch is that of the group, for nothing is left to assign. Apache lags behind, and what is loaded from it may be taken for a rebalance (KAFKA-20442).',
    path: /ConsumerGroupDescribe\.groups\[.*\]\.assignmentEpoch$/,
    apache: /^1$/,
    ours: /^2$/,
  },
  {
    standing: 'not yet',
    what: 'APIs that are not served',
    why: 'Transactions, share groups, access control, quotas and log directories are not offered; ApiVersions says so, and the connection of who asks nevertheless is closed.',
    cases: /: the shortest request$/,
    ours: /^(closed|0|\(absent\))$/,
  },
  {
    standing: 'not yet',
    what: 'Entries of ApiVersions',
    why: 'APIs that are not served are not listed.',
    cases: /^ApiVersions /,
    path: /\.apiKeys\[\d+\]$/,
    ours: /^\(absent\)$/,
  },
  {
    standing: 'not yet',
    what: 'InitProducerId 6',
    why: '4.1 has it, for transactions of two phases, as an unstable version (and so it offers it here, where it is to show OffsetCommit 10 and OffsetFetch 10).',
    cases: /^(ApiVersions|Frames)/,
    path: /\.apiKeys\[22\]\.maxVersion$/,
    apache: /^6$/,
    ours: /^5$/,
  },
  {
    standing: 'not yet',
    what: 'FindCoordinator',
    why: 'There are no transactions and no share groups: INVALID_REQUEST, which clients take as final, where COORDINATOR_NOT_AVAILABLE would let them ask for ever.',
    cases: /^FindCoordinator .*: (type [012],|two keys|one key|whole|three bytes|client id|correl)/,
    path: /\.(errorCode|nodeId|host|port)$/,
  },
  {
    standing: 'not yet',
    what: 'InitProducerId with a transactional id',
    why: 'There are no transactions: INVALID_REQUEST, as for FindCoordinator.',
    cases: /^InitProducerId .*: a transactional id/,
  },
  {
    standing: 'not yet',
    what: 'Settings of brokers',
    why: 'DescribeConfigs lists the settings that ours has; those of other parts of Kafka are missing.',
    cases: /^DescribeConfigs .*: (broker|all brokers)/,
    path: /\.configs\[[a-z0-9._]+\]$/,
    ours: /^\(absent\)$/,
  },
  {
    standing: 'not yet',
    what: 'Where `min.insync.replicas` comes from',
    why: 'Apache with eligible leader replicas (4.1’s metadata.version) writes the value into the metadata log as a default of all brokers; ours stays the default it was started with.',
    path: /\.configs\[min\.insync\.replicas\]\.(configSource|synonyms\[min\.insync\.replicas( #2)?\](\.source)?)$/,
    apache: /^(3|there)$/,
    ours: /^(5|\(absent\))$/,
  },
  {
    standing: 'not yet',
    what: 'Features and their levels in ApiVersions',
    why: 'Ours has one metadata.version, 4.0’s, and no groups, share groups, transactions or changes of voters that have versions of their own.',
    cases: /^ApiVersions v[34]: /,
    path: /\.(supported|finalized)Features\[/,
  },
  {
    standing: 'not yet',
    what: '`log.dirs`',
    why: 'A broker of ours knows its files by their place within its folder, and is not told where that lies.',
    cases: /^DescribeConfigs v\d: broker 1, all keys$/,
    path: /\.configs\[log\.dirs\]\.value$/,
    ours: /^$/,
  },
  {
    standing: 'not yet',
    what: 'Loggers of a broker',
    why: 'Ours has one log and no loggers whose levels could be told or altered.',
    cases: /^DescribeConfigs v\d: type 8, broker 1$/,
    path: /\.configs\[[A-Za-z.]+\]$/,
    ours: /^\(absent\)$/,
  },
];

export function explanationOf(name: string, difference: Difference): Explanation | undefined {
  return explanations.find(
    (each) =>
      (each.cases?.test(name) ?? true) &&
      (each.path?.test(difference.path) ?? true) &&
      (each.apache?.test(difference.apache) ?? true) &&
      (each.ours?.test(difference.ours) ?? true) &&
      (each.kind === undefined || each.kind === difference.kind),
  );
}
