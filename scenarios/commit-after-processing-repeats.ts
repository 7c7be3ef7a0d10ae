import { scenario } from '../src/trial/scenario/scenario.ts';

export default scenario({
  name: 'commit-after-processing-repeats',
  description: `Applications commit what they have processed, and die before they do.
    At least once: whoever takes over begins where the group has committed, and processes again what
    the dead one had processed since.`,
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
        commits: 'after',
        commitEveryMs: 2_000,
        sessionTimeoutMs: 3_000,
        heartbeatIntervalMs: 300,
      },
    ],
  },
  phases: { chaosMs: 20_000 },
  faults: {
    script: [
      { kind: 'crash', atMs: 3_000, target: 'every member of billing', durationMs: 4_000 },
      { kind: 'crash', atMs: 12_000, target: 'every member of billing', durationMs: 2_000 },
    ],
  },
  breaks: 'processed-once',
});
