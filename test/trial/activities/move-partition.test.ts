import { describe, expect, it } from 'vitest';
import { changed } from '../../../src/trial/activities/kinds/move-partition.ts';
import type { ActivityInput } from '../../../src/trial/activities/registry.ts';
import { runTrial } from '../../../src/trial/runner/trial.ts';
import { scenario } from '../../../src/trial/scenario/scenario.ts';

describe('what a partition’s replicas are changed to', () => {
  const from = (change: 'reorder' | 'replace' | 'add' | 'remove' | 'cancel', pick = 0) =>
    changed([1, 2, 3], [1, 2, 3, 4, 5], { change, pick, atLeast: 2 });

  it('is another order, another broker, one more or one less', () => {
    expect([0, 1, 2].map((pick) => from('reorder', pick))).toEqual([
      [2, 3, 1],
      [3, 1, 2],
      [2, 3, 1],
    ]);
    expect([0, 4].map((pick) => from('replace', pick))).toEqual([
      [4, 2, 3],
      [1, 4, 3],
    ]);
    expect(from('add', 1)).toEqual([1, 2, 3, 5]);
    expect(from('remove', 1)).toEqual([1, 3]);
  });

  it('is nothing where no broker is spare, or no replica', () => {
    const few = { pick: 0, atLeast: 2 };
    expect(changed([1, 2], [1, 2], { ...few, change: 'replace' })).toBeNull();
    expect(changed([1, 2], [1, 2], { ...few, change: 'add' })).toBeNull();
    expect(changed([1, 2], [1, 2, 3], { ...few, change: 'remove' })).toBeNull();
    expect(changed([1], [1, 2], { ...few, change: 'reorder' })).toBeNull();
  });
});

/** A trial of four brokers in which these things are done to `orders`. */
async function trial(script: readonly ActivityInput[], seed = '1', partitions = 1) {
  return runTrial(
    scenario({
      name: 'moving',
      description: 'A partition moves under load.',
      cluster: { brokers: 4 },
      topics: [{ name: 'orders', partitions, configs: { 'min.insync.replicas': '2' } }],
      workload: { consumers: 1, recordsPerSecond: 100 },
      phases: { warmUpMs: 3_000, chaosMs: 10_000, calmMs: 1_000 },
      faults: { script: [{ kind: 'restart', target: 'b2', atMs: 5_500, durationMs: 1_000 }] },
      activities: { script: [...script] },
    }),
    seed,
  );
}

const move = (atMs: number, others: object): ActivityInput => ({
  by: 'a1',
  kind: 'move-partition',
  atMs,
  topic: 'orders',
  partition: 0,
  change: 'replace',
  ...others,
});

describe('a partition that moves through the cluster', () => {
  it('keeps all promises, and is in the end where it was wanted', async () => {
    const script = [0, 1, 2, 0, 1, 2, 3].map((pick, i) => move(500 + i * 1_200, { pick }));
    const { result, history } = await trial(script);
    expect(result).toMatchObject({ verdict: 'pass', violations: [] });
    const moves = history.operations.all;
    expect(moves.map(({ outcome }) => outcome)).toEqual(moves.map(() => 'ok'));
    const finals = history.views.filter(({ phase }) => phase === 'final');
    for (const { replicas } of finals)
      expect(replicas['orders-0']).toEqual(moves.at(-1)!.about.replicas);
  }, 60_000);

  it('may be one of all that move', async () => {
    const { result, history } = await trial([move(500, { partition: null, pick: 1 })], '2', 3);
    expect(result).toMatchObject({ verdict: 'pass', violations: [] });
    expect(history.operations.all.map(({ about }) => about.index)).toEqual([0, 1, 2]);
  }, 60_000);

  it('may grow, shrink, and have its change taken back at once', async () => {
    const script = [
      move(500, { change: 'add' }),
      move(2_500, { change: 'remove', pick: 1 }),
      move(4_000, { change: 'remove', pick: 0 }),
      move(5_000, { change: 'remove', pick: 0 }),
      move(5_600, { change: 'replace', pick: 3, cancelAfterMs: 0 }),
      move(7_000, { change: 'add' }),
    ];
    const { result, history } = await trial(script);
    expect(result).toMatchObject({ verdict: 'pass', violations: [] });
    const counts = history.operations.all.map(({ about }) => {
      return (about.replicas as readonly number[] | null)?.length;
    });
    expect(counts).toEqual([4, 3, 2, 2, undefined, 3]);
  }, 60_000);
});
