import { scenario } from '../src/trial/scenario/scenario.ts';

export default scenario({
  name: 'unclean-election-loses-writes',
  description: `With unclean.leader.election.enable a replica from outside the ISR becomes leader.
    Cut off from its followers a leader stays alone in the ISR and, with min.insync.replicas 1,
    acknowledges by itself; when it is gone for long, the choice is between no leader and lost
    writes, and the setting chooses.`,
  topics: [
    {
      name: 'orders',
      configs: { 'min.insync.replicas': '1', 'unclean.leader.election.enable': 'true' },
    },
  ],
  cluster: { controllers: 3, settings: { replicaLagTimeMaxMs: 6_000 } },
  phases: { chaosMs: 60_000, calmMs: 20_000 },
  faults: {
    script: [
      {
        kind: 'isolate',
        atMs: 1_000,
        target: 'leader of orders-0',
        durationMs: 25_000,
        from: 'brokers',
      },
      { kind: 'crash', atMs: 22_000, target: 'leader of orders-0', durationMs: 30_000 },
    ],
  },
  breaks: 'acked-not-lost',
});
