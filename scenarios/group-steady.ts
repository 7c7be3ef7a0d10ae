import { scenario } from '../src/trial/scenario/scenario.ts';

export default scenario({
  name: 'group-steady',
  description: `Three members of each of two groups, one of each protocol, share a topic, and nothing goes wrong.
    Each partition has one owner, each record is processed once in each group, and what is
    committed is what was processed: the ground on which the other groups stand.`,
  cluster: {
    settings: {
      groupInitialRebalanceDelayMs: 500,
      groupConsumerHeartbeatIntervalMs: 500,
      groupConsumerSessionTimeoutMs: 5_000,
      offsetsTopicNumPartitions: 4,
    },
  },
  topics: [{ name: 'orders', configs: { 'min.insync.replicas': '2' } }],
  workload: {
    groups: [
      { name: 'billing', protocol: 'classic' },
      { name: 'shipping', protocol: 'consumer' },
    ],
  },
  phases: { chaosMs: 20_000 },
});
