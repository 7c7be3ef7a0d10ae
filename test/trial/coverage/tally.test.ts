import { describe, expect, it } from 'vitest';
import type { Reached } from '../../../src/trial/coverage/coverage.ts';
import { Tally } from '../../../src/trial/coverage/tally.ts';
import { propertyNames } from '../../../src/trial/properties/registry.ts';

const trials: readonly Reached[] = [
  [
    ['mark', 'duplicate-batch', 3],
    ['sometimes', 'a hope', 0],
    ['fault', 'crash on <node>: struck', 1],
  ],
  [
    ['mark', 'duplicate-batch', 2],
    ['mark', 'sequence-gap', 1],
    ['sometimes', 'a hope', 0],
    ['sometimes', 'another', 1],
    ['order', 'one > another here', 7],
  ],
];

const sumOf = (order: readonly Reached[]) => {
  const tally = new Tally();
  for (const reached of order) tally.add(reached);
  return tally.sum();
};

describe('a tally', () => {
  it('counts how often a name was reached, and in how many trials', () => {
    const marks = sumOf(trials).sorts.find(({ sort }) => sort === 'mark')!;
    expect(marks.reached).toEqual([
      { name: 'duplicate-batch', times: 5, trials: 2 },
      { name: 'sequence-gap', times: 1, trials: 1 },
    ]);
  });

  it('tells what is known and was never reached', () => {
    const { sorts } = sumOf(trials);
    const missing = (of: string) =>
      sorts.find(({ sort }) => sort === of)!.missing.map(({ name }) => name);
    expect(missing('mark')).toContain('diverged-again');
    expect(missing('mark')).not.toContain('duplicate-batch');
    expect(missing('risk')).toEqual(propertyNames);
    expect(missing('sometimes')).toEqual(['a hope']);
  });

  it('is the same in whatever order the trials come', () => {
    expect(sumOf(trials.toReversed())).toEqual(sumOf(trials));
  });

  it('leaves out what only a hunt goes by', () => {
    expect(sumOf(trials).sorts.map(({ sort }) => sort)).not.toContain('order');
  });
});
