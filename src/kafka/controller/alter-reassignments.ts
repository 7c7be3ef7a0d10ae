/**
 * AlterPartitionReassignments (KIP-455): each partition gets other replicas, or has a change of
 * them taken back (null), apart from the others. An order of preference counts at once, replicas go
 * and come as soon as all that stay are in sync. Refused: what is not there →
 * UNKNOWN_TOPIC_OR_PARTITION; no broker, one named twice or one that is not registered →
 * INVALID_REPLICA_ASSIGNMENT; another number of replicas where that may not change →
 * INVALID_REPLICATION_FACTOR; nothing to be taken back → NO_REASSIGNMENT_IN_PROGRESS; and taking it
 * back where nobody in sync would be left, unless the topic takes such a loss. A partition that one
 * request names twice is INVALID_REQUEST: Kafka would write both changes upon the same state.
 */
import { topicSettings } from '../metadata/image.ts';
import type { MetadataRecord } from '../metadata/records.ts';
import { isReassigning, type PartitionState, replicationFactorOf } from '../metadata/state.ts';
import type {
  AlterPartitionReassignmentsRequest,
  AlterPartitionReassignmentsResponse,
} from '../protocol/apis/45-alter-partition-reassignments.ts';
import { errorCode } from '../protocol/errors.ts';
import { isRefusal, type Refusal, refusal, replicasProblem } from './assignment.ts';
import {
  type Decision,
  type DecisionContext,
  excessive,
  isExcessive,
  noRecords,
} from './decision.ts';
import { changePartition, mayLeadIn, type PartitionChange } from './elect.ts';
import { reverted, towards } from './reassignment.ts';

type Topic = AlterPartitionReassignmentsRequest['topics'][number];
type Wanted = Topic['partitions'][number];

export function alterReassignments(
  context: DecisionContext,
  request: AlterPartitionReassignmentsRequest,
): Decision<AlterPartitionReassignmentsResponse> {
  const { allowReplicationFactorChange: mayResize } = request;
  const records: MetadataRecord[] = [];
  const seen = new Set<string>();
  const responses = request.topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map((wanted) => {
      const outcome = changeOf(context, name, wanted, { mayResize, seen });
      if (!isRefusal(outcome)) {
        const record = changePartition(context, outcome.partition, outcome.change);
        if (record !== null) records.push(record);
      }
      return result(wanted, isRefusal(outcome) ? outcome : null);
    }),
  }));
  const whole = isExcessive(records) ? excessive : null;
  return {
    records: whole === null ? records : noRecords,
    response: {
      throttleTimeMs: 0,
      allowReplicationFactorChange: mayResize,
      errorCode: whole?.code ?? errorCode.none,
      errorMessage: whole?.message ?? null,
      responses: whole === null ? responses : [],
    },
  };
}

const result = ({ partitionIndex }: Wanted, refused: Refusal | null) => ({
  partitionIndex,
  errorCode: refused?.code ?? errorCode.none,
  errorMessage: refused?.message ?? null,
});

interface Alteration {
  readonly partition: PartitionState;
  readonly change: PartitionChange;
}

function changeOf(
  context: DecisionContext,
  topic: string,
  { partitionIndex: index, replicas }: Wanted,
  { mayResize, seen }: { readonly mayResize: boolean; readonly seen: Set<string> },
): Alteration | Refusal {
  const known = context.image.topicsByName.get(topic);
  const partition = known?.partitions[index];
  if (partition === undefined) {
    const missing = known === undefined ? `a topic named ${topic}` : `partition ${topic}:${index}`;
    return refusal(errorCode.unknownTopicOrPartition, `Unable to find ${missing}.`);
  }
  const name = `${index} ${topic}`;
  if (seen.has(name)) return refusal(errorCode.invalidRequest, 'Duplicate partition.');
  seen.add(name);
  if (replicas === null) return cancelled(context, partition);
  const problem = replicasProblem(context, replicas);
  if (problem !== null) return problem;
  const factor = replicationFactorOf(partition);
  if (mayResize || replicas.length === factor) return changed(context, partition, replicas);
  return refusal(
    errorCode.invalidReplicationFactor,
    `The replication factor is changed from ${factor} to ${replicas.length}`,
  );
}

/** No new replica is elected uncleanly for being wanted: it holds nothing at all. */
function changed(
  context: DecisionContext,
  partition: PartitionState,
  target: readonly number[],
): Alteration {
  const { minInsyncReplicas } = topicSettings(context.image, partition.topic, context.settings);
  return {
    partition,
    change: {
      assignment: towards(partition.replicas, target),
      mayLead: mayLeadIn(context),
      settings: { minInsyncReplicas, uncleanLeaderElectionEnable: false },
    },
  };
}

function cancelled(context: DecisionContext, partition: PartitionState): Alteration | Refusal {
  if (!isReassigning(partition)) {
    return refusal(errorCode.noReassignmentInProgress, 'No partition reassignment is in progress.');
  }
  const assignment = reverted(partition);
  const isr = partition.isr.filter((node) => assignment.replicas.includes(node));
  const settings = topicSettings(context.image, partition.topic, context.settings);
  if (isr.length === 0 && !context.rules.mayElectUncleanly(settings)) {
    return refusal(
      errorCode.invalidReplicaAssignment,
      `Unable to revert partition assignment for ${partition.topic}:${partition.index} because ` +
        'it would require an unclean leader election.',
    );
  }
  return { partition, change: { assignment, isr, mayLead: mayLeadIn(context) } };
}
