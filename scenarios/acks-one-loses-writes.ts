import { scenario } from '../src/trial/scenario/scenario.ts';

export default scenario({
  name: 'acks-one-loses-writes',
  description: `Producers with acks=1 write to a leader that is cut off from its followers.
    acks=1 promises only that the leader has the record. The others elect a new leader without
    it, and the old one truncates what it alone had acknowledged: acknowledged writes are lost.`,
  topics: [{ name: 'orders', configs: { 'min.insync.replicas': '2' } }],
  workload: { acks: 1, idempotent: false, maxInFlight: 1 },
  phases: { chaosMs: 35_000, calmMs: 20_000 },
  faults: {
    script: [
      {
        kind: 'isolate',
        atMs: 2_000,
        target: 'leader of orders-0',
        durationMs: 16_000,
        from: 'nodes',
      },
    ],
  },
  breaks: 'lost-write',
});
