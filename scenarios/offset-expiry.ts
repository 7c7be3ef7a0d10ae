import { scenario } from '../src/trial/scenario/scenario.ts';

export default scenario({
  name: 'offset-expiry',
  description: `Offsets are kept for a minute: those of a group that is gone for longer expire.
    While a group has members nothing of it grows old (KIP-211), however seldom they commit. Who
    comes back after its offsets have expired begins where its policy says.`,
  cluster: {
    settings: {
      groupMinSessionTimeoutMs: 1_000,
      groupInitialRebalanceDelayMs: 300,
      groupConsumerSessionTimeoutMs: 3000,
      groupConsumerHeartbeatIntervalMs: 300,
      offsetsTopicNumPartitions: 4,
      offsetsRetentionMinutes: 1,
      offsetsRetentionCheckIntervalMs: 1_000,
      topicDefaults: { minInsyncReplicas: 2 },
    },
  },
  topics: [{ name: 'orders', partitions: 3, configs: { 'min.insync.replicas': '2' } }],
  workload: {
    recordsPerSecond: 10,
    consumers: 1,
    groups: [
      {
        name: 'billing',
        protocol: 'classic',
        members: 2,
        commitEveryMs: 90_000,
        sessionTimeoutMs: 3_000,
        heartbeatIntervalMs: 300,
      },
      {
        name: 'idle',
        protocol: 'classic',
        members: 1,
        sessionTimeoutMs: 3_000,
        heartbeatIntervalMs: 300,
      },
      {
        name: 'away',
        protocol: 'consumer',
        members: 1,
        sessionTimeoutMs: 3_000,
        heartbeatIntervalMs: 300,
      },
    ],
  },
  phases: { chaosMs: 110_000 },
  activities: {
    script: [
      { kind: 'leave-group', by: 'm3', atMs: 5_000, durationMs: 80_000 },
      { kind: 'leave-group', by: 'm4', atMs: 10_000, durationMs: 80_000 },
      { kind: 'leave-group', by: 'm1', atMs: 40_000, durationMs: 5_000 },
    ],
  },
  faults: {
    script: [{ kind: 'crash', atMs: 30_000, target: 'coordinator of idle', durationMs: 5_000 }],
  },
});
