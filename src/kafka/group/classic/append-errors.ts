/**
 * What members are told when the group's record could not be appended. The errors of a produce mean
 * nothing to them; whether to ask again, and whom, does.
 */
import { errorCode } from '../../protocol/errors.ts';

const toAnswer: ReadonlyMap<number, number> = new Map([
  [errorCode.unknownTopicOrPartition, errorCode.coordinatorNotAvailable],
  [errorCode.notEnoughReplicas, errorCode.coordinatorNotAvailable],
  [errorCode.notEnoughReplicasAfterAppend, errorCode.coordinatorNotAvailable],
  [errorCode.requestTimedOut, errorCode.coordinatorNotAvailable],
  [errorCode.notLeaderOrFollower, errorCode.notCoordinator],
  [errorCode.kafkaStorageError, errorCode.notCoordinator],
  [errorCode.messageTooLarge, errorCode.unknownServerError],
  [errorCode.recordListTooLarge, errorCode.unknownServerError],
  [errorCode.invalidFetchSize, errorCode.unknownServerError],
]);

export const appendErrorToAnswer = (code: number): number => toAnswer.get(code) ?? code;
