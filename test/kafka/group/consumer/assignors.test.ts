import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Uuid } from '../../../../src/base/ids.ts';
import type {
  AssignedMember,
  Assignment,
  AssignmentQuestion,
  Assignor,
} from '../../../../src/kafka/group/consumer/assign/assignor.ts';
import { rangeAssignor } from '../../../../src/kafka/group/consumer/assign/range.ts';
import { uniformAssignor } from '../../../../src/kafka/group/consumer/assign/uniform.ts';
import type { Partitions } from '../../../../src/kafka/group/consumer/contract.ts';

const topicId = (index: number) => `t${index}` as Uuid;

const topicCounts = fc.array(fc.nat({ max: 9 }), { minLength: 1, maxLength: 5 });

interface Drawn {
  readonly counts: readonly number[];
  readonly members: readonly { readonly topics: readonly number[]; readonly isStatic: boolean }[];
}

const drawn: fc.Arbitrary<Drawn> = topicCounts.chain((counts) =>
  fc.record({
    counts: fc.constant(counts),
    members: fc.array(
      fc.record({
        topics: fc.subarray(counts.map((_, index) => index)),
        isStatic: fc.boolean(),
      }),
      { minLength: 1, maxLength: 8, size: 'max' },
    ),
  }),
);

function question({ counts, members }: Drawn, before: Assignment | null): AssignmentQuestion {
  return {
    partitionCounts: new Map(counts.map((count, index) => [topicId(index), count])),
    members: members.map(({ isStatic, topics }, index): AssignedMember => {
      const memberId = `m${index}`;
      return {
        memberId,
        instanceId: isStatic ? `i${9 - index}` : null,
        topics: new Set(topics.map(topicId)),
        current: before?.get(memberId) ?? new Map(),
      };
    }),
  };
}

const all = (partitions: Partitions): string[] =>
  [...partitions].flatMap(([id, indexes]) => indexes.map((index) => `${id}-${index}`));

const load = (assignment: Assignment, memberId: string): number =>
  all(assignment.get(memberId) ?? new Map()).length;

/** Every partition of a topic that somebody subscribes to is with one subscriber of it. */
function isWhole({ members, partitionCounts }: AssignmentQuestion, assignment: Assignment): void {
  const given: string[] = [];
  for (const { memberId, topics } of members) {
    const own = assignment.get(memberId);
    expect(own).toBeDefined();
    for (const id of own?.keys() ?? []) expect(topics.has(id)).toBe(true);
    given.push(...all(own ?? new Map()));
  }
  const wanted = [...partitionCounts].flatMap(([id, count]) =>
    members.some(({ topics }) => topics.has(id))
      ? Array.from({ length: count }, (_, index) => `${id}-${index}`)
      : [],
  );
  expect(given.sort()).toEqual(wanted.sort());
}

describe.each([uniformAssignor, rangeAssignor])('assignor $name', (assignor: Assignor) => {
  it('gives each partition to one member that subscribes to it', () => {
    fc.assert(
      fc.property(drawn, drawn, (one, other) => {
        const first = question(one, null);
        const assignment = assignor.assign(first);
        isWhole(first, assignment);
        // From whatever was before.
        const next = question(other, assignment);
        isWhole(next, assignor.assign(next));
      }),
    );
  });

  it('moves nothing where nothing has changed, and goes by no order of members', () => {
    fc.assert(
      fc.property(drawn, (one) => {
        const assignment = assignor.assign(question(one, null));
        const again = question(one, assignment);
        const reversed = { ...again, members: [...again.members].reverse() };
        for (const asked of [again, reversed]) {
          const next = assignor.assign(asked);
          for (const { memberId } of asked.members) {
            const before = all(assignment.get(memberId) ?? new Map()).sort();
            expect(all(next.get(memberId) ?? new Map()).sort()).toEqual(before);
          }
        }
      }),
    );
  });

  it('serves a thousand members and a thousand partitions in a moment', () => {
    const topics = new Set(Array.from({ length: 10 }, (_, index) => topicId(index)));
    const members = Array.from({ length: 1000 }, (_, index) => ({
      memberId: `m${index}`,
      instanceId: null,
      topics,
      current: new Map() as Partitions,
    }));
    const partitionCounts = new Map([...topics].map((id) => [id, 100] as const));
    const assignment = assignor.assign({ members, partitionCounts });
    isWhole({ members, partitionCounts }, assignment);
    const after = members
      .slice(1)
      .map((member) => ({ ...member, current: assignment.get(member.memberId)! }));
    isWhole(
      { members: after, partitionCounts },
      assignor.assign({ members: after, partitionCounts }),
    );
  });
});

describe('uniform', () => {
  const same = drawn.map(({ counts, members }) => ({
    counts,
    members: members.map((member) => ({ ...member, topics: counts.map((_, index) => index) })),
  }));

  it('gives members of one subscription as much as the others, but for one', () => {
    fc.assert(
      fc.property(same, same, (one, other) => {
        const before = uniformAssignor.assign(question(one, null));
        const assignment = uniformAssignor.assign(question(other, before));
        const loads = other.members.map((_, index) => load(assignment, `m${index}`));
        expect(Math.max(...loads) - Math.min(...loads)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('leaves nobody two more than somebody who could take one of them', () => {
    fc.assert(
      fc.property(drawn, drawn, (one, other) => {
        const asked = question(other, uniformAssignor.assign(question(one, null)));
        const assignment = uniformAssignor.assign(asked);
        for (const rich of asked.members) {
          for (const id of assignment.get(rich.memberId)?.keys() ?? []) {
            for (const poor of asked.members.filter(({ topics }) => topics.has(id))) {
              const more = load(assignment, rich.memberId) - load(assignment, poor.memberId);
              expect(more).toBeLessThanOrEqual(1);
            }
          }
        }
      }),
    );
  });

  it('moves no more than evenness takes when a member comes or goes', () => {
    fc.assert(
      fc.property(same, ({ counts, members }) => {
        const before = uniformAssignor.assign(question({ counts, members }, null));
        const more = [...members, members[0]!];
        const after = uniformAssignor.assign(question({ counts, members: more }, before));
        const kept = members.map((_, index) => {
          const had = new Set(all(before.get(`m${index}`) ?? new Map()));
          return all(after.get(`m${index}`) ?? new Map()).every((each) => had.has(each));
        });
        // Whoever was there only gives, to the new one alone.
        expect(kept.every(Boolean)).toBe(true);
        const fewer = uniformAssignor.assign(question({ counts, members }, after));
        for (const [index] of members.entries()) {
          const has = new Set(all(fewer.get(`m${index}`) ?? new Map()));
          const had = all(after.get(`m${index}`) ?? new Map());
          expect(had.every((each) => has.has(each))).toBe(true);
        }
      }),
    );
  });

  it('takes from two that had the same partition, or what is not there any more', () => {
    const current = new Map([[topicId(0), [0, 1, 7]]]);
    const member = { instanceId: null, topics: new Set([topicId(0)]), current };
    const assignment = uniformAssignor.assign({
      members: [
        { ...member, memberId: 'a' },
        { ...member, memberId: 'b' },
      ],
      partitionCounts: new Map([[topicId(0), 2]]),
    });
    expect([...assignment].map(([id, own]) => [id, ...all(own)])).toEqual([
      ['a', 't0-0'],
      ['b', 't0-1'],
    ]);
  });
});

describe('range', () => {
  it('gives stretches, and the same ones of topics that are alike', () => {
    const topics = new Set([topicId(0), topicId(1)]);
    const of = (memberId: string, instanceId: string | null) => ({
      memberId,
      instanceId,
      topics,
      current: new Map(),
    });
    const assignment = rangeAssignor.assign({
      // Static members stand by their instance ids.
      members: [of('a', 'i9'), of('b', 'i1'), of('c', 'i5')],
      partitionCounts: new Map([...topics].map((id) => [id, 7] as const)),
    });
    expect([...assignment].map(([id, own]) => [id, all(own).join(' ')])).toEqual([
      ['a', 't0-5 t0-6 t1-5 t1-6'],
      ['b', 't0-0 t0-1 t0-2 t1-0 t1-1 t1-2'],
      ['c', 't0-3 t0-4 t1-3 t1-4'],
    ]);
  });
});
