/**
 * What a request may cost, asked before any of its work is done. A request is decided in one piece,
 * so what it may add is bounded as in Kafka; what the cluster can hold is bounded too, since each
 * partition is a directory with open files on every broker that has it.
 */
import { errorCode } from '../protocol/errors.ts';
import { type Refusal, refusal } from './assignment.ts';
import { type DecisionContext, maxRecordsPerRequest } from './decision.ts';

/** Kafka has no such bound; its brokers run out of memory maps or file handles instead. */
export const maxPartitionsInCluster = 200_000;

/** Why so many partitions are not made at once; null where they are. */
export function newPartitionsProblem(context: DecisionContext, count: number): Refusal | null {
  if (count > maxRecordsPerRequest) {
    return refusal(
      errorCode.policyViolation,
      'Excessively large number of partitions per request.',
    );
  }
  return context.image.partitionCount + count > maxPartitionsInCluster
    ? refusal(
        errorCode.policyViolation,
        `A cluster holds at most ${maxPartitionsInCluster} partitions.`,
      )
    : null;
}

/** A request that may take no time is not begun. */
export const timeProblem = (timeoutMs: number): Refusal | null =>
  timeoutMs <= 0 ? refusal(errorCode.requestTimedOut, 'The request timed out.') : null;
