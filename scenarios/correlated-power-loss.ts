import { scenario } from '../src/trial/scenario/scenario.ts';

export default scenario({
  name: 'correlated-power-loss',
  description: `All machines lose power at once, as when a data centre goes dark.
    Kafka acknowledges from the page cache of several machines and relies on their not failing
    together: what none of them had synced is lost, though it was acknowledged.`,
  topics: [{ name: 'orders', configs: { 'min.insync.replicas': '2' } }],
  phases: { chaosMs: 30_000, calmMs: 20_000 },
  faults: {
    script: [{ kind: 'power-loss', atMs: 12_000, target: 'all nodes', durationMs: 3_000 }],
  },
  breaks: 'acked-not-lost',
});
