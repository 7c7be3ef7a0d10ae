/**
 * `uniform`: as even as subscriptions allow, with as few moves as that takes. Members keep what
 * they had and may still have; what is free goes to the subscriber that has least; then partitions
 * move, one by one, from who has most to who has least of its subscribers, while that makes the two
 * more even. Where all subscribe to the same, nobody has two more than another.
 */
import type { Uuid } from '../../../../base/ids.ts';
import { ascending } from '../partitions.ts';
import type { Assignment, AssignmentQuestion, Assignor } from './assignor.ts';
import { byText } from './assignor.ts';

export const uniformAssignor: Assignor = { name: 'uniform', assign };

interface Taker {
  readonly memberId: string;
  readonly topics: ReadonlySet<Uuid>;
  readonly has: Map<Uuid, number[]>;
  load: number;
}

function assign(question: AssignmentQuestion): Assignment {
  const takers = question.members
    .map(({ memberId, topics }): Taker => ({ memberId, topics, has: new Map(), load: 0 }))
    .sort((a, b) => byText(a.memberId, b.memberId));
  const topics = [...question.partitionCounts].sort(([a], [b]) => byText(a, b));
  const subscribers = new Map<Uuid, Taker[]>();
  for (const [topicId] of topics) {
    subscribers.set(
      topicId,
      takers.filter((taker) => taker.topics.has(topicId)),
    );
  }
  const free = keep(question, takers);
  for (const [topicId] of topics) {
    for (const partition of free.get(topicId) ?? []) {
      const taker = extreme(subscribers.get(topicId) ?? [], isLess);
      if (taker !== null) give(taker, topicId, partition);
    }
  }
  while (level(takers, subscribers));
  return new Map(takers.map(({ memberId, has }) => [memberId, sorted(has)]));
}

/** Lets members keep what they had; gives what nobody has. */
function keep(
  { members, partitionCounts }: AssignmentQuestion,
  takers: readonly Taker[],
): Map<Uuid, readonly number[]> {
  const taken = new Map<Uuid, Set<number>>();
  for (const topicId of partitionCounts.keys()) taken.set(topicId, new Set());
  const formers = new Map(members.map(({ memberId, current }) => [memberId, current]));
  for (const taker of takers) {
    for (const [topicId, partitions] of formers.get(taker.memberId) ?? []) {
      const count = partitionCounts.get(topicId) ?? 0;
      const others = taken.get(topicId);
      if (others === undefined || !taker.topics.has(topicId)) continue;
      for (const partition of partitions) {
        if (partition >= count || others.has(partition)) continue;
        others.add(partition);
        give(taker, topicId, partition);
      }
    }
  }
  const free = new Map<Uuid, readonly number[]>();
  for (const [topicId, count] of partitionCounts) {
    const others = taken.get(topicId);
    free.set(
      topicId,
      Array.from({ length: count }, (_, i) => i).filter((i) => others?.has(i) !== true),
    );
  }
  return free;
}

/**
 * Moves one partition from who has most, of those that can spare one (of equals the last gives, as
 * in Kafka's), to who has least of its subscribers; false where nobody has two more than whom it could give one.
 */
function level(
  takers: readonly Taker[],
  subscribers: ReadonlyMap<Uuid, readonly Taker[]>,
): boolean {
  for (const from of [...takers].reverse().sort((a, b) => b.load - a.load)) {
    for (const [topicId, partitions] of from.has) {
      const to = extreme(subscribers.get(topicId) ?? [], isLess);
      if (to === null || from.load - to.load < 2) continue;
      give(to, topicId, partitions.pop() as number);
      if (partitions.length === 0) from.has.delete(topicId);
      from.load -= 1;
      return true;
    }
  }
  return false;
}

const isLess = (one: Taker, other: Taker): boolean => one.load < other.load;

/** The first that is surpassed by none behind it. */
function extreme(
  takers: readonly Taker[],
  surpasses: (one: Taker, other: Taker) => boolean,
): Taker | null {
  let best: Taker | null = null;
  for (const taker of takers) if (best === null || surpasses(taker, best)) best = taker;
  return best;
}

function give(taker: Taker, topicId: Uuid, partition: number): void {
  const partitions = taker.has.get(topicId);
  if (partitions === undefined) taker.has.set(topicId, [partition]);
  else partitions.push(partition);
  taker.load += 1;
}

function sorted(has: Map<Uuid, number[]>): Map<Uuid, readonly number[]> {
  for (const partitions of has.values()) ascending(partitions);
  return has;
}
