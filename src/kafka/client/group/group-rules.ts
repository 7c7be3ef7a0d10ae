/**
 * The decisions of a group's member that Kafka's history got wrong at first, each a small pure
 * function. They are part of the client's rules.
 */
import type { Micros, Offset } from '../../../base/ids.ts';
import type { AssignorRules } from './assign/assignor.ts';

export interface GroupRules extends AssignorRules {
  /**
   * Since which generation a member that joins says to own what it owns. The last one whose
   * assignment it has got; not the last it joined, whose SyncGroup it may have missed
   * (KAFKA-13419).
   */
  claimedGeneration(state: { joined: number; assigned: number }): number;
  /** Up to where a partition may be committed: what was handed out, not fetched (KAFKA-2942). */
  committable(state: { handedOut: Offset; fetched: Offset }): Offset;
  /** Is a partition read on while the commit before its revocation is under way (KAFKA-14196)? */
  readsWhileRevoking(): boolean;
  /**
   * A member is assigned topics whose names it does not know yet. Does it give up, of what it owns,
   * this one that is still assigned to it (KAFKA-16198)?
   */
  revokesWhileWaitingForMetadata(state: { stillAssigned: boolean }): boolean;
  /** The epoch at which a fenced member joins again (KAFKA-19233). */
  epochAfterFencing(fencedEpoch: number): number;
  /**
   * From when on a session counts that an answered heartbeat prolongs: the coordinator got it after
   * it was sent, but perhaps long before its answer came.
   */
  sessionStart(state: { sentUs: Micros; answeredUs: Micros }): Micros;
  /** Does a close end when its time is up, whatever it still waits for (KAFKA-17734)? */
  closeIsBounded(): boolean;
}

export const groupRules: GroupRules = {
  mayTakeOverAtOnce({ claimedByAnother }) {
    return !claimedByAnother;
  },

  claimedGeneration({ assigned }) {
    return assigned;
  },

  committable({ handedOut }) {
    return handedOut;
  },

  readsWhileRevoking() {
    return false;
  },

  revokesWhileWaitingForMetadata({ stillAssigned }) {
    return !stillAssigned;
  },

  epochAfterFencing() {
    return 0;
  },

  sessionStart({ sentUs }) {
    return sentUs;
  },

  closeIsBounded() {
    return true;
  },
};
