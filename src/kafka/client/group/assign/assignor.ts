/**
 * An assignor: which member of a classic group reads which partition. Pure; the group's leader asks
 * it once a generation. The same members and topics always give the same answer, in whatever order
 * they come.
 */
import type { Subscription } from '../consumer-protocol.ts';
import type { TopicPartition } from '../topic-partition.ts';

/**
 * `eager`: all is given up before a member joins. `cooperative`: a member keeps what it owns, and
 * gives up in one round what others get in the next (KIP-429).
 */
export type RebalanceProtocol = 'eager' | 'cooperative';

export interface GroupMember {
  readonly memberId: string;
  readonly instanceId: string | null;
  readonly topics: readonly string[];
  /** What it says to own, and since which generation; −1 unknown. */
  readonly owned: readonly TopicPartition[];
  readonly generation: number;
}

/** What a member says to own. */
export type Claim = Pick<GroupMember, 'owned' | 'generation'>;

/** Topics that exist to their number of partitions. */
export type PartitionCounts = ReadonlyMap<string, number>;

/** Of every member that was given, by member id; each partition once. */
export type Assignments = Map<string, TopicPartition[]>;

/** The decisions of assignors that history got wrong; see the client's rules. */
export interface AssignorRules {
  mayTakeOverAtOnce(state: { claimedByAnother: boolean }): boolean;
}

export interface Assignor {
  /** As other clients call it: members agree by it. */
  readonly name: string;
  readonly protocol: RebalanceProtocol;
  /** What a member sends along with its subscription. */
  userData(claim: Claim): Uint8Array | null;
  /** What a member's subscription says it owned, or had owned before it gave all up. */
  claimOf(subscription: Subscription): Claim;
  assign(
    counts: PartitionCounts,
    members: readonly GroupMember[],
    rules: AssignorRules,
  ): Assignments;
}

/** Of assignors that do not look at what was owned. */
export const noClaim: Claim = { owned: [], generation: -1 };

/**
 * Members in their order: static ones first by their instance, which stays over restarts, then the
 * others by id.
 */
export function sortedMembers(members: readonly GroupMember[]): GroupMember[] {
  return [...members].sort((a, b) => {
    if (a.instanceId !== null && b.instanceId !== null) {
      return compareText(a.instanceId, b.instanceId) || compareText(a.memberId, b.memberId);
    }
    if (a.instanceId !== null) return -1;
    if (b.instanceId !== null) return 1;
    return compareText(a.memberId, b.memberId);
  });
}

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Topics that anybody subscribed to and that exist, in order. */
export function sortedTopics(counts: PartitionCounts, members: readonly GroupMember[]): string[] {
  const topics = new Set<string>();
  for (const member of members) {
    for (const topic of member.topics) if ((counts.get(topic) ?? 0) > 0) topics.add(topic);
  }
  return [...topics].sort(compareText);
}

export function emptyAssignments(members: readonly GroupMember[]): Assignments {
  return new Map(members.map(({ memberId }) => [memberId, []]));
}
