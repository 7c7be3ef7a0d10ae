import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placementProblem, placeReplicas } from '../../../src/kafka/controller/placement.ts';
import type { BrokerState } from '../../../src/kafka/metadata/image.ts';
import { countingRandom } from './fixtures.ts';

const broker = (id: number, rack: string | null, fenced = false): BrokerState => ({
  id,
  epoch: id,
  registrationOffset: id,
  incarnationId: '',
  host: '',
  port: 0,
  rack,
  fenced,
  inControlledShutdown: false,
});

const count = (values: readonly number[]): Map<number, number> => {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
};

const spread = (counts: ReadonlyMap<number, number>, ids: readonly number[]): number => {
  const all = ids.map((id) => counts.get(id) ?? 0);
  return Math.max(...all) - Math.min(...all);
};

describe('placement', () => {
  const shape = fc.record({
    racks: fc.integer({ min: 1, max: 4 }),
    perRack: fc.integer({ min: 1, max: 4 }),
    partitions: fc.integer({ min: 1, max: 40 }),
    factor: fc.integer({ min: 1, max: 16 }),
    seed: fc.nat(),
  });

  it('puts distinct replicas over as many racks as there are, leaders even', () => {
    fc.assert(
      fc.property(shape, ({ racks, perRack, partitions, factor, seed }) => {
        const brokers = Array.from({ length: racks * perRack }, (_, i) =>
          broker(i, `r${i % racks}`),
        );
        const replicationFactor = Math.min(factor, brokers.length);
        const placed = placeReplicas(brokers, partitions, replicationFactor, countingRandom(seed));
        expect(placed).toHaveLength(partitions);
        for (const replicas of placed) {
          expect(new Set(replicas).size).toBe(replicationFactor);
          const perRackCount = count(replicas.map((id) => id % racks));
          expect(
            spread(
              perRackCount,
              Array.from({ length: racks }, (_, i) => i),
            ),
          ).toBeLessThanOrEqual(1);
        }
        const ids = brokers.map(({ id }) => id);
        const leaders = count(placed.map(([leader]) => leader ?? -1));
        expect(spread(leaders, ids)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('gives every broker the same number of replicas over full rounds', () => {
    fc.assert(
      fc.property(
        shape,
        fc.integer({ min: 1, max: 3 }),
        ({ racks, perRack, factor, seed }, rounds) => {
          const brokers = Array.from({ length: racks * perRack }, (_, i) =>
            broker(i, `r${i % racks}`),
          );
          const replicationFactor = Math.min(factor, brokers.length);
          const placed = placeReplicas(
            brokers,
            rounds * brokers.length,
            replicationFactor,
            countingRandom(seed),
          );
          expect(
            spread(
              count(placed.flat()),
              brokers.map(({ id }) => id),
            ),
          ).toBe(0);
        },
      ),
    );
  });

  it('differs with chance, and not without', () => {
    const brokers = [1, 2, 3, 4, 5].map((id) => broker(id, null));
    const place = (seed: number) =>
      JSON.stringify(placeReplicas(brokers, 5, 3, countingRandom(seed)));
    expect(place(1)).toBe(place(1));
    expect(new Set([1, 2, 3, 4, 5, 6].map(place)).size).toBeGreaterThan(1);
  });

  it('never lets a fenced broker come first, and takes it only when needed', () => {
    const brokers = [
      broker(1, 'a', true),
      broker(2, 'a', true),
      broker(3, 'b'),
      broker(4, 'b'),
      broker(5, 'c'),
    ];
    for (const replicas of placeReplicas(brokers, 12, 3, countingRandom())) {
      expect([3, 4, 5]).toContain(replicas[0]);
      expect(replicas.filter((id) => id <= 2)).toHaveLength(1);
    }
    const inOneRack = [broker(1, null, true), broker(2, null), broker(3, null)];
    for (const replicas of placeReplicas(inOneRack, 6, 2, countingRandom()))
      expect(replicas).not.toContain(1);
  });

  it('is impossible on fewer brokers than replicas, and on fenced ones alone', () => {
    expect(placementProblem([broker(1, null), broker(2, null)], 3)).toContain('only 2 broker(s)');
    expect(placementProblem([broker(1, null), broker(2, null, true)], 2)).toBeNull();
    expect(placementProblem([broker(1, null, true)], 1)).toContain('fenced');
    expect(placementProblem([], 1)).toContain('fenced');
  });
});
