import { scenario } from '../src/trial/scenario/scenario.ts';

export default scenario({
  name: 'coordinator-failover',
  description: `The coordinators of groups crash, restart, freeze and are cut off, under load.
    Another broker reads what they kept and goes on: what was committed is committed, no member is
    lost that was heard of in time, and former coordinators decide nothing.`,
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
      { name: 'billing', protocol: 'classic', commitEveryMs: 100 },
      { name: 'shipping', protocol: 'consumer', commitEveryMs: 100 },
    ],
  },
  phases: { chaosMs: 40_000 },
  faults: {
    random: {
      everyMs: 5_000,
      kinds: ['crash', 'restart', 'pause', 'isolate'],
      targets: ['coordinator of billing', 'coordinator of shipping'],
      durationMs: [200, 12_000],
    },
  },
});
