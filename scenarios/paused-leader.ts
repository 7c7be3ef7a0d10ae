import { scenario } from '../src/trial/scenario/scenario.ts';

export default scenario({
  name: 'paused-leader',
  description: `Leaders freeze, as in a long garbage collection, and go on as if nothing had happened.
    Whatever a sleeper does on waking is fenced by leader epoch and broker epoch: it may still
    answer, but it cannot acknowledge what its successor does not hold.`,
  topics: [{ name: 'orders', configs: { 'min.insync.replicas': '2' } }],
  phases: { chaosMs: 45_000 },
  limp: 'drawn',
  faults: {
    random: {
      everyMs: 7_000,
      kinds: ['pause'],
      targets: ['leader of orders-0', 'leader of orders-1', 'controller', 'a follower of orders-2'],
      durationMs: [500, 20_000],
    },
  },
});
