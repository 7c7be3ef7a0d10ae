import { scenario } from '../src/trial/scenario/scenario.ts';

export default scenario({
  name: 'rolling-restart',
  description: `Each broker in turn shuts down cleanly and starts again, as in an upgrade.
    A controlled shutdown moves leaderships away first and flushes the logs, so that clients
    notice no more than a change of leader: no send fails, nothing is lost, repeated or
    reordered.`,
  topics: [{ name: 'orders', configs: { 'min.insync.replicas': '2' } }],
  phases: { chaosMs: 45_000 },
  limp: 'drawn',
  faults: {
    script: [
      { kind: 'restart', atMs: 1_000, target: 'b1', durationMs: 1_000 },
      { kind: 'restart', atMs: 16_000, target: 'b2', durationMs: 1_000 },
      { kind: 'restart', atMs: 31_000, target: 'b3', durationMs: 1_000 },
    ],
  },
});
