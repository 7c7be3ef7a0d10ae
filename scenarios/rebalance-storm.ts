import { scenario } from '../src/trial/scenario/scenario.ts';

/** Every 700 ms another one of eight members leaves, and comes back at once or a while later. */
const comings = Array.from({ length: 40 }, (_, i) => ({
  kind: 'leave-group' as const,
  by: `m${1 + ((i * 3) % 8)}`,
  atMs: 500 + i * 700,
  durationMs: [0, 300, 2_500][i % 3]!,
}));

export default scenario({
  name: 'rebalance-storm',
  description: `Members leave and come back, change what they read and stall, again and again.
    One rebalance begins while another is under way. Whoever owns a partition owns it alone, and
    once there is quiet the groups come to rest.`,
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
  topics: [
    { name: 'orders', partitions: 4, configs: { 'min.insync.replicas': '2' } },
    { name: 'payments', partitions: 3, configs: { 'min.insync.replicas': '2' } },
  ],
  workload: {
    groups: [
      {
        name: 'billing',
        protocol: 'classic',
        members: 4,
        sessionTimeoutMs: 3_000,
        heartbeatIntervalMs: 300,
        maxPollIntervalMs: 4_000,
      },
      {
        name: 'shipping',
        protocol: 'consumer',
        members: 4,
        sessionTimeoutMs: 3_000,
        heartbeatIntervalMs: 300,
        maxPollIntervalMs: 4_000,
      },
    ],
  },
  phases: { chaosMs: 30_000 },
  activities: {
    script: comings,
    random: { everyMs: 1_000, kinds: ['resubscribe', 'stall-processing'] },
  },
});
