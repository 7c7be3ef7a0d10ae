import { scenario } from '../src/trial/scenario/scenario.ts';

export default scenario({
  name: 'member-crash',
  description: `Processes of group members die, one at a time or all at once, and come back.
    Their sessions end, others take their partitions over where the group has committed, and what
    was processed and not yet committed is processed again: nothing is left out.`,
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
      { name: 'billing', protocol: 'classic', sessionTimeoutMs: 3_000, heartbeatIntervalMs: 300 },
      {
        name: 'shipping',
        protocol: 'consumer',
        commits: 'auto',
        sessionTimeoutMs: 3_000,
        heartbeatIntervalMs: 300,
      },
    ],
  },
  phases: { chaosMs: 40_000 },
  faults: {
    random: {
      everyMs: 3_000,
      kinds: ['crash'],
      targets: ['m1', 'm2', 'm3', 'm4', 'm5', 'm6', 'every member of billing'],
      durationMs: [200, 8_000],
    },
  },
});
