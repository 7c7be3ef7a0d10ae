import { scenario } from '../src/trial/scenario/scenario.ts';

export default scenario({
  name: 'power-loss',
  description: `One machine at a time loses power and with it what it had not synced.
    An acknowledged record is on two machines at least; the one that returns is known to have
    stopped uncleanly, leaves the ISR and copies what it lost before it counts again. The next
    power loss waits until then.`,
  topics: [{ name: 'orders', configs: { 'min.insync.replicas': '2' } }],
  phases: { chaosMs: 60_000 },
  limp: 'drawn',
  faults: {
    random: { everyMs: 14_000, kinds: ['power-loss'], durationMs: [500, 10_000] },
  },
});
