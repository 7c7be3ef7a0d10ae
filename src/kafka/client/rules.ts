/**
 * The client's decisions that Kafka's history got wrong at first, each a small pure function. They
 * are handed in as one object, so that a museum of old bugs can swap one of them; the right ones
 * are the default.
 */

import type { LeaderEpoch } from '../../base/ids.ts';
import { errorCode } from '../protocol/errors.ts';
import type { RpcFailure } from '../rpc/contract.ts';
import { type GroupRules, groupRules } from './group/group-rules.ts';

/** −1 stands for acks=all, as on the wire. */
export type AcksOnWire = -1 | 0 | 1;

export interface ClientRules extends GroupRules {
  /** What an error code in a produce answer says about this one attempt. */
  attemptOutcome(code: number, acks: AcksOnWire): 'not-written' | 'unknown';
  /** What it says about an attempt that no answer came. */
  outcomeWithoutAnswer(failure: RpcFailure): 'not-written' | 'unknown';
  /** The sequence number behind `count` records that begin at `sequence`. */
  sequenceAfter(sequence: number, count: number): number;
  /** The next sequence of a partition that takes over a new producer id or epoch (KAFKA-12152). */
  sequenceAfterEpochBump(nextSequence: number): number;
  /**
   * Does the first batch of a partition under a new producer id or epoch travel alone until it is
   * acknowledged? A leader takes any sequence from a producer it does not know (KAFKA-14359).
   */
  firstBatchTravelsAlone(): boolean;
  /**
   * Does what was sent after this batch stand in the log, or may it? Then it must not get new
   * numbers, under which it would stand behind (KAFKA-14359). Orders rise as batches are made.
   */
  isOvertaken(state: { order: number; writtenUpTo: number }): boolean;
  /** May a partition with a gap number its batches anew under a new epoch (KIP-360, KAFKA-8710)? */
  mayRenumber(state: { requestsOut: number; anyBatchMayBeWritten: boolean }): boolean;
  /**
   * Is a leader, offered by a broker's metadata, older than the one known (KIP-320, KAFKA-12257)?
   */
  isOutdatedLeader(offer: {
    sameTopicId: boolean;
    knownEpoch: LeaderEpoch;
    offeredEpoch: LeaderEpoch;
  }): boolean;
}

export const sequenceSpace = 2_147_483_648;

export const clientRules: ClientRules = {
  ...groupRules,

  /**
   * With acks=all the answer may come after the append, when the leader has changed, lost its disk
   * or the ISR shrank meanwhile; then the records stand in some log and may survive.
   */
  attemptOutcome(code, acks) {
    switch (code) {
      case errorCode.requestTimedOut:
      case errorCode.notEnoughReplicasAfterAppend:
      case errorCode.unknownServerError:
      case errorCode.kafkaStorageError:
      case errorCode.networkException:
        return 'unknown';
      case errorCode.notLeaderOrFollower:
      case errorCode.unknownTopicOrPartition:
      case errorCode.unknownTopicId:
      case errorCode.leaderNotAvailable:
      case errorCode.fencedLeaderEpoch:
        return acks === -1 ? 'unknown' : 'not-written';
      default:
        return 'not-written';
    }
  },

  /** Only a connection that never came to be has carried nothing. */
  outcomeWithoutAnswer(failure) {
    return failure === 'refused' || failure === 'connect-timeout' ? 'not-written' : 'unknown';
  },

  sequenceAfter(sequence, count) {
    return (sequence + count) % sequenceSpace;
  },

  sequenceAfterEpochBump() {
    return 0;
  },

  firstBatchTravelsAlone() {
    return true;
  },

  isOvertaken({ order, writtenUpTo }) {
    return order < writtenUpTo;
  },

  mayRenumber({ requestsOut, anyBatchMayBeWritten }) {
    return requestsOut === 0 && !anyBatchMayBeWritten;
  },

  isOutdatedLeader({ sameTopicId, knownEpoch, offeredEpoch }) {
    return sameTopicId && offeredEpoch >= 0 && offeredEpoch < knownEpoch;
  },
};
