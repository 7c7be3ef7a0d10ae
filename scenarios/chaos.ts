import { drawnKindNames } from '../src/trial/faults/registry.ts';
import { scenario } from '../src/trial/scenario/scenario.ts';

export default scenario({
  name: 'chaos',
  description: `Faults of every kind strike four brokers in two racks and their three separate controllers.
    Each seed draws its own mix. The budget keeps every plan inside what RF 3 and
    min.insync.replicas 2 survive, so whatever breaks is a bug.`,
  cluster: { brokers: 4, controllers: 3, racks: ['east', 'west'] },
  topics: [{ name: 'orders', configs: { 'min.insync.replicas': '2' } }],
  phases: { chaosMs: 60_000 },
  limp: 'drawn',
  workload: { requestTimeoutMs: 10_000 },
  faults: { random: { everyMs: 5_000, kinds: [...drawnKindNames] } },
});
