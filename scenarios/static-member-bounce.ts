import { scenario } from '../src/trial/scenario/scenario.ts';

export default scenario({
  name: 'static-member-bounce',
  description: `Static members stop and come back, mostly before their sessions end.
    A member keeps its name and its partitions over a restart (KIP-345), and the others hear nothing
    of it; who stays away for longer is replaced.`,
  cluster: {
    settings: {
      groupMinSessionTimeoutMs: 1_000,
      groupInitialRebalanceDelayMs: 300,
      groupConsumerSessionTimeoutMs: 6000,
      groupConsumerHeartbeatIntervalMs: 500,
      offsetsTopicNumPartitions: 4,
      topicDefaults: { minInsyncReplicas: 2 },
    },
  },
  topics: [{ name: 'orders', configs: { 'min.insync.replicas': '2' } }],
  workload: {
    groups: [
      { name: 'billing', protocol: 'classic', static: true },
      { name: 'shipping', protocol: 'consumer', static: true },
    ],
  },
  phases: { chaosMs: 40_000 },
  faults: {
    random: {
      everyMs: 3_000,
      kinds: ['crash', 'restart'],
      targets: ['m1', 'm2', 'm3', 'm4', 'm5', 'm6'],
      durationMs: [100, 7_000],
    },
  },
});
