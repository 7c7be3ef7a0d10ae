import { scenario } from '../src/trial/scenario/scenario.ts';

export default scenario({
  name: 'cooperative-rebalance',
  description: `Members come and go while the others read on.
    Cooperative assignors of the classic protocol and KIP-848 take from a member only what another is
    to have: it gives that up, commits it, and keeps the rest without a pause.`,
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
  activities: { random: { everyMs: 2_500, kinds: ['leave-group', 'join-late'] } },
  faults: {
    random: {
      everyMs: 8_000,
      kinds: ['crash', 'pause'],
      targets: ['a member of billing', 'a member of shipping', 'm1', 'm5'],
      durationMs: [200, 6_000],
    },
  },
});
