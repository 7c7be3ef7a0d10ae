import { groupActivityNames } from '../src/trial/activities/registry.ts';
import { drawnKindNames } from '../src/trial/faults/registry.ts';
import { scenario } from '../src/trial/scenario/scenario.ts';

export default scenario({
  name: 'group-chaos',
  description: `Faults of every kind strike brokers, controllers, coordinators and the members of four groups.
    Groups of both protocols, with dynamic and static members, applications that commit before, after
    and by time; members leave, return and change their minds. The budget keeps every plan inside
    what is promised, so whatever breaks is a bug.`,
  cluster: {
    brokers: 4,
    controllers: 3,
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
    { name: 'orders', configs: { 'min.insync.replicas': '2' } },
    { name: 'payments', partitions: 3, configs: { 'min.insync.replicas': '2' } },
  ],
  workload: {
    consumers: 1,
    requestTimeoutMs: 10_000,
    groups: [
      { name: 'billing', protocol: 'classic', sessionTimeoutMs: 3_000, heartbeatIntervalMs: 300 },
      {
        name: 'shipping',
        protocol: 'consumer',
        static: true,
        sessionTimeoutMs: 3_000,
        heartbeatIntervalMs: 300,
      },
      {
        name: 'stock',
        protocol: 'classic',
        members: 2,
        static: true,
        commits: 'auto',
        sessionTimeoutMs: 3_000,
        heartbeatIntervalMs: 300,
      },
      {
        name: 'audit',
        protocol: 'consumer',
        members: 2,
        pattern: 'orders|payments',
        commits: 'before',
        sessionTimeoutMs: 3_000,
        heartbeatIntervalMs: 300,
        maxPollIntervalMs: 5_000,
      },
    ],
  },
  phases: { chaosMs: 60_000 },
  activities: {
    random: {
      everyMs: 3_000,
      kinds: [...groupActivityNames],
    },
  },
  faults: { random: { everyMs: 4_000, kinds: [...drawnKindNames] } },
});
