import { scenario } from '../src/trial/scenario/scenario.ts';

export default scenario({
  name: 'steady',
  description: `Nothing goes wrong.
    Every send is acknowledged, every record is read once and in order: the ground on which the
    others stand.`,
  topics: [{ name: 'orders', configs: { 'min.insync.replicas': '2' } }],
  phases: { chaosMs: 20_000 },
});
