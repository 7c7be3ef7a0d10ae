/**
 * What a request may cost, asked before any of its work is done. A request is decided in one piece,
 * so what it may add is bounded as in Kafka. What the cluster holds is bounded too: each replica is
 * a directory with open files on its broker, and a broker that runs out of those ends.
 */
import { errorCode } from '../protocol/errors.ts';
import { type Refusal, refusal } from './assignment.ts';
import { type DecisionContext, maxRecordsPerRequest } from './decision.ts';

/**
 * Times the number of brokers, all that the cluster holds: what Kafka's makers advise. Kafka itself
 * has no bound; its brokers run out of memory maps or open files instead.
 */
export const maxReplicasPerBroker = 4_000;

/** Why so many partitions, with so many replicas in all, are not made; null where they are. */
export function newPartitionsProblem(
  { image }: DecisionContext,
  partitions: number,
  replicas: number,
): Refusal | null {
  if (partitions > maxRecordsPerRequest) {
    return refusal(
      errorCode.policyViolation,
      'Excessively large number of partitions per request.',
    );
  }
  const most = maxReplicasPerBroker * image.brokers.size;
  return image.replicaCount + replicas > most
    ? refusal(
        errorCode.policyViolation,
        `${image.brokers.size} broker(s) hold at most ${most} replicas of partitions.`,
      )
    : null;
}

/** A request that may take no time is not begun. */
export const timeProblem = (timeoutMs: number): Refusal | null =>
  timeoutMs <= 0 ? refusal(errorCode.requestTimedOut, 'The request timed out.') : null;
