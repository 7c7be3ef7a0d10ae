/**
 * What a client is told of an append that failed: of its coordinator's state, not of a partition
 * that is none of its business.
 */
import { errorCode } from '../protocol/errors.ts';

const told: ReadonlyMap<number, number> = new Map([
  [errorCode.unknownTopicOrPartition, errorCode.coordinatorNotAvailable],
  [errorCode.notEnoughReplicas, errorCode.coordinatorNotAvailable],
  [errorCode.notEnoughReplicasAfterAppend, errorCode.coordinatorNotAvailable],
  [errorCode.requestTimedOut, errorCode.coordinatorNotAvailable],
  [errorCode.notLeaderOrFollower, errorCode.notCoordinator],
  [errorCode.kafkaStorageError, errorCode.notCoordinator],
  [errorCode.messageTooLarge, errorCode.unknownServerError],
  [errorCode.recordListTooLarge, errorCode.unknownServerError],
]);

export const toldOfAppend = (code: number): number => told.get(code) ?? code;

/** The same for a commit of offsets, which is too large by the notes in it. */
export const toldOfCommit = (code: number): number =>
  code === errorCode.messageTooLarge || code === errorCode.recordListTooLarge
    ? errorCode.invalidCommitOffsetSize
    : toldOfAppend(code);
