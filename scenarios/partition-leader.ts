import { scenario } from '../src/trial/scenario/scenario.ts';

export default scenario({
  name: 'partition-leader',
  description: `Leaders are cut off from the other nodes, some from their clients too.
    A leader without its followers cannot move the high watermark below min.insync.replicas, so
    what it took in without them was never acknowledged; it truncates that when it returns to a
    new leader.`,
  topics: [{ name: 'orders', configs: { 'min.insync.replicas': '2' } }],
  phases: { chaosMs: 45_000 },
  limp: 'drawn',
  faults: {
    random: {
      everyMs: 10_000,
      kinds: ['isolate', 'split', 'bridge', 'majority-ring'],
      targets: ['leader of orders-0', 'leader of orders-1', 'leader of orders-3'],
      durationMs: [500, 20_000],
    },
  },
});
