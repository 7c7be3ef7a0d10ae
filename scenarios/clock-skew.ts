import { scenario } from '../src/trial/scenario/scenario.ts';

export default scenario({
  name: 'clock-skew',
  description: `Wall clocks jump by up to an hour and clocks drift by up to five percent.
    Wall time stamps records and nothing else: leadership, sessions and the quorum go by
    monotonic time, whose drift the timeouts bear.`,
  topics: [{ name: 'orders', configs: { 'min.insync.replicas': '2' } }],
  phases: { chaosMs: 40_000 },
  limp: 'drawn',
  faults: {
    random: { everyMs: 5_000, kinds: ['clock-jump', 'clock-drift'], durationMs: [2_000, 20_000] },
  },
});
