import { scenario } from '../src/trial/scenario/scenario.ts';

const producers = 16;
const roundMs = 20_000;
/** In about half of the rounds a batch is overtaken, so that no seed is left in which none is. */
const rounds = Array.from({ length: 16 }, (_, round) => round);

export default scenario({
  name: 'first-batch-overtaken',
  description: `Producers start while their leaders miss a follower, and renumber what was overtaken.
    A leader takes any sequence from a producer that it does not know. Where a producer's first
    batch is refused for want of in-sync replicas and the next one, in flight with it, comes just
    after the follower has returned, the later one is accepted and the first never again
    (KAFKA-14359; KAFKA-15591 mends it for logs that never held a record). A client that raises its
    epoch then and sends the first batch once more puts it behind what was sent after it. The right
    client sends the first batch alone.`,
  cluster: { controllers: 3, settings: { replicaLagTimeMaxMs: 4_000 } },
  topics: [{ name: 'orders', partitions: 6, configs: { 'min.insync.replicas': '3' } }],
  workload: {
    producers,
    consumers: 1,
    recordsPerSecond: 320,
    keysPerProducer: 1,
    wrongRules: ['first-batches-together', 'overtaken-batch-renumbered'],
  },
  network: { latencyUs: 100_000, jitterUs: 150_000 },
  phases: { warmUpMs: 8_000, chaosMs: rounds.length * roundMs },
  faults: {
    script: rounds.flatMap((round) => {
      const atMs = round * roundMs + 1_000;
      const follower = { kind: 'isolate', atMs, target: 'b3', durationMs: 8_000 } as const;
      const restarts = Array.from({ length: producers }, (_, index) => {
        const target = `p${index + 1}`;
        return {
          kind: 'crash',
          atMs: atMs + 6_800 + index * 180,
          target,
          durationMs: 100,
        } as const;
      });
      return [{ ...follower, from: 'brokers' as const }, ...restarts];
    }),
  },
  breaks: 'record-order',
});
