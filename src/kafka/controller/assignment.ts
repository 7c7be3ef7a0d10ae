/** Replicas of new partitions, given by hand or placed, and the records that create them. */
import type { NodeId, Uuid } from '../../base/ids.ts';
import type { RandomStream } from '../../host/random.ts';
import { recoveryState } from '../metadata/record-states.ts';
import type { MetadataRecord } from '../metadata/records.ts';
import { errorCode } from '../protocol/errors.ts';
import type { DecisionContext } from './decision.ts';
import { placementProblem, placeReplicas } from './placement.ts';

export interface PlacingContext extends DecisionContext {
  /** Draws places and topic ids. */
  readonly random: RandomStream;
}

/** What is wrong with a part of a request; the code is one of Kafka's. */
export interface Refusal {
  readonly code: number;
  readonly message: string;
}

export const isRefusal = (outcome: object): outcome is Refusal => 'code' in outcome;

export const refusal = (code: number, message: string): Refusal => ({ code, message });

/**
 * Replicas per new partition, spread over the cluster, each list with one active broker at least.
 */
export function placedAssignment(
  context: PlacingContext,
  partitions: number,
  replicationFactor: number,
): NodeId[][] | Refusal {
  const usable = [...context.image.brokers.values()].filter(
    (broker) => !broker.inControlledShutdown,
  );
  const problem = placementProblem(usable, replicationFactor);
  if (problem !== null) {
    return refusal(
      errorCode.invalidReplicationFactor,
      `Unable to replicate the partition ${replicationFactor} time(s): ${problem}`,
    );
  }
  return placeReplicas(usable, partitions, replicationFactor, context.random);
}

/**
 * What is wrong with replica lists given by hand for partitions from `first` on; null where nothing
 * is.
 */
export function manualAssignmentProblem(
  context: DecisionContext,
  assignment: readonly (readonly NodeId[])[],
  replicationFactor: number,
  first: number,
): Refusal | null {
  for (const [i, replicas] of assignment.entries()) {
    const problem = replicasProblem(context, replicas);
    if (problem !== null) return problem;
    if (replicas.length !== replicationFactor) {
      return refuse(
        `The manual partition assignment includes a partition with ${replicas.length} ` +
          `replica(s), but others have ${replicationFactor}.`,
      );
    }
    if (activeOf(context, replicas).length === 0) {
      return refuse(
        'All brokers specified in the manual partition assignment for partition ' +
          `${first + i} are fenced or in controlled shutdown.`,
      );
    }
  }
  return null;
}

/** What is wrong with one such list, whoever of it is up; null where nothing is. */
export function replicasProblem(
  context: DecisionContext,
  replicas: readonly NodeId[],
): Refusal | null {
  if (replicas.length === 0)
    return refuse('The manual partition assignment includes an empty replica list.');
  if (new Set(replicas).size !== replicas.length)
    return refuse('The manual partition assignment includes a broker more than once.');
  const unknown = replicas.find((replica) => !context.image.brokers.has(replica));
  if (unknown === undefined) return null;
  return refuse(
    `The manual partition assignment includes broker ${unknown}, ` +
      'but no such broker is registered.',
  );
}

const refuse = (message: string): Refusal => refusal(errorCode.invalidReplicaAssignment, message);

/** Creates a partition: its ISR are the active replicas, its leader the first of them. */
export function partitionRecord(
  context: DecisionContext,
  topicId: Uuid,
  partitionId: number,
  replicas: readonly NodeId[],
): MetadataRecord {
  const isr = activeOf(context, replicas);
  return {
    type: 'partition',
    body: {
      partitionId,
      topicId,
      replicas: [...replicas],
      isr,
      removingReplicas: [],
      addingReplicas: [],
      leader: isr[0] ?? -1,
      leaderRecoveryState: recoveryState.recovered,
      leaderEpoch: 0,
      partitionEpoch: 0,
      directories: [],
      eligibleLeaderReplicas: null,
      lastKnownElr: null,
    },
  };
}

function activeOf(context: DecisionContext, replicas: readonly NodeId[]): NodeId[] {
  return replicas.filter((replica) => {
    const broker = context.image.brokers.get(replica);
    return broker !== undefined && context.rules.mayJoinIsr(broker);
  });
}
