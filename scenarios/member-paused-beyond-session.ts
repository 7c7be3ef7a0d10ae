import { scenario } from '../src/trial/scenario/scenario.ts';

export default scenario({
  name: 'member-paused-beyond-session',
  description: `Group members freeze for longer than their sessions last, or are cut off for as long, and wake.
    Meanwhile others own what they owned. A member that wakes believes that it still owns it: its
    commits are refused, and it learns at once that all is lost.`,
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
  topics: [{ name: 'orders', configs: { 'min.insync.replicas': '2' } }],
  workload: {
    groups: [
      {
        name: 'billing',
        protocol: 'classic',
        commitEveryMs: 200,
        sessionTimeoutMs: 3_000,
        heartbeatIntervalMs: 300,
      },
      {
        name: 'shipping',
        protocol: 'consumer',
        commitEveryMs: 200,
        sessionTimeoutMs: 3_000,
        heartbeatIntervalMs: 300,
      },
    ],
  },
  phases: { chaosMs: 40_000 },
  faults: {
    random: {
      everyMs: 4_000,
      kinds: ['pause', 'isolate'],
      targets: ['m1', 'm2', 'm3', 'm4', 'm5', 'm6'],
      durationMs: [3_500, 9_000],
    },
  },
});
