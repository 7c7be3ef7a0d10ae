/**
 * The decisions of a classic group that Kafka's history got wrong at first, and those that fence
 * its members: each one small pure function, values in, value out, gathered so that one of them can
 * be swapped. `kafkaClassicRules` is right; the rest of this room obeys what it is given.
 */
import { errorCode } from '../../protocol/errors.ts';
import type { ClassicState, CommitClaim } from './contract.ts';

/** Who a request says it is, beside what the group knows. */
export interface IdentityQuestion {
  readonly memberId: string;
  readonly instanceId: string | null;
  /** The group has a member of that id. */
  readonly isMember: boolean;
  /** Member id of the static member with that instance id; null: none, or none was named. */
  readonly holder: string | null;
}

export interface CommitQuestion {
  readonly claim: CommitClaim;
  readonly identity: IdentityQuestion;
  readonly state: ClassicState;
  readonly generation: number;
}

/** A member that joins again. */
export interface RejoinQuestion {
  readonly state: ClassicState;
  readonly isLeader: boolean;
  /** Its protocols or their metadata are not what they were. */
  readonly hasChanged: boolean;
}

export interface ClassicRules {
  /**
   * The error code for a member's claim: a static member that another process has replaced is
   * fenced, not merely unknown (KIP-345).
   */
  judgeIdentity(question: IdentityQuestion): number;
  /** The error code for a member's generation. */
  judgeGeneration(claimed: number, current: number): number;
  /**
   * 49. The error code for a commit: a member of an earlier generation may not rewind what its
   * successors committed.
   */
  judgeCommit(question: CommitQuestion, rules: ClassicRules): number;
  /** Whether a member that joins again makes the group rebalance, or is told what it has. */
  rejoinRebalances(question: RejoinQuestion): boolean;
  /**
   * 46. KAFKA-9801: whether a static member that returns under a new member id makes the group
   * rebalance. While the leader works on an assignment it must: that one names the old id.
   */
  replacementRebalances(state: ClassicState, protocolChanges: boolean): boolean;
  /**
   * 45. KAFKA-10284: whether the new member id of a static member is appended before it is told, so
   * that the next coordinator fences the old one and not the new.
   */
  replacementIsPersisted(): boolean;
  /**
   * 63. KAFKA-7196: whether the session of a member ends when it is removed. If it goes on, its end
   * makes the group rebalance for somebody who is no longer there.
   */
  sessionEndsWithMembership(): boolean;
  /** Whether the joining is over: members whose id was just made are waited for too. */
  allHaveJoined(members: number, joined: number, pending: number): boolean;
  /**
   * Whether an assignment that is now stored is still the group's: another rebalance may have begun
   * since the leader handed it over.
   */
  assignmentStands(assigned: number, state: ClassicState, generation: number): boolean;
}

export const kafkaClassicRules: ClassicRules = {
  judgeIdentity({ memberId, instanceId, isMember, holder }) {
    if (instanceId !== null) {
      if (holder === null) return errorCode.unknownMemberId;
      if (holder !== memberId) return errorCode.fencedInstanceId;
    }
    return isMember ? errorCode.none : errorCode.unknownMemberId;
  },
  judgeGeneration: (claimed, current) =>
    claimed === current ? errorCode.none : errorCode.illegalGeneration,
  judgeCommit,
  rejoinRebalances({ state, isLeader, hasChanged }) {
    // A leader that joins again in Stable asks for a new assignment: of new partitions, say.
    return hasChanged || state === 'PreparingRebalance' || (state === 'Stable' && isLeader);
  },
  replacementRebalances: (state, protocolChanges) =>
    state === 'CompletingRebalance' || (state === 'Stable' && protocolChanges),
  replacementIsPersisted: () => true,
  sessionEndsWithMembership: () => true,
  allHaveJoined: (members, joined, pending) => members === joined && pending === 0,
  assignmentStands: (assigned, state, generation) =>
    state === 'CompletingRebalance' && assigned === generation,
};

function judgeCommit(
  { claim, identity, state, generation }: CommitQuestion,
  rules: ClassicRules,
): number {
  if (state === 'Dead') return errorCode.coordinatorNotAvailable;
  // Offsets kept by hand: nobody is a member, and nobody says it was one.
  if (claim.generation < 0 && state === 'Empty') return errorCode.none;
  if (claim.generation >= 0 || claim.memberId !== '' || claim.instanceId !== null) {
    const error =
      rules.judgeIdentity(identity) || rules.judgeGeneration(claim.generation, generation);
    if (error !== errorCode.none) return error;
  } else if (!claim.transactional && state !== 'Empty') {
    return errorCode.unknownMemberId;
  }
  // It knows the generation but not yet what it owns: it shall sync first.
  if (!claim.transactional && state === 'CompletingRebalance') {
    return errorCode.rebalanceInProgress;
  }
  return errorCode.none;
}
