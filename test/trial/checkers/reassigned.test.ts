import { describe, expect, it } from 'vitest';
import type { Observation } from '../../../src/kafka/observation.ts';
import {
  appended,
  committed,
  flushed,
  guarantees,
  judgeCluster,
  leaderMark,
  leads,
  ordersLog,
  propertiesOf,
} from './scenes.ts';

const orders = {
  topic: 'orders',
  copies: 2,
  spares: 1,
  flushed: true,
  keepsAll: true,
  cleanElections: true,
};
const promised = guarantees({ topics: new Map([['orders', orders]]) });

const judged = (steps: readonly Observation[]) => propertiesOf(judgeCluster(steps, promised));

/** As `node` applies it: the leader is 1, and no longer is whoever is not among the replicas. */
const placed = (
  node: number,
  offset: number,
  replicas: readonly number[],
  leaderEpoch: number,
  isr = replicas,
): Observation => {
  const [leader] = replicas;
  const state = { leader: leader!, leaderEpoch, partitionEpoch: offset, isr: [...isr] };
  return { ...committed(offset, state), node, replicas } as Observation;
};

const removed = (node: number): Observation => ({ kind: 'log-deleted', node, ...ordersLog });

/** Two records on these nodes, synced there; the leader 1 knows that all have them. */
const written = (...nodes: readonly number[]): Observation[] => [
  leads(1, 0, 0),
  ...nodes.flatMap((node) => [appended(node, 0, 0), appended(node, 1, 0), flushed(node, 2)]),
];

describe('a replica that goes as metadata wants it', () => {
  const before = [...written(1, 2, 3), leaderMark(1, 0, 1, [1, 2, 3])];

  it('breaks nothing, and another begins empty', () => {
    const moved = [placed(3, 7, [1, 2, 4], 1), removed(3), placed(1, 7, [1, 2, 4], 1)];
    const joined = [appended(4, 0, 0), appended(4, 1, 0), flushed(4, 2)];
    expect(judged([...before, ...joined, ...moved, leads(1, 1, 2)])).toEqual([]);
    const back = [placed(3, 8, [1, 2, 4, 3], 1, [1, 2, 4]), appended(3, 0, 0), flushed(3, 1)];
    expect(judged([...before, ...joined, ...moved, leads(1, 1, 2), ...back])).toEqual([]);
  });

  it('is counted on by a leader that has not heard of it, as far as it had come', () => {
    const unheard = [placed(3, 7, [1, 2], 1), removed(3)];
    expect(judged([...before, ...unheard, leaderMark(1, 0, 2, [1, 2, 3])])).toEqual([]);
    const beyond = [1, 2].flatMap((node) => [appended(node, 2, 0), flushed(node, 3)]);
    expect(judged([...before, ...unheard, ...beyond, leaderMark(1, 0, 3, [1, 2, 3])])).toEqual([
      'high-watermark-replicated',
      'synced-when-acknowledged',
    ]);
  });

  it('is not counted on by a leader of the epoch in which it went, nor by a later one', () => {
    const unheard = [placed(3, 7, [1, 2], 1), removed(3), leads(1, 1, 2)];
    expect(judged([...before, ...unheard, leaderMark(1, 1, 2, [1, 2, 3])])).toContain(
      'high-watermark-replicated',
    );
  });

  it('is counted on as it was then, though it came and went again since', () => {
    const twice = [placed(3, 7, [1, 2], 1), removed(3), placed(3, 8, [1, 2, 3], 1, [1, 2])];
    const again = [placed(3, 9, [1, 2], 2), removed(3)];
    expect(judged([...before, ...twice, ...again, leaderMark(1, 0, 2, [1, 2, 3])])).toEqual([]);
    expect(
      judged([...before, ...twice, ...again, leads(1, 1, 2), leaderMark(1, 1, 2, [1, 2, 3])]),
    ).toContain('high-watermark-replicated');
  });

  it('was one of those that had what is committed, however few are left', () => {
    const two = [...written(1, 3), leaderMark(1, 0, 1, [1, 3])];
    const unheard = [placed(3, 7, [1], 1), removed(3)];
    expect(judged([...two, ...unheard, leaderMark(1, 0, 2, [1, 3])])).toEqual([]);
  });
});

describe('a replica that goes though nobody wants it', () => {
  const before = [...written(1, 2, 3), leaderMark(1, 0, 1, [1, 2, 3])];

  it('is missed where its leader counts on it', () => {
    expect(judged([...before, removed(3), leaderMark(1, 0, 2, [1, 2, 3])])).toContain(
      'high-watermark-replicated',
    );
  });

  it('is missed where it may be elected', () => {
    expect(judged([...before, removed(3), placed(1, 7, [1, 2, 3], 0)])).toContain(
      'candidate-completeness',
    );
  });
});

describe('a reassignment that ends too early', () => {
  it('loses what only those had that went', () => {
    const before = [...written(1, 2), leaderMark(1, 0, 2, [1, 2])];
    const early = [placed(1, 7, [3], 1), removed(1), removed(2), leads(3, 1, 0)];
    expect(judged([...before, ...early])).toEqual(
      expect.arrayContaining(['candidate-completeness', 'leader-completeness']),
    );
  });
});
