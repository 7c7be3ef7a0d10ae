import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type {
  Assignments,
  Assignor,
  GroupMember,
} from '../../../../src/kafka/client/group/assign/assignor.ts';
import {
  assignorNames,
  assignorOf,
  assignors,
} from '../../../../src/kafka/client/group/assign/assignors.ts';
import { keyOf, type TopicPartition } from '../../../../src/kafka/client/group/topic-partition.ts';
import { clientRules } from '../../../../src/kafka/client/rules.ts';

const topicNames = ['a', 'b', 'c'];

function member(
  memberId: string,
  topics: readonly string[] = ['a'],
  owned: readonly TopicPartition[] = [],
  generation = 1,
): GroupMember {
  return { memberId, instanceId: null, topics, owned, generation };
}

const members = (count: number, topics?: readonly string[]): GroupMember[] =>
  Array.from({ length: count }, (_, at) => member(`m${String(at).padStart(4, '0')}`, topics));

/** The same group in its next generation, each with what it got. */
function next(group: readonly GroupMember[], assignments: Assignments): GroupMember[] {
  return group.map((each) => ({
    ...each,
    owned: assignments.get(each.memberId) ?? [],
    generation: each.generation + 1,
  }));
}

const assign = (
  assignor: Assignor,
  counts: Record<string, number>,
  group: readonly GroupMember[],
): Assignments => assignor.assign(new Map(Object.entries(counts)), group, clientRules);

const sizes = (assignments: Assignments): number[] =>
  [...assignments.values()].map((each) => each.length).sort((x, y) => y - x);

/** Rounds of a cooperative group until nothing more moves. */
function settled(
  assignor: Assignor,
  counts: Record<string, number>,
  group: readonly GroupMember[],
): { assignments: Assignments; rounds: number } {
  let current = group;
  for (let rounds = 1; ; rounds++) {
    const assignments = assign(assignor, counts, current);
    const after = next(current, assignments);
    const same = after.every(({ owned }, at) => {
      const before = new Set((current[at] as GroupMember).owned.map(keyOf));
      return owned.length === before.size && owned.every((each) => before.has(keyOf(each)));
    });
    if (same) return { assignments, rounds };
    if (rounds > 5) throw new Error('does not settle');
    current = after;
  }
}

const drawnMembers = fc
  .uniqueArray(fc.string({ minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 7 })
  .chain((ids) =>
    fc.tuple(
      ...ids.map((memberId) =>
        fc.record({
          memberId: fc.constant(memberId),
          instanceId: fc.constant(null),
          topics: fc.subarray(topicNames),
          owned: fc.uniqueArray(
            fc.record({ topic: fc.constantFrom(...topicNames), partition: fc.nat({ max: 12 }) }),
            { maxLength: 8, selector: keyOf },
          ),
          generation: fc.integer({ min: -1, max: 3 }),
        }),
      ),
    ),
  );
const drawnCounts = fc.record({
  a: fc.nat({ max: 10 }),
  b: fc.nat({ max: 10 }),
  c: fc.nat({ max: 3 }),
});

describe.each(assignorNames)('%s', (name) => {
  const assignor = assignorOf(name);

  it('shares four partitions evenly among one to five members', () => {
    const shares = [1, 2, 3, 4, 5].map((count) =>
      sizes(assign(assignor, { a: 4 }, members(count))),
    );
    expect(shares).toEqual([[4], [2, 2], [2, 1, 1], [1, 1, 1, 1], [1, 1, 1, 1, 0]]);
  });

  it('gives each partition one owner that subscribed to it, whatever members say', () => {
    fc.assert(
      fc.property(drawnCounts, drawnMembers, (counts, group) => {
        const { assignments } = settled(assignor, counts, group);
        const owners = new Map<string, string[]>();
        for (const [memberId, partitions] of assignments) {
          for (const each of partitions) {
            owners.set(keyOf(each), [...(owners.get(keyOf(each)) ?? []), memberId]);
          }
        }
        for (const [topic, count] of Object.entries(counts)) {
          const readers = group.filter(({ topics }) => topics.includes(topic));
          for (let partition = 0; partition < count; partition++) {
            const found = owners.get(keyOf({ topic, partition })) ?? [];
            owners.delete(keyOf({ topic, partition }));
            if (readers.length === 0) expect(found).toEqual([]);
            else expect(readers.map(({ memberId }) => memberId)).toContain(found[0]);
            expect(found.length).toBe(readers.length === 0 ? 0 : 1);
          }
        }
        expect([...owners]).toEqual([]);
      }),
    );
  });

  it('gives the same whatever the order of members', () => {
    fc.assert(
      fc.property(drawnCounts, drawnMembers, (counts, group) => {
        const sorted = (found: Assignments) => [...found].sort(([x], [y]) => (x < y ? -1 : 1));
        const reversed = [...group].reverse();
        expect(sorted(assign(assignor, counts, reversed))).toEqual(
          sorted(assign(assignor, counts, group)),
        );
      }),
    );
  });

  it('handles a thousand members and a thousand partitions in no time', () => {
    const group = members(1000, ['a', 'b']);
    const counts = { a: 500, b: 500 };
    const first = assign(assignor, counts, group);
    const second = assign(assignor, counts, next(group, first));
    const unequal = group.map((each, at) => ({
      ...each,
      topics: at % 2 === 0 ? ['a'] : ['a', 'b'],
    }));
    const third = settled(assignor, counts, next(unequal, second)).assignments;
    for (const each of [first, third]) {
      expect([...each.values()].reduce((sum, { length }) => sum + length, 0)).toBeGreaterThan(900);
    }
    const many = Object.fromEntries(Array.from({ length: 1000 }, (_, at) => [`t${at}`, 1]));
    assign(assignor, many, members(1000, Object.keys(many)));
  }, 5000);
});

describe.each(['roundrobin', 'sticky', 'cooperative-sticky'] as const)('%s', (name) => {
  it('never gives one member two partitions more than another of the same subscription', () => {
    fc.assert(
      fc.property(drawnCounts, drawnMembers, (counts, drawn) => {
        const group = drawn.map((each) => ({ ...each, topics: topicNames }));
        const found = sizes(settled(assignorOf(name), counts, group).assignments);
        expect((found[0] as number) - (found.at(-1) as number)).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe('range', () => {
  it('gives each member a piece of each topic, static members first by instance', () => {
    const group = [
      { ...member('x', ['a', 'b']), instanceId: 'i2' },
      member('a', ['a', 'b']),
      { ...member('y', ['b']), instanceId: 'i1' },
    ];
    const found = assign(assignors.range, { a: 3, b: 4 }, group);
    expect(found.get('x')?.map(keyOf)).toEqual(['a:0', 'a:1', 'b:2']);
    expect(found.get('a')?.map(keyOf)).toEqual(['a:2', 'b:3']);
    expect(found.get('y')?.map(keyOf)).toEqual(['b:0', 'b:1']);
  });
});

describe('roundrobin', () => {
  it('deals out in turn and passes over members that did not subscribe', () => {
    const group = [member('c0', ['a']), member('c1', ['a', 'b']), member('c2', ['a', 'b', 'c'])];
    const found = assign(assignors.roundrobin, { a: 1, b: 2, c: 3 }, group);
    expect(found.get('c0')?.map(keyOf)).toEqual(['a:0']);
    expect(found.get('c1')?.map(keyOf)).toEqual(['b:0']);
    expect(found.get('c2')?.map(keyOf)).toEqual(['b:1', 'c:0', 'c:1', 'c:2']);
  });
});

describe.each(['sticky', 'cooperative-sticky'] as const)('%s moves only what must', (name) => {
  const assignor = assignorOf(name);

  /** Partitions whose owner is another than before. */
  function moved(before: Assignments, after: Assignments): string[] {
    const owner = new Map<string, string>();
    for (const [id, held] of before) for (const each of held) owner.set(keyOf(each), id);
    return [...after].flatMap(([id, held]) =>
      held.map(keyOf).filter((key) => owner.get(key) !== id),
    );
  }

  it('a new member takes its share and nothing else moves', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.nat({ max: 40 }), (count, partitions) => {
        const counts = { a: partitions };
        const group = members(count);
        const before = assign(assignor, counts, group);
        const grown = [...next(group, before), member('new', ['a'], [], -1)];
        const after = settled(assignor, counts, grown).assignments;
        const shares = moved(before, after);
        expect(shares.length).toBeLessThanOrEqual(Math.ceil(partitions / (count + 1)));
        expect(shares).toEqual(after.get('new')?.map(keyOf));
      }),
    );
  });

  it('when a member goes only its own move', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 9 }), fc.nat({ max: 40 }), (count, partitions) => {
        const counts = { a: partitions };
        const group = members(count);
        const before = assign(assignor, counts, group);
        const [gone, ...left] = next(group, before);
        const after = settled(assignor, counts, left).assignments;
        expect(moved(before, after).sort()).toEqual((gone?.owned ?? []).map(keyOf).sort());
      }),
    );
  });

  it('believes the newest of two claims, and neither of two equal ones', () => {
    const claim = [{ topic: 'a', partition: 0 }];
    const old = member('m0', ['a'], claim, 3);
    const newer = member('m1', ['a'], claim, 4);
    expect(settled(assignor, { a: 2 }, [old, newer]).assignments.get('m1')?.map(keyOf)).toEqual([
      'a:0',
    ]);
    const equal = { ...old, generation: 4 };
    expect(sizes(settled(assignor, { a: 2 }, [equal, newer]).assignments)).toEqual([1, 1]);
  });

  it('ends where it cannot be even, with different subscriptions', () => {
    const group = [
      member('m0', ['a'], [{ topic: 'a', partition: 0 }]),
      member('m1', ['a', 'b']),
      member('m2', ['b']),
    ];
    expect(sizes(settled(assignor, { a: 2, b: 4 }, group).assignments)).toEqual([2, 2, 2]);
  });
});

describe('cooperative-sticky', () => {
  const { 'cooperative-sticky': assignor } = assignors;

  it('gives nobody what another still claims, of whatever generation', () => {
    fc.assert(
      fc.property(drawnCounts, drawnMembers, (counts, group) => {
        const found = assign(assignor, counts, group);
        for (const { memberId, owned } of group) {
          for (const key of owned.map(keyOf)) {
            for (const [other, held] of found) {
              if (other !== memberId) expect(held.map(keyOf)).not.toContain(key);
            }
          }
        }
      }),
    );
  });

  it('gave what another claimed at once under the wrong rule', () => {
    const group = [
      member(
        'm0',
        ['a'],
        [0, 1].map((partition) => ({ topic: 'a', partition })),
      ),
      member('m1', ['a']),
    ];
    const counts = new Map([['a', 2]]);
    const wrong = { ...clientRules, mayTakeOverAtOnce: () => true };
    expect(assignor.assign(counts, group, wrong).get('m1')).toHaveLength(1);
    expect(assignor.assign(counts, group, clientRules).get('m1')).toHaveLength(0);
  });
});
