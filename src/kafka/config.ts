/**
 * Settings of a node and of a topic, under Kafka's names in camel case, with Kafka 4.x's defaults.
 * Durations in milliseconds, sizes in bytes; −1 means unlimited where Kafka says so.
 */
import type { NodeId, Uuid } from '../base/ids.ts';

/**
 * A voter of the metadata quorum (controller.quorum.voters): where its controller listener is
 * reached.
 */
export interface Voter {
  readonly nodeId: NodeId;
  readonly host: string;
  readonly port: number;
}

/** Who a node is and where it stands: given at start, the same for all of its incarnations. */
export interface NodeConfig {
  readonly nodeId: NodeId;
  readonly roles: { readonly broker: boolean; readonly controller: boolean };
  readonly clusterId: Uuid;
  readonly rack: string | null;
  /** Host name that clients and other brokers are told. */
  readonly advertisedHost: string;
  /** Listener for clients and followers; used by nodes with the broker role. */
  readonly brokerPort: number;
  /**
   * Listener for the quorum and for brokers' requests to the controller; used by nodes with that
   * role.
   */
  readonly controllerPort: number;
  readonly voters: readonly Voter[];
  /**
   * Folder on the node's disk, '' for its root: `<data>/meta.properties`,
   * `<data>/__cluster_metadata-0/`, `<data>/orders-0/`.
   */
  readonly dataDirectory: string;
  readonly settings: NodeSettings;
}

export interface NodeSettings {
  // replication
  readonly replicaLagTimeMaxMs: number;
  readonly replicaFetchWaitMaxMs: number;
  readonly replicaFetchBackoffMs: number;
  readonly replicaFetchMaxBytes: number;
  readonly replicaFetchResponseMaxBytes: number;
  readonly replicaHighWatermarkCheckpointIntervalMs: number;
  readonly replicaSocketTimeoutMs: number;
  readonly leaderImbalanceCheckIntervalSeconds: number;
  readonly autoLeaderRebalanceEnable: boolean;
  // topics
  readonly defaultReplicationFactor: number;
  readonly numPartitions: number;
  /** Whether Metadata creates a topic that a client names and nobody has made. */
  readonly autoCreateTopicsEnable: boolean;
  // groups
  readonly offsetsTopicReplicationFactor: number;
  readonly offsetsTopicNumPartitions: number;
  readonly offsetsTopicSegmentBytes: number;
  /** How long offsets stay once nobody is there to use them. */
  readonly offsetsRetentionMinutes: number;
  readonly offsetsRetentionCheckIntervalMs: number;
  /** How much of its partition a coordinator reads in one piece when it loads. */
  readonly offsetsLoadBufferSize: number;
  /** How long an answer of a coordinator waits for its records to be replicated. */
  readonly offsetsCommitTimeoutMs: number;
  /** The longest note that a client may leave beside an offset, in bytes. */
  readonly offsetMetadataMaxBytes: number;
  readonly groupMinSessionTimeoutMs: number;
  readonly groupMaxSessionTimeoutMs: number;
  /** How long an empty group waits for further members before its first generation. */
  readonly groupInitialRebalanceDelayMs: number;
  readonly groupMaxSize: number;
  // groups whose broker assigns (KIP-848)
  readonly groupConsumerSessionTimeoutMs: number;
  readonly groupConsumerHeartbeatIntervalMs: number;
  readonly groupConsumerMaxSize: number;
  /** Names between commas; the first is taken where members do not choose. */
  readonly groupConsumerAssignors: string;
  /** Whether a classic group becomes one of these when a member of theirs comes, and back. */
  readonly groupConsumerMigrationPolicy: 'bidirectional' | 'upgrade' | 'downgrade' | 'disabled';
  // quorum and controller
  readonly brokerHeartbeatIntervalMs: number;
  readonly brokerSessionTimeoutMs: number;
  readonly initialBrokerRegistrationTimeoutMs: number;
  readonly controllerQuorumElectionTimeoutMs: number;
  readonly controllerQuorumElectionBackoffMaxMs: number;
  readonly controllerQuorumFetchTimeoutMs: number;
  readonly controllerQuorumRequestTimeoutMs: number;
  readonly controllerQuorumAppendLingerMs: number;
  readonly controllerQuorumRetryBackoffMs: number;
  // requests and connections
  readonly socketRequestMaxBytes: number;
  readonly maxConnections: number;
  readonly queuedMaxRequestsPerConnection: number;
  /** Of each listener; Kafka's own default is no bound. */
  readonly queuedMaxRequestBytes: number;
  readonly connectionsMaxIdleMs: number;
  readonly fetchMaxBytes: number;
  readonly maxIncrementalFetchSessionCacheSlots: number;
  /** Who chooses the replica that a consumer reads from (KIP-392); empty: always the leader. */
  readonly replicaSelectorClass: '' | 'org.apache.kafka.common.replica.RackAwareReplicaSelector';
  readonly requestTimeoutMs: number;
  readonly controlledShutdownTimeoutMs: number;
  readonly producerIdExpirationMs: number;
  /** What topics get where they do not say otherwise. */
  readonly topicDefaults: TopicSettings;
}

export interface TopicSettings {
  readonly minInsyncReplicas: number;
  readonly uncleanLeaderElectionEnable: boolean;
  readonly maxMessageBytes: number;
  readonly segmentBytes: number;
  readonly segmentMs: number;
  readonly segmentIndexBytes: number;
  readonly indexIntervalBytes: number;
  readonly retentionMs: number;
  readonly retentionBytes: number;
  /** Flush after this many records; unlimited by default: durability is replication. */
  readonly flushMessages: number;
  readonly flushMs: number;
  readonly messageTimestampType: 'CreateTime' | 'LogAppendTime';
  readonly messageTimestampBeforeMaxMs: number;
  readonly messageTimestampAfterMaxMs: number;
  /** '' keeps all for ever. */
  readonly cleanupPolicy: 'delete' | 'compact' | 'compact,delete' | '';
  /** `producer`: as the batches come. */
  readonly compressionType: 'producer' | 'uncompressed' | 'gzip' | 'snappy' | 'lz4' | 'zstd';
  readonly compressionGzipLevel: number;
  readonly compressionZstdLevel: number;
}

export const defaultTopicSettings: TopicSettings = {
  minInsyncReplicas: 1,
  uncleanLeaderElectionEnable: false,
  maxMessageBytes: 1_048_588,
  segmentBytes: 1_073_741_824,
  segmentMs: 604_800_000,
  segmentIndexBytes: 10_485_760,
  indexIntervalBytes: 4096,
  retentionMs: 604_800_000,
  retentionBytes: -1,
  flushMessages: Number.MAX_SAFE_INTEGER,
  flushMs: Number.MAX_SAFE_INTEGER,
  messageTimestampType: 'CreateTime',
  messageTimestampBeforeMaxMs: Number.MAX_SAFE_INTEGER,
  messageTimestampAfterMaxMs: 3_600_000,
  cleanupPolicy: 'delete',
  compressionType: 'producer',
  compressionGzipLevel: -1,
  compressionZstdLevel: 3,
};

export const defaultNodeSettings: NodeSettings = {
  replicaLagTimeMaxMs: 30_000,
  replicaFetchWaitMaxMs: 500,
  replicaFetchBackoffMs: 1000,
  replicaFetchMaxBytes: 1_048_576,
  replicaFetchResponseMaxBytes: 10_485_760,
  replicaHighWatermarkCheckpointIntervalMs: 5000,
  replicaSocketTimeoutMs: 30_000,
  leaderImbalanceCheckIntervalSeconds: 300,
  autoLeaderRebalanceEnable: true,
  defaultReplicationFactor: 1,
  numPartitions: 1,
  autoCreateTopicsEnable: true,
  offsetsTopicReplicationFactor: 3,
  offsetsTopicNumPartitions: 50,
  offsetsTopicSegmentBytes: 104_857_600,
  offsetsRetentionMinutes: 10_080,
  offsetsRetentionCheckIntervalMs: 600_000,
  offsetsLoadBufferSize: 5_242_880,
  offsetsCommitTimeoutMs: 5000,
  offsetMetadataMaxBytes: 4096,
  groupMinSessionTimeoutMs: 6000,
  groupMaxSessionTimeoutMs: 1_800_000,
  groupInitialRebalanceDelayMs: 3000,
  groupMaxSize: 2_147_483_647,
  groupConsumerSessionTimeoutMs: 45_000,
  groupConsumerHeartbeatIntervalMs: 5000,
  groupConsumerMaxSize: 2_147_483_647,
  groupConsumerAssignors: 'uniform,range',
  groupConsumerMigrationPolicy: 'bidirectional',
  brokerHeartbeatIntervalMs: 2000,
  brokerSessionTimeoutMs: 9000,
  initialBrokerRegistrationTimeoutMs: 60_000,
  controllerQuorumElectionTimeoutMs: 1000,
  controllerQuorumElectionBackoffMaxMs: 1000,
  controllerQuorumFetchTimeoutMs: 2000,
  controllerQuorumRequestTimeoutMs: 2000,
  controllerQuorumAppendLingerMs: 25,
  controllerQuorumRetryBackoffMs: 20,
  socketRequestMaxBytes: 104_857_600,
  maxConnections: 2_147_483_647,
  queuedMaxRequestsPerConnection: 100,
  queuedMaxRequestBytes: 268_435_456,
  connectionsMaxIdleMs: 600_000,
  fetchMaxBytes: 57_671_680,
  maxIncrementalFetchSessionCacheSlots: 1000,
  replicaSelectorClass: '',
  requestTimeoutMs: 30_000,
  controlledShutdownTimeoutMs: 30_000,
  producerIdExpirationMs: 86_400_000,
  topicDefaults: defaultTopicSettings,
};
