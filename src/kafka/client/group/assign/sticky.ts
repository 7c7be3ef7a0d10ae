/**
 * The sticky assignors: as even as can be, and a partition moves only where that needs it. Who
 * owned a partition is what its newest claim says; of two claims of one generation neither counts
 * (KAFKA-12984, KAFKA-14639). `sticky` is eager and carries the claim in its user data;
 * `cooperative-sticky` leaves out whatever another member has yet to give up.
 */
import { ByteReader, ByteWriter } from '../../../../base/bytes.ts';
import { asRead, readTopics, type Subscription, writeTopics } from '../consumer-protocol.ts';
import { groupedByTopic, keyOf, type TopicPartition, ungrouped } from '../topic-partition.ts';
import {
  type Assignments,
  type Assignor,
  type Claim,
  type GroupMember,
  noClaim,
  type PartitionCounts,
} from './assignor.ts';
import { stickyAssignments } from './sticky-share.ts';

export const stickyAssignor: Assignor = {
  name: 'sticky',
  protocol: 'eager',

  userData({ owned, generation }) {
    const writer = new ByteWriter();
    writeTopics(writer, groupedByTopic(owned));
    writer.int32(generation);
    return writer.copy();
  },

  claimOf({ userData }) {
    if (userData === null || userData.length === 0) return noClaim;
    return asRead('user data of sticky', () => {
      const reader = new ByteReader(userData);
      const owned = ungrouped(readTopics(reader));
      // Version 0 ends here.
      return { owned, generation: reader.remaining >= 4 ? reader.int32() : -1 };
    });
  },

  assign: stickyAssignments,
};

export const cooperativeStickyAssignor: Assignor = {
  name: 'cooperative-sticky',
  protocol: 'cooperative',

  /** For members that know no newer subscription than version 1. */
  userData({ generation }) {
    const writer = new ByteWriter();
    writer.int32(generation);
    return writer.copy();
  },

  claimOf(subscription: Subscription): Claim {
    const { userData, ownedPartitions } = subscription;
    let { generation } = subscription;
    if (generation < 0 && userData !== null && userData.length >= 4) {
      generation = new ByteReader(userData).int32();
    }
    return { owned: ungrouped(ownedPartitions), generation };
  },

  assign(counts: PartitionCounts, members, rules): Assignments {
    const assignments = stickyAssignments(counts, members);
    const claims = claimsOf(members);
    for (const [memberId, partitions] of assignments) {
      const free = partitions.filter((partition) => {
        const claimants = claims.get(keyOf(partition));
        const claimedByAnother = claimants?.some((claimant) => claimant !== memberId) ?? false;
        return rules.mayTakeOverAtOnce({ claimedByAnother });
      });
      assignments.set(memberId, free);
    }
    return assignments;
  },
};

/** Who says to own what. An old claim counts too: its member may still believe in it. */
function claimsOf(members: readonly GroupMember[]): Map<string, string[]> {
  const claims = new Map<string, string[]>();
  for (const { memberId, owned } of members) {
    for (const partition of owned as readonly TopicPartition[]) {
      const key = keyOf(partition);
      const known = claims.get(key);
      if (known === undefined) claims.set(key, [memberId]);
      else known.push(memberId);
    }
  }
  return claims;
}
