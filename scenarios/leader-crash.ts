import { scenario } from '../src/trial/scenario/scenario.ts';

export default scenario({
  name: 'leader-crash',
  description: `Processes that lead partitions are killed and come back.
    Kafka acknowledges from the page cache, which survives a crash of the process; with RF 3 and
    min.insync.replicas 2 any number of such crashes loses, repeats and reorders nothing.`,
  topics: [{ name: 'orders', configs: { 'min.insync.replicas': '2' } }],
  phases: { chaosMs: 40_000 },
  limp: 'drawn',
  faults: {
    random: {
      everyMs: 6_000,
      kinds: ['crash'],
      targets: ['leader of orders-0', 'leader of orders-1', 'leader of orders-2'],
      durationMs: [200, 15_000],
    },
  },
});
