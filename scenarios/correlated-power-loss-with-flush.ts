import { scenario } from '../src/trial/scenario/scenario.ts';

export default scenario({
  name: 'correlated-power-loss-with-flush',
  description: `All machines lose power at once, but every append is flushed before it is acknowledged.
    With flush.messages=1 an acknowledged record is on the disks of the ISR: nothing is lost, at
    the price of a sync for each append.`,
  topics: [{ name: 'orders', configs: { 'min.insync.replicas': '2', 'flush.messages': '1' } }],
  phases: { chaosMs: 30_000, calmMs: 5_000 },
  limp: 'drawn',
  faults: {
    script: [{ kind: 'power-loss', atMs: 12_000, target: 'all nodes', durationMs: 3_000 }],
  },
});
