import { scenario } from '../src/trial/scenario/scenario.ts';

export default scenario({
  name: 'commit-before-processing-loses',
  description: `Applications commit what they are about to process, and die before they have.
    At most once: whoever takes over begins behind what was committed, and nobody ever processes
    what the dead one had in hand.`,
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
        commits: 'before',
        processingMs: 500,
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
  breaks: 'processed-at-least-once',
});
