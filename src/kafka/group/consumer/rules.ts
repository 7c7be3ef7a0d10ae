/**
 * The decisions of a consumer group (KIP-848) that Kafka's history got wrong at first, and those
 * that keep a partition with one member at a time: each one small pure function, values in, value
 * out, gathered so that one of them can be swapped. `kafkaConsumerRules` is right; the rest of this
 * room obeys what it is given.
 */
import { errorCode } from '../../protocol/errors.ts';
import type { CurrentAssignment, Epoch, Held, Partitions } from './contract.ts';
import { except, hasAny, isWithin, merged } from './partitions.ts';

/** The epoch that a heartbeat claims, beside what the group knows of the member. */
export interface EpochQuestion {
  readonly claimed: Epoch;
  readonly owned: Partitions | null;
  readonly current: Pick<CurrentAssignment, 'epoch' | 'previousEpoch' | 'assigned'>;
}

/** A member that commits offsets. */
export interface CommitQuestion {
  readonly claimed: Epoch;
  readonly current: Epoch;
  /** Since which epoch it has each of the partitions; null: it does not have it. */
  readonly since: readonly (Epoch | null)[];
}

export interface ConsumerRules {
  /**
   * The error code for a member's epoch. An answer may have been lost: a member may come with the
   * epoch before, if it owns nothing beyond what it has now. 57. KAFKA-19233: one that was fenced
   * joins anew with epoch 0, whatever the group thinks it is at.
   */
  judgeEpoch(question: EpochQuestion): number;
  /**
   * Whether a member still owns what it is to give up: it does until it says what it owns, and that
   * is none of it.
   */
  ownsRevoked(owned: Partitions | null, revoking: Held): boolean;
  /**
   * Whether a member may be given a partition: nobody holds it, or (KAFKA-19449) the member itself,
   * which was to give it up.
   */
  isFree(holder: string | null, memberId: string): boolean;
  /**
   * What a member lets go when its assignment becomes another. 56. KAFKA-16147: what it was to give
   * up and gets back in the same step it goes on holding.
   */
  released(before: CurrentAssignment, after: CurrentAssignment): Held;
  /**
   * 58. KAFKA-20442: the assignment epoch of a group whose last member has gone: that of the group,
   * for nothing is left to assign.
   */
  emptyAssignmentEpoch(groupEpoch: Epoch, assignmentEpoch: Epoch): Epoch;
  /**
   * 59. KAFKA-20066, KIP-1251: the error code for a commit. A member whose epoch is being raised
   * does not know it yet: an earlier epoch will do for what it has held since then or longer.
   */
  judgeCommit(question: CommitQuestion): number;
}

export const kafkaConsumerRules: ConsumerRules = {
  judgeEpoch({ claimed, owned, current }) {
    if (claimed === 0 || claimed === current.epoch) return errorCode.none;
    const isPrevious = claimed < current.epoch && claimed === current.previousEpoch;
    return isPrevious && owned !== null && isWithin(owned, current.assigned)
      ? errorCode.none
      : errorCode.fencedMemberEpoch;
  },
  ownsRevoked: (owned, revoking) => owned === null || hasAny(owned, revoking),
  isFree: (holder, memberId) => holder === null || holder === memberId,
  released: (before, after) =>
    except(merged(before.assigned, before.revoking), merged(after.assigned, after.revoking)),
  emptyAssignmentEpoch: (groupEpoch) => groupEpoch,
  judgeCommit({ claimed, current, since }) {
    if (claimed === current) return errorCode.none;
    const hasHeld = since.length > 0 && since.every((epoch) => epoch !== null && epoch <= claimed);
    return claimed < current && hasHeld ? errorCode.none : errorCode.staleMemberEpoch;
  },
};
