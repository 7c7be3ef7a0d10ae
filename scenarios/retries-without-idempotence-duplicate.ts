import { scenario } from '../src/trial/scenario/scenario.ts';

export default scenario({
  name: 'retries-without-idempotence-duplicate',
  description: `Answers to producers without idempotence get lost, and they send again.
    Without producer ids and sequence numbers (KIP-98) a leader cannot tell a retry from a new
    record: it appends it a second time. One request in flight keeps the order at least.`,
  topics: [{ name: 'orders', configs: { 'min.insync.replicas': '2' } }],
  workload: { idempotent: false, maxInFlight: 1, requestTimeoutMs: 2_000 },
  phases: { chaosMs: 30_000 },
  faults: {
    script: [
      {
        kind: 'one-way-partition',
        atMs: 3_000,
        target: 'leader of orders-0',
        durationMs: 6_000,
        direction: 'outbound',
        from: 'clients',
      },
      {
        kind: 'one-way-partition',
        atMs: 16_000,
        target: 'leader of orders-1',
        durationMs: 6_000,
        direction: 'outbound',
        from: 'clients',
      },
    ],
  },
  breaks: 'duplicate',
});
