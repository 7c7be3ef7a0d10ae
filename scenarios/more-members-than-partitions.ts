import { scenario } from '../src/trial/scenario/scenario.ts';

export default scenario({
  name: 'more-members-than-partitions',
  description: `Four partitions are shared by one, two, three, four and five members, one after the other.
    4, then 2 + 2, then 2 + 1 + 1, then 1 + 1 + 1 + 1; a fifth member has nothing and waits, until
    somebody leaves and it takes that one's place.`,
  cluster: {
    settings: {
      groupMinSessionTimeoutMs: 1_000,
      groupInitialRebalanceDelayMs: 300,
      groupConsumerSessionTimeoutMs: 3000,
      groupConsumerHeartbeatIntervalMs: 300,
      offsetsTopicNumPartitions: 4,
      topicDefaults: { minInsyncReplicas: 2 },
    },
  },
  topics: [{ name: 'orders', partitions: 4, configs: { 'min.insync.replicas': '2' } }],
  workload: {
    groups: [
      {
        name: 'billing',
        protocol: 'classic',
        members: 5,
        sessionTimeoutMs: 3_000,
        heartbeatIntervalMs: 300,
      },
      {
        name: 'shipping',
        protocol: 'consumer',
        members: 5,
        sessionTimeoutMs: 3_000,
        heartbeatIntervalMs: 300,
      },
    ],
  },
  phases: { warmUpMs: 6_000, chaosMs: 28_000 },
  activities: {
    script: [
      { kind: 'join-late', by: 'm2', atMs: 4_000 },
      { kind: 'join-late', by: 'm7', atMs: 4_000 },
      { kind: 'join-late', by: 'm3', atMs: 8_000 },
      { kind: 'join-late', by: 'm8', atMs: 8_000 },
      { kind: 'join-late', by: 'm4', atMs: 12_000 },
      { kind: 'join-late', by: 'm9', atMs: 12_000 },
      { kind: 'join-late', by: 'm5', atMs: 16_000 },
      { kind: 'join-late', by: 'm10', atMs: 16_000 },
      { kind: 'leave-group', by: 'm1', atMs: 20_000, durationMs: 4_000 },
      { kind: 'leave-group', by: 'm6', atMs: 20_000, durationMs: 4_000 },
    ],
  },
});
