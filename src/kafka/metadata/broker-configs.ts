/**
 * Settings of brokers, one table: what DescribeConfigs tells of a node and what can be altered
 * while it runs. Behind each setting of topics stands one of brokers, which can be altered and
 * takes effect at once; the rest of what works is fixed when a node starts. Kafka's settings for
 * encryption and authentication are not known here: to accept them would feign protection.
 */
import { defaultNodeSettings, defaultTopicSettings, type NodeConfig } from '../config.ts';
import { byName, type ConfigDef, type ConfigKind, configType, valueProblem } from './config-def.ts';
import { anyText, boolean, int, listOf, long, oneOf, ratio } from './config-kinds.ts';
import { type TopicConfig, topicConfigs } from './topic-configs.ts';
import { settingText } from './topic-settings.ts';

/** What of a node's own configuration is told. */
export type StartedNode = Pick<NodeConfig, 'nodeId' | 'rack' | 'dataDirectory' | 'settings'>;

export interface BrokerConfig extends ConfigDef {
  /** May be altered while the broker runs. */
  readonly dynamic: boolean;
  /** As the node was started; null where it says nothing. */
  readonly started: (node: StartedNode) => string | null;
  /** What goes where this is not given (`log.retention.hours`). */
  readonly otherwise?: { readonly name: string; readonly value: string };
}

type NodeSetting = Exclude<keyof NodeConfig['settings'], 'topicDefaults'>;

const fixed = (setting: NodeSetting, kind: ConfigKind, about: string): BrokerConfig => ({
  name: setting.replace(/[A-Z]/g, (letter) => `.${letter.toLowerCase()}`),
  kind,
  fallback: String(defaultNodeSettings[setting]),
  about,
  idle: null,
  dynamic: false,
  started: ({ settings }) => String(settings[setting]),
});

const identity = (
  name: string,
  kind: ConfigKind,
  about: string,
  started: BrokerConfig['started'],
): BrokerConfig => ({ name, kind, fallback: null, about, idle: null, dynamic: false, started });

/** Altered without a complaint, as in Kafka, and without anything to do here. */
const idle = (
  name: string,
  kind: ConfigKind,
  fallback: string,
  about: string,
  why: string,
): BrokerConfig => ({
  name,
  kind,
  fallback,
  about,
  idle: why,
  dynamic: true,
  started: () => fallback,
});

const oneThread = 'a node works in one thread';
const noCleaner = 'there is no log cleaner yet';
const atStart = 'taken up when a node starts, not while it runs';

const nodeConfigs: readonly BrokerConfig[] = [
  {
    ...identity('broker.id', int(), "The node's id.", ({ nodeId }) => String(nodeId)),
    fallback: '-1',
  },
  identity('broker.rack', anyText, "The rack of the node's machine.", ({ rack }) => rack),
  identity('log.dirs', anyText, 'Where the node keeps its data.', (node) => node.dataDirectory),
  identity('node.id', int(0), "The node's id.", ({ nodeId }) => String(nodeId)),
  fixed('autoCreateTopicsEnable', boolean, 'Whether a topic comes about when a client names it.'),
  fixed('autoLeaderRebalanceEnable', boolean, 'Whether leaderships go back to preferred replicas.'),
  fixed('brokerHeartbeatIntervalMs', int(), 'How often a broker is heard by the controller.'),
  fixed('brokerSessionTimeoutMs', int(), 'How long a silent broker counts as alive.'),
  fixed('connectionsMaxIdleMs', long(), 'How long a connection without requests stays open.'),
  fixed('controlledShutdownTimeoutMs', int(), 'How long a stop waits for leaderships to move.'),
  fixed(
    'controllerQuorumAppendLingerMs',
    int(0),
    'How long the leader of the quorum gathers records before it writes them.',
  ),
  fixed(
    'controllerQuorumElectionBackoffMaxMs',
    int(),
    'How long a voter waits at most after an election that nobody won.',
  ),
  fixed('controllerQuorumElectionTimeoutMs', int(), 'How long a voter waits for votes.'),
  fixed(
    'controllerQuorumFetchTimeoutMs',
    int(),
    'How long a voter goes without its leader before it calls an election.',
  ),
  fixed('controllerQuorumRequestTimeoutMs', int(), 'How long the quorum waits for an answer.'),
  fixed('controllerQuorumRetryBackoffMs', int(), 'How long the quorum waits before a retry.'),
  fixed('defaultReplicationFactor', int(), 'The replication factor of topics that name none.'),
  fixed('fetchMaxBytes', int(1024), 'The largest answer to a fetch.'),
  fixed(
    'groupConsumerAssignors',
    listOf('uniform', 'range'),
    'The assignors of consumer groups; the first is taken where members do not choose.',
  ),
  fixed(
    'groupConsumerHeartbeatIntervalMs',
    int(1),
    'How often members of a consumer group are to be heard from.',
  ),
  fixed('groupConsumerMaxSize', int(1), 'How many members a consumer group may have.'),
  fixed(
    'groupConsumerMigrationPolicy',
    oneOf('bidirectional', 'upgrade', 'downgrade', 'disabled'),
    'Whether a classic group becomes a consumer group when a consumer of that kind comes, and back.',
  ),
  fixed(
    'groupConsumerSessionTimeoutMs',
    int(1),
    'How long a silent member stays in a consumer group.',
  ),
  fixed(
    'groupInitialRebalanceDelayMs',
    int(),
    'How long an empty group waits for further members before its first generation.',
  ),
  fixed('groupMaxSessionTimeoutMs', int(), 'The longest session a member may ask for.'),
  fixed('groupMaxSize', int(1), 'How many members a group may have.'),
  fixed('groupMinSessionTimeoutMs', int(), 'The shortest session a member may ask for.'),
  fixed(
    'initialBrokerRegistrationTimeoutMs',
    int(),
    'How long a starting broker tries to register before it ends.',
  ),
  fixed('leaderImbalanceCheckIntervalSeconds', long(1), 'How often leaderships are balanced.'),
  fixed(
    'maxIncrementalFetchSessionCacheSlots',
    int(0),
    'How many fetch sessions a broker keeps (KIP-227).',
  ),
  fixed('numPartitions', int(1), 'How many partitions topics have that name no number.'),
  fixed(
    'offsetMetadataMaxBytes',
    int(),
    'The longest note that a client may leave beside an offset.',
  ),
  fixed(
    'offsetsCommitTimeoutMs',
    int(1),
    'How long a coordinator waits for its records to be replicated.',
  ),
  fixed(
    'offsetsLoadBufferSize',
    int(1),
    'How much of its partition a coordinator reads in one piece when it loads.',
  ),
  fixed(
    'offsetsRetentionCheckIntervalMs',
    long(1),
    'How often a coordinator looks for offsets that have expired.',
  ),
  fixed(
    'offsetsRetentionMinutes',
    int(1),
    'How long offsets stay once nobody is there to use them.',
  ),
  fixed('offsetsTopicNumPartitions', int(1), 'How many partitions the offsets topic gets.'),
  fixed('offsetsTopicReplicationFactor', int(1), 'How many replicas the offsets topic gets.'),
  fixed('offsetsTopicSegmentBytes', int(1), 'How large segments of the offsets topic are.'),
  fixed(
    'queuedMaxRequestBytes',
    long(),
    'How many bytes of unanswered requests a listener holds before it reads no further.',
  ),
  fixed(
    'queuedMaxRequestsPerConnection',
    int(1),
    'How many requests of one connection may wait before it is read no further. Of this cluster.',
  ),
  fixed('replicaFetchBackoffMs', int(0), 'How long a follower waits after a fetch that failed.'),
  fixed('replicaFetchMaxBytes', int(0), 'How much a follower fetches of one partition.'),
  fixed('replicaFetchResponseMaxBytes', int(0), 'How much a follower fetches at once.'),
  fixed('replicaFetchWaitMaxMs', int(), "How long a follower's fetch waits for records."),
  fixed(
    'replicaHighWatermarkCheckpointIntervalMs',
    long(),
    'How often high watermarks are written to the disk.',
  ),
  fixed('replicaLagTimeMaxMs', long(), 'How long a follower may lag before it leaves the ISR.'),
  {
    ...fixed(
      'replicaSelectorClass',
      anyText,
      'Who chooses the replica that a consumer reads from (KIP-392); by default always the leader.',
    ),
    fallback: null,
    started: ({ settings }) => settings.replicaSelectorClass || null,
  },
  fixed('replicaSocketTimeoutMs', int(), 'How long a follower waits for an answer.'),
  fixed('requestTimeoutMs', int(), 'How long a broker waits for an answer of the controller.'),
  fixed('socketRequestMaxBytes', int(1), 'The largest request.'),
  {
    ...fixed('maxConnections', int(0), 'How many connections a broker takes at most.'),
    dynamic: true,
    idle: atStart,
  },
  {
    ...fixed(
      'producerIdExpirationMs',
      int(1),
      'How long a broker knows an idempotent producer that is silent.',
    ),
    dynamic: true,
    idle: atStart,
  },
];

const loadFactor: ConfigKind = { ...ratio };
const rate: ConfigKind = {
  type: configType.double,
  values: 'any',
  read: (text) =>
    /^[0-9]+(\.[0-9]+)?([eE][0-9]{1,3})?$/.test(text.trim())
      ? { text: text.trim() }
      : { problem: 'Not a number of type DOUBLE' },
};
const mostRate = '1.7976931348623157E308';

const idleConfigs: readonly BrokerConfig[] = [
  idle('background.threads', int(1), '10', 'Threads for work in the background.', oneThread),
  idle(
    'follower.replication.throttled.rate',
    long(0),
    '9223372036854775807',
    'Bytes a second for throttled replicas that follow.',
    'replication is never throttled',
  ),
  idle(
    'leader.replication.throttled.rate',
    long(0),
    '9223372036854775807',
    'Bytes a second for throttled replicas that lead.',
    'replication is never throttled',
  ),
  idle('log.cleaner.backoff.ms', long(0), '15000', 'How long an idle cleaner rests.', noCleaner),
  idle(
    'log.cleaner.dedupe.buffer.size',
    long(),
    '134217728',
    'Memory in which the cleaner keeps keys.',
    noCleaner,
  ),
  idle(
    'log.cleaner.io.buffer.load.factor',
    loadFactor,
    '0.9',
    "How full the cleaner's table of keys may be.",
    noCleaner,
  ),
  idle(
    'log.cleaner.io.buffer.size',
    int(0),
    '524288',
    'Memory through which the cleaner reads and writes.',
    noCleaner,
  ),
  idle(
    'log.cleaner.io.max.bytes.per.second',
    rate,
    mostRate,
    'How fast the cleaner reads and writes.',
    noCleaner,
  ),
  idle('log.cleaner.threads', int(0), '1', 'Threads of the cleaner.', noCleaner),
  idle(
    'max.connection.creation.rate',
    int(0),
    '2147483647',
    'How many connections a second a broker takes.',
    'connections are bounded in number only',
  ),
  idle(
    'max.connections.per.ip',
    int(0),
    '2147483647',
    'How many connections a broker takes from one address.',
    'connections are bounded in all only',
  ),
  idle('num.io.threads', int(1), '8', 'Threads that work on requests.', oneThread),
  idle('num.network.threads', int(1), '3', 'Threads that read and write.', oneThread),
  idle(
    'num.recovery.threads.per.data.dir',
    int(1),
    '2',
    'Threads that open logs at a start.',
    oneThread,
  ),
  idle('num.replica.fetchers', int(), '1', 'Threads that fetch from one leader.', oneThread),
  idle(
    'transaction.partition.verification.enable',
    boolean,
    'true',
    'Whether a partition asks if it belongs to a transaction.',
    'there are no transactions yet',
  ),
];

/** The setting of brokers behind one of topics. */
function behind(topic: TopicConfig): BrokerConfig[] {
  const { broker, setting, kind, fallback, about, brokerFallback } = topic;
  if (broker === null) return [];
  const started = ({ settings }: StartedNode): string | null => {
    const value = setting === null ? null : settings.topicDefaults[setting];
    const isGiven = value !== null && setting !== null && value !== defaultTopicSettings[setting];
    if (isGiven) return settingText(value);
    return brokerFallback === null ? fallback : null;
  };
  return [
    {
      name: broker,
      kind,
      fallback: brokerFallback === null ? fallback : null,
      about: `For topics that do not set ${topic.name}. ${about}`,
      idle: topic.idle,
      dynamic: true,
      started,
      ...(brokerFallback === null ? {} : { otherwise: brokerFallback }),
    },
  ];
}

/** What stands behind those of the settings above that are not given. */
const hours: readonly BrokerConfig[] = topicConfigs.flatMap(({ brokerFallback, broker, kind }) =>
  brokerFallback === null
    ? []
    : [
        {
          name: brokerFallback.name,
          kind: brokerFallback.name.endsWith('hours') ? int() : kind,
          fallback: brokerFallback.value,
          about: `Goes where ${broker} is not given.`,
          idle: null,
          dynamic: false,
          started: () => brokerFallback.value,
        },
      ],
);

/** Sorted by name. */
export const brokerConfigs: readonly BrokerConfig[] = [
  ...nodeConfigs,
  ...idleConfigs,
  ...topicConfigs.flatMap(behind),
  ...hours,
].sort((a, b) => (a.name < b.name ? -1 : 1));

const configByName = byName(brokerConfigs);

export const brokerConfig = (name: string): BrokerConfig | undefined => configByName.get(name);

/** Why brokers may not get these values; null where they may. `values` are all that is set. */
export function brokerConfigsProblem(values: ReadonlyMap<string, string>): string | null {
  for (const [name, value] of values) {
    const config = configByName.get(name);
    if (config === undefined) return `Unknown broker config name: ${name}`;
    if (!config.dynamic) return `Cannot update these configs dynamically: ${name}`;
    const wrong = valueProblem(config, value);
    if (wrong !== null) return wrong;
  }
  return null;
}
