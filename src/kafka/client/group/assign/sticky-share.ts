/**
 * How the sticky assignors share out partitions. Where all members have the same subscription every
 * one gets its exact share, floor or ceiling, and keeps as much of what it had as fits into that.
 * Otherwise free partitions go to the least loaded reader, and then single partitions move from
 * fuller to emptier readers while that evens out.
 */
import type { TopicPartition } from '../topic-partition.ts';
import {
  type Assignments,
  compareText,
  type GroupMember,
  type PartitionCounts,
  sortedTopics,
} from './assignor.ts';

interface Share {
  readonly member: GroupMember;
  /** Numbers of partitions, see Board. */
  held: number[];
}

/** All partitions as one row of numbers, topic after topic. */
interface Board {
  readonly topics: readonly string[];
  readonly firstOf: ReadonlyMap<string, number>;
  readonly partitions: readonly TopicPartition[];
}

export function stickyAssignments(
  counts: PartitionCounts,
  members: readonly GroupMember[],
): Assignments {
  const board = boardOf(counts, members);
  const shares: Share[] = [...members]
    .sort((a, b) => compareText(a.memberId, b.memberId))
    .map((member) => ({ member, held: [] }));
  const free = giveBack(board, counts, shares);
  if (shares.length > 0) {
    if (sameSubscriptions(members)) shareEqually(board, shares, free);
    else shareUnequally(board, shares, free);
  }
  return new Map(
    shares.map(({ member, held }) => {
      const numbers = held.sort((a, b) => a - b);
      return [member.memberId, numbers.map((at) => board.partitions[at] as TopicPartition)];
    }),
  );
}

function boardOf(counts: PartitionCounts, members: readonly GroupMember[]): Board {
  const topics = sortedTopics(counts, members);
  const firstOf = new Map<string, number>();
  const partitions: TopicPartition[] = [];
  for (const topic of topics) {
    firstOf.set(topic, partitions.length);
    const count = counts.get(topic) as number;
    for (let partition = 0; partition < count; partition++) partitions.push({ topic, partition });
  }
  return { topics, firstOf, partitions };
}

/** Puts into `held` what each owned by its newest claim, and gives what nobody did, rising. */
function giveBack(board: Board, counts: PartitionCounts, shares: readonly Share[]): number[] {
  const owner: (Share | null)[] = board.partitions.map(() => null);
  const since: number[] = board.partitions.map(() => Number.NEGATIVE_INFINITY);
  for (const share of shares) {
    const { topics, owned, generation } = share.member;
    const subscribed = new Set(topics);
    for (const { topic, partition } of owned) {
      const count = counts.get(topic) ?? 0;
      const exists = partition >= 0 && partition < count && subscribed.has(topic);
      if (!exists) continue;
      const at = (board.firstOf.get(topic) as number) + partition;
      const known = since[at] as number;
      if (generation > known) {
        owner[at] = share;
        since[at] = generation;
      } else if (generation === known && owner[at] !== share) {
        owner[at] = null;
      }
    }
  }
  const free: number[] = [];
  owner.forEach((share, at) => {
    if (share === null) free.push(at);
    else share.held.push(at);
  });
  return free;
}

function sameSubscriptions(members: readonly GroupMember[]): boolean {
  const sets = members.map(({ topics }) => new Set(topics));
  const first = sets[0];
  return sets.every(
    (set) => set.size === first?.size && [...set].every((topic) => first.has(topic)),
  );
}

function shareEqually(board: Board, shares: readonly Share[], free: number[]): void {
  const floor = Math.floor(board.partitions.length / shares.length);
  let withOneMore = board.partitions.length % shares.length;
  const quotas = new Map<Share, number>();
  for (const share of shares) {
    const fuller = share.held.length > floor && withOneMore > 0;
    if (fuller) withOneMore--;
    const quota = fuller ? floor + 1 : floor;
    quotas.set(share, quota);
    free.push(...share.held.splice(quota));
  }
  free.sort((a, b) => a - b);
  for (const share of shares) {
    if (withOneMore === 0) break;
    if (quotas.get(share) !== floor || share.held.length > floor) continue;
    quotas.set(share, floor + 1);
    withOneMore--;
  }
  // In turn, so that the partitions of one topic spread over those who need some.
  let needy = shares.filter((share) => share.held.length < (quotas.get(share) as number));
  let turn = 0;
  for (const at of free) {
    const share = needy[turn] as Share;
    share.held.push(at);
    if (share.held.length < (quotas.get(share) as number)) turn++;
    else needy = needy.filter((each) => each !== share);
    if (turn >= needy.length) turn = 0;
  }
}

function shareUnequally(board: Board, shares: readonly Share[], free: readonly number[]): void {
  const readers = new Map<string, Share[]>(board.topics.map((topic) => [topic, []]));
  for (const share of shares) {
    for (const topic of new Set(share.member.topics)) readers.get(topic)?.push(share);
  }
  const readersOf = (at: number): Share[] =>
    readers.get((board.partitions[at] as TopicPartition).topic) as Share[];
  // Those that few may read first, or the others have taken their places.
  const order = [...free].sort((a, b) => readersOf(a).length - readersOf(b).length || a - b);
  for (const at of order) leastLoaded(readersOf(at)).held.push(at);
  while (evenOut(shares, readersOf));
}

/**
 * Moves what can go to somebody with at least two less; says whether anything moved. Each move
 * lowers the sum of the squares of loads, so this comes to an end.
 */
function evenOut(shares: readonly Share[], readersOf: (at: number) => Share[]): boolean {
  let moved = false;
  for (const share of shares) {
    for (const at of [...share.held]) {
      const lightest = leastLoaded(readersOf(at));
      if (share.held.length - lightest.held.length < 2) continue;
      share.held.splice(share.held.indexOf(at), 1);
      lightest.held.push(at);
      moved = true;
    }
  }
  return moved;
}

function leastLoaded(shares: readonly Share[]): Share {
  let best = shares[0] as Share;
  for (const share of shares) if (share.held.length < best.held.length) best = share;
  return best;
}
