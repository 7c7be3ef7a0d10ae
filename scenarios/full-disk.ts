import { scenario } from '../src/trial/scenario/scenario.ts';

export default scenario({
  name: 'full-disk',
  description: `A broker's disk fills up, and has room again later.
    A broker that cannot write its log halts rather than go on without it; its partitions move
    to others, and once there is room it recovers and catches up.`,
  topics: [{ name: 'orders', configs: { 'min.insync.replicas': '2' } }],
  phases: { chaosMs: 45_000 },
  limp: 'drawn',
  faults: {
    random: { everyMs: 12_000, kinds: ['full-disk'], durationMs: [2_000, 15_000] },
  },
});
