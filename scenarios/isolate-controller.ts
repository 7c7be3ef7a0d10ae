import { scenario } from '../src/trial/scenario/scenario.ts';

export default scenario({
  name: 'isolate-controller',
  description: `The active controller is cut off, again and again.
    It resigns when it hears no majority; another one takes over with all committed metadata,
    and two never lead in one epoch. Pre-vote keeps the returning one from deposing its
    successor.`,
  topics: [{ name: 'orders', configs: { 'min.insync.replicas': '2' } }],
  phases: { chaosMs: 45_000 },
  limp: 'drawn',
  faults: {
    random: {
      everyMs: 8_000,
      kinds: ['isolate', 'pause'],
      targets: ['controller'],
      durationMs: [1_000, 12_000],
    },
  },
});
