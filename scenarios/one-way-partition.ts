import { scenario } from '../src/trial/scenario/scenario.ts';

export default scenario({
  name: 'one-way-partition',
  description: `Bytes pass one way only between a node and the others.
    A broker that hears but is not heard, or is heard but deaf, is fenced or falls out of the
    ISR; half of a conversation never suffices to acknowledge, to win a vote or to stay
    controller.`,
  topics: [{ name: 'orders', configs: { 'min.insync.replicas': '2' } }],
  phases: { chaosMs: 45_000 },
  limp: 'drawn',
  faults: {
    random: { everyMs: 9_000, kinds: ['one-way-partition'], durationMs: [500, 18_000] },
  },
});
