/**
 * Draws consumer groups for a swarm: in a part of the seeds one to three groups of either protocol,
 * with time-outs short enough to run out within a trial, and brokers that coordinate them.
 */
import { drawOne } from '../../base/draw.ts';
import type { RandomStream } from '../../host/random.ts';
import { type GroupWorkload, groupSchema } from '../groups/group.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { SettingsOverrides } from '../settings/settings.ts';
import { isFastNetwork } from './swarm.ts';

/** One seed in so many has groups. */
const oneInHas = 3;
const weekMs = 604_800_000;
const names = ['billing', 'shipping', 'stock'];

/** Beside the time-outs of the cluster itself, at which coordinators move. */
interface Drawn {
  readonly groups: readonly GroupWorkload[];
  readonly settings: SettingsOverrides;
}

/** Null where the seed has none. */
export function drawGroups(scenario: Scenario, random: RandomStream): Drawn | null {
  if (random.int(oneInHas) > 0) return null;
  const isFast = isFastNetwork(scenario.network);
  const sessions = isFast ? [1_000, 2_000, 6_000, 10_000] : [6_000, 10_000];
  const sessionTimeoutMs = drawOne(sessions, random);
  const count = drawOne([1, 1, 2, 3], random);
  const groups = names
    .slice(0, count)
    .map((name) => drawGroup(name, sessionTimeoutMs, scenario, random));
  const settings = drawSettings(scenario, sessionTimeoutMs, random);
  const offsetsCommitTimeoutMs = isFast ? drawOne([500, 5_000], random) : 5_000;
  return { groups, settings: { ...settings, offsetsCommitTimeoutMs } };
}

function drawGroup(
  name: string,
  sessionTimeoutMs: number,
  { topics }: Scenario,
  random: RandomStream,
): GroupWorkload {
  const some = topics.map((topic) => topic.name).filter(() => random.int(2) === 0);
  const selection = drawOne(
    [{}, {}, some.length > 0 ? { topics: some } : {}, { pattern: '[a-z].*' }],
    random,
  );
  const remoteAssignor = drawOne([undefined, 'uniform', 'range'] as const, random);
  return groupSchema.parse({
    name,
    members: drawOne([1, 2, 3, 4, 6], random),
    protocol: drawOne(['classic', 'consumer'] as const, random),
    assignors: drawOne(
      [
        ['range'],
        ['roundrobin'],
        ['sticky'],
        ['cooperative-sticky'],
        ['range', 'cooperative-sticky'],
      ],
      random,
    ),
    ...(remoteAssignor === undefined ? {} : { remoteAssignor }),
    static: random.int(4) === 0,
    ...selection,
    commits: drawOne(['after', 'after', 'auto', 'before'] as const, random),
    commitEveryMs: drawOne([200, 1_000, 5_000], random),
    processingMs: drawOne([0, 5, 50, 400], random),
    maxPollRecords: drawOne([1, 10, 500, 500], random),
    sessionTimeoutMs,
    heartbeatIntervalMs: Math.floor(sessionTimeoutMs / drawOne([3, 5, 10], random)),
    maxPollIntervalMs: drawOne([3_000, 8_000, 30_000], random),
    autoOffsetReset: drawOne(['earliest', 'earliest', 'latest'] as const, random),
  });
}

function drawSettings(
  { cluster, topics }: Scenario,
  sessionTimeoutMs: number,
  random: RandomStream,
): SettingsOverrides {
  const replicationFactor = Math.min(3, cluster.brokers);
  // As careful with what groups commit as the topic is with its records.
  const minInsync = Number(topics[0]!.configs['min.insync.replicas'] ?? 1);
  return {
    groupMinSessionTimeoutMs: Math.min(1_000, sessionTimeoutMs),
    groupInitialRebalanceDelayMs: drawOne([0, 200, 1_000, 3_000], random),
    groupConsumerSessionTimeoutMs: sessionTimeoutMs,
    groupConsumerHeartbeatIntervalMs: Math.floor(sessionTimeoutMs / drawOne([3, 5, 10], random)),
    groupConsumerAssignors: drawOne(['uniform,range', 'range,uniform', 'uniform', 'range'], random),
    groupConsumerMigrationPolicy: drawOne(
      ['bidirectional', 'bidirectional', 'upgrade', 'downgrade', 'disabled'] as const,
      random,
    ),
    offsetsTopicNumPartitions: 1 + random.int(8),
    offsetsTopicReplicationFactor: replicationFactor,
    offsetsTopicSegmentBytes: drawOne([1_048_576, 104_857_600], random),
    offsetsRetentionMinutes: drawOne([1, 10_080, 10_080], random),
    offsetsRetentionCheckIntervalMs: drawOne([1_000, 5_000, 600_000], random),
    offsetsLoadBufferSize: drawOne([1_000, 5_242_880], random),
    topicDefaults: {
      minInsyncReplicas: Math.min(replicationFactor, minInsync),
      segmentMs: drawOne([2_000, weekMs, weekMs], random),
    },
  };
}
