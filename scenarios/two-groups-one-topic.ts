import { scenario } from '../src/trial/scenario/scenario.ts';

export default scenario({
  name: 'two-groups-one-topic',
  description: `Two groups read one topic, and only one of them has trouble.
    Each group is given every record and commits for itself: what befalls one changes nothing for the
    other, though one broker coordinates both.`,
  cluster: {
    settings: {
      groupMinSessionTimeoutMs: 1_000,
      groupInitialRebalanceDelayMs: 300,
      groupConsumerSessionTimeoutMs: 3000,
      groupConsumerHeartbeatIntervalMs: 300,
      offsetsTopicNumPartitions: 1,
      topicDefaults: { minInsyncReplicas: 2 },
    },
  },
  topics: [{ name: 'orders', configs: { 'min.insync.replicas': '2' } }],
  workload: {
    groups: [
      { name: 'billing', protocol: 'classic', sessionTimeoutMs: 3_000, heartbeatIntervalMs: 300 },
      {
        name: 'audit',
        protocol: 'classic',
        members: 2,
        commits: 'auto',
        sessionTimeoutMs: 3_000,
        heartbeatIntervalMs: 300,
      },
    ],
  },
  phases: { chaosMs: 30_000 },
  faults: {
    random: {
      everyMs: 2_500,
      kinds: ['crash', 'pause', 'isolate', 'slow-network'],
      targets: ['m1', 'm2', 'm3', 'every member of billing'],
      durationMs: [500, 6_000],
    },
  },
});
