import { scenario } from '../src/trial/scenario/scenario.ts';

export default scenario({
  name: 'slow-network',
  description: `Links turn slow or hold their bytes for a while and then deliver them all.
    Requests time out and are sent again while the first ones still arrive: sequence numbers and
    epochs tell a retry from a new request, so that nothing is repeated or reordered.`,
  topics: [{ name: 'orders', configs: { 'min.insync.replicas': '2' } }],
  phases: { chaosMs: 45_000 },
  workload: { requestTimeoutMs: 4_000 },
  faults: {
    random: {
      everyMs: 7_000,
      kinds: ['slow-network', 'clog', 'swizzle'],
      durationMs: [500, 14_000],
    },
  },
});
