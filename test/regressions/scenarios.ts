import { faultKindNames } from '../../src/trial/faults/registry.ts';
import { scenario } from '../../src/trial/scenario/scenario.ts';

/** Faults of all kinds every second or two, small segments, short timeouts: finds bugs fast. */
export const heavy = scenario({
  name: 'heavy-3',
  description:
    'Faults of all kinds every second or two, on a cluster that rolls and expires often.',
  cluster: {
    brokers: 4,
    controllers: 3,
    settings: { replicaLagTimeMaxMs: 5_000, topicDefaults: { segmentBytes: 6_000 } },
  },
  topics: [{ name: 'orders', configs: { 'min.insync.replicas': '2' } }],
  phases: { chaosMs: 90_000 },
  workload: { requestTimeoutMs: 3_000, recordsPerSecond: 80, deliveryTimeoutMs: 20_000 },
  faults: { random: { everyMs: 1_500, kinds: [...faultKindNames], durationMs: [50, 20_000] } },
});

/** One broker whose process ends again and again, each time in the middle of something. */
export const alone = scenario({
  name: 'single',
  description: 'A single broker, and faults that leave its page cache whole.',
  cluster: { brokers: 1 },
  topics: [{ name: 'orders', replicationFactor: 1 }],
  phases: { chaosMs: 60_000 },
});

/** Every message takes its own time: what is sent together arrives far apart. */
export const unevenNetwork = scenario({
  name: 'uneven-network',
  description: 'Faults of all kinds on a network whose latency varies a thousandfold.',
  topics: [{ name: 'orders', configs: { 'min.insync.replicas': '2' } }],
  network: { latencyUs: 300, jitterUs: 300_000 },
  faults: { random: { everyMs: 5_000, kinds: [...faultKindNames] } },
});

/** Far away, with a heavy tail: a cluster across continents. */
export const farNetwork = scenario({
  name: 'far-network',
  description: 'Faults of all kinds on a network with long and heavy-tailed latency.',
  topics: [{ name: 'orders', configs: { 'min.insync.replicas': '2' } }],
  network: { latencyUs: 50_000, jitterUs: 200_000, tailPerMille: 100 },
  faults: { random: { everyMs: 5_000, kinds: [...faultKindNames] } },
});
