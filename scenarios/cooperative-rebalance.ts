import { scenario } from '../src/trial/scenario/scenario.ts';

export default scenario({
  name: 'cooperative-rebalance',
  description: `Members come and go while the others read on.
    Cooperative assignors of the classic protocol and KIP-848 take from a member only what another
    is to have: it gives that up, commits it, and keeps the rest without a pause.`,
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
  topics: [{ name: 'orders', partitions: 8, configs: { 'min.insync.replicas': '2' } }],
  workload: {
    groups: [
      {
        name: 'billing',
        protocol: 'classic',
        members: 4,
        assignors: ['cooperative-sticky'],
        sessionTimeoutMs: 3_000,
        heartbeatIntervalMs: 300,
      },
      {
        name: 'shipping',
        protocol: 'consumer',
        members: 4,
        sessionTimeoutMs: 3_000,
        heartbeatIntervalMs: 300,
      },
    ],
  },
  phases: { chaosMs: 30_000 },
  activities: {
    script: [
      { kind: 'join-late', by: 'm4', atMs: 3_000 },
      { kind: 'join-late', by: 'm8', atMs: 3_000 },
      { kind: 'leave-group', by: 'm2', atMs: 8_000, durationMs: 5_000 },
      { kind: 'leave-group', by: 'm6', atMs: 8_000, durationMs: 5_000 },
    ],
    random: { everyMs: 4_000, kinds: ['leave-group'] },
  },
  faults: {
    random: {
      everyMs: 8_000,
      kinds: ['crash', 'pause'],
      targets: ['a member of billing', 'a member of shipping', 'm1', 'm5'],
      durationMs: [200, 6_000],
    },
  },
});
