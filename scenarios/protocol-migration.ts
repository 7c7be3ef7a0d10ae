import { scenario } from '../src/trial/scenario/scenario.ts';

export default scenario({
  name: 'protocol-migration',
  description: `The members of a classic group move to KIP-848 one by one under load, and back again.
    With the first of them the group becomes one of the new protocol, in which its classic members are
    hosted; with the last one it becomes classic again. Nothing committed is lost on the way.`,
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
        assignors: ['cooperative-sticky'],
        sessionTimeoutMs: 3_000,
        heartbeatIntervalMs: 300,
      },
      { name: 'shipping', protocol: 'consumer', sessionTimeoutMs: 3_000, heartbeatIntervalMs: 300 },
    ],
  },
  phases: { chaosMs: 26_000 },
  activities: {
    script: [
      { kind: 'leave-group', by: 'm1', atMs: 2_000, durationMs: 200, protocol: 'consumer' },
      { kind: 'leave-group', by: 'm2', atMs: 5_000, durationMs: 200, protocol: 'consumer' },
      { kind: 'leave-group', by: 'm3', atMs: 8_000, durationMs: 200, protocol: 'consumer' },
      { kind: 'leave-group', by: 'm1', atMs: 14_000, durationMs: 200, protocol: 'classic' },
      { kind: 'leave-group', by: 'm2', atMs: 17_000, durationMs: 200, protocol: 'classic' },
      { kind: 'leave-group', by: 'm3', atMs: 20_000, durationMs: 200, protocol: 'classic' },
    ],
  },
  faults: {
    random: {
      everyMs: 9_000,
      kinds: ['crash', 'restart'],
      targets: ['coordinator of billing', 'm2', 'm4'],
      durationMs: [200, 4_000],
    },
  },
});
