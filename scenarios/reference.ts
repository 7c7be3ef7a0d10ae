import { faultKindNames } from '../src/trial/faults/registry.ts';
import { scenario } from '../src/trial/scenario/scenario.ts';

export default scenario({
  name: 'reference',
  description: `The measure of speed: three machines, 50 records a second, a fault about every ten seconds.
    Three machines are broker and controller each; three idempotent producers with acks=all send
    100 bytes a record to six partitions, three consumers read everything. What RF 3 and
    min.insync.replicas 2 promise must hold.`,
  topics: [{ name: 'orders', configs: { 'min.insync.replicas': '2' } }],
  phases: { chaosMs: 120_000 },
  faults: { random: { everyMs: 10_000, kinds: [...faultKindNames] } },
});
