/**
 * Swarm: a configuration drawn from a seed, over the ranges that `docs/searching.md` lists. Extremes
 * are drawn more often than users have them: what is dangerous happens where things are small,
 * short and few. What a draw promises follows from the table of guarantees, as for any other.
 */
import { drawOne } from '../../base/draw.ts';
import type { RandomStream } from '../../host/random.ts';
import {
  clusterSchema,
  networkSchema,
  phasesSchema,
  topicSchema,
  workloadSchema,
} from '../scenario/scenario.ts';
import type { Configuration } from './plan.ts';

/** A network on which a quorum with short time-outs still agrees. */
export const fastUs = 5_000;

/**
 * What all that waits is measured by. `slow`: Kafka's own time-outs, on networks that need them.
 * `usual`: some of them shorter. `brisk`: all of them, so that a leader falls, is replaced and
 * returns within a second or two, and a minute holds as many such changes as an hour of `slow`.
 */
type Tempo = 'slow' | 'usual' | 'brisk';

/** How soon drawn faults follow each other, and how long they last: about a fail-over's time. */
export interface Pace {
  readonly everyMs: number;
  readonly durationMs: readonly [shortest: number, longest: number];
}

export function drawConfiguration(random: RandomStream): Configuration & { readonly pace: Pace } {
  const network = drawNetwork(random);
  const isFast = network.latencyUs + network.jitterUs <= fastUs;
  const tempo = isFast ? weighted<Tempo>(random, [2, 'brisk'], [1, 'usual']) : 'slow';
  const cluster = drawCluster(tempo, random);
  const topics = drawTopics(cluster.brokers, random);
  const phases = phasesSchema.parse({ warmUpMs: 4_000, chaosMs: 20_000 + random.int(40_001) });
  const workload = drawWorkload(random);
  const pace = drawPace(tempo, random);
  return { cluster, topics: topics.map(fitting(workload)), phases, network, workload, pace };
}

function drawPace(tempo: Tempo, random: RandomStream): Pace {
  if (tempo !== 'brisk')
    return { everyMs: drawOne([1_500, 3_000], random), durationMs: [500, 8_000] };
  return {
    everyMs: drawOne([400, 800, 1_600], random),
    durationMs: [50, drawOne([1_000, 3_000], random)],
  };
}

/** What a record takes at most beside its value. */
const recordOverheadBytes = 200;

/** Most batches hold no more records than this. */
const usualBatchRecords = 4;

/** In a segment that holds no usual batch every send would be refused. */
function fitting({ recordBytes }: Configuration['workload']) {
  return (topic: Configuration['topics'][number]): Configuration['topics'][number] => {
    const { 'internal.segment.bytes': segmentBytes, ...others } = topic.configs;
    const usualBytes = usualBatchRecords * (recordBytes + recordOverheadBytes);
    const isTooSmall = Number(segmentBytes) < usualBytes;
    return isTooSmall ? { ...topic, configs: others } : topic;
  };
}

/** One of the choices, each as often as its weight says. */
function weighted<T>(random: RandomStream, ...choices: readonly (readonly [number, T])[]): T {
  let ticket = random.int(choices.reduce((sum, [weight]) => sum + weight, 0));
  for (const [weight, choice] of choices) {
    if (ticket < weight) return choice;
    ticket -= weight;
  }
  throw new Error('a ticket is below the sum of the weights');
}

const between = (least: number, most: number, random: RandomStream): number =>
  least + random.int(most - least + 1);

function drawCluster(tempo: Tempo, random: RandomStream): Configuration['cluster'] {
  const brokers = weighted(random, [1, 1], [1, 2], [10, 3], [5, 4], [3, 5], [1, 7]);
  const racks = drawOne([[], [], ['east', 'west'], ['east', 'west', 'north']], random);
  const controllers = weighted<'combined' | number>(
    random,
    [6, 'combined'],
    [1, 1],
    [3, 3],
    [1, 5],
  );
  return clusterSchema.parse({
    brokers,
    controllers,
    racks,
    settings: drawSettings(tempo, random),
  });
}

interface TimeOuts {
  readonly heartbeat: readonly number[];
  readonly election: readonly number[];
  readonly quorumFetch: readonly number[];
  readonly lag: readonly number[];
  readonly fetchWait: readonly number[];
  readonly backoff: readonly number[];
}

/** Milliseconds. */
const timeOuts: Readonly<Record<Tempo, TimeOuts>> = {
  slow: {
    heartbeat: [2_000],
    election: [1_000],
    quorumFetch: [2_000],
    // No segment is under way for longer, however heavy the tail: ISRs come to rest.
    lag: [5_000, 10_000, 30_000],
    fetchWait: [50, 200, 500],
    backoff: [50, 200, 1_000],
  },
  usual: {
    heartbeat: [200, 500, 2_000],
    election: [300, 1_000],
    quorumFetch: [600, 2_000],
    lag: [800, 2_000, 5_000, 30_000],
    fetchWait: [50, 200, 500],
    backoff: [50, 200, 1_000],
  },
  brisk: {
    heartbeat: [100, 200],
    election: [100, 300],
    quorumFetch: [600],
    lag: [500, 800, 2_000],
    fetchWait: [20, 100],
    backoff: [20, 100],
  },
};

function drawSettings(tempo: Tempo, random: RandomStream): object {
  const choices = timeOuts[tempo];
  const heartbeat = drawOne(choices.heartbeat, random);
  const election = drawOne(choices.election, random);
  const fetchTimeout = drawOne(choices.quorumFetch, random);
  return {
    replicaLagTimeMaxMs: drawOne(choices.lag, random),
    replicaFetchWaitMaxMs: drawOne(choices.fetchWait, random),
    replicaFetchBackoffMs: drawOne(choices.backoff, random),
    // A batch at a time on a slow network would never catch up with the load.
    replicaFetchMaxBytes:
      tempo === 'slow' ? 1_048_576 : drawOne([1_000, 20_000, 1_048_576], random),
    replicaHighWatermarkCheckpointIntervalMs: drawOne([200, 1_000, 5_000, 30_000], random),
    leaderImbalanceCheckIntervalSeconds: drawOne([1, 2, 10, 300], random),
    brokerHeartbeatIntervalMs: heartbeat,
    brokerSessionTimeoutMs: heartbeat * drawOne([3, 4, 5], random),
    controllerQuorumElectionTimeoutMs: election,
    controllerQuorumElectionBackoffMaxMs: election,
    controllerQuorumFetchTimeoutMs: fetchTimeout,
    controllerQuorumRequestTimeoutMs: fetchTimeout,
    controllerQuorumAppendLingerMs: drawOne([0, 5, 25], random),
  };
}

function drawTopics(brokers: number, random: RandomStream): Configuration['topics'] {
  const names = ['orders', 'payments', 'audit'].slice(0, weighted(random, [6, 1], [3, 2], [1, 3]));
  return names.map((name) => {
    const replicationFactor = Math.min(
      brokers,
      weighted(random, [1, 1], [2, 2], [10, 3], [3, 4], [1, 5]),
    );
    const minInsync = weighted(
      random,
      [2, 1],
      [8, Math.min(2, replicationFactor)],
      [1, Math.max(1, replicationFactor - 1)],
    );
    const configs = { 'min.insync.replicas': String(minInsync), ...drawConfigs(random) };
    const partitions = weighted(random, [4, 1], [4, 3], [3, 6], [1, 16]);
    return topicSchema.parse({ name, partitions, replicationFactor, configs });
  });
}

function drawConfigs(random: RandomStream): Record<string, string> {
  const configs: Record<string, string> = {};
  const sometimes = (perCent: number, name: string, values: readonly string[]): void => {
    const drawn = random.int(100) < perCent;
    const value = drawOne(values, random);
    if (drawn) configs[name] = value;
  };
  sometimes(50, 'internal.segment.bytes', ['2048', '8192', '65536']);
  sometimes(20, 'segment.ms', ['1000', '10000']);
  sometimes(30, 'index.interval.bytes', ['1', '256']);
  sometimes(15, 'flush.messages', ['1', '10']);
  sometimes(10, 'message.timestamp.type', ['LogAppendTime']);
  sometimes(5, 'unclean.leader.election.enable', ['true']);
  return configs;
}

function drawNetwork(random: RandomStream): Configuration['network'] {
  const latencyUs = drawOne([100, 300, 2_000, 20_000], random);
  return networkSchema.parse({
    latencyUs,
    jitterUs: drawOne([0, latencyUs, latencyUs * 5], random),
    tailPerMille: drawOne([0, 5, 50], random),
  });
}

function drawWorkload(random: RandomStream): Configuration['workload'] {
  const acks = weighted<'all' | 0 | 1>(random, [8, 'all'], [1, 1], [1, 0]);
  const requestTimeoutMs = drawOne([1_000, 5_000, 30_000], random);
  const recordBytes: number = weighted(random, [2, 16], [5, 100], [2, 1_000], [1, 20_000]);
  return workloadSchema.parse({
    producers: between(1, 6, random),
    consumers: between(1, 4, random),
    recordsPerSecond: recordBytes > 1_000 ? 10 : drawOne([5, 30, 100, 200], random),
    recordBytes,
    keysPerProducer: drawOne([1, 12, 1_000], random),
    acks,
    idempotent: acks === 'all' && random.int(5) > 0,
    maxInFlight: drawOne([1, 2, 5], random),
    lingerMs: drawOne([0, 5, 50], random),
    requestTimeoutMs,
    deliveryTimeoutMs: requestTimeoutMs + drawOne([5_000, 30_000, 90_000], random),
  });
}
