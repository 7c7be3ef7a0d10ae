/**
 * CreatePartitions: a topic gets more partitions, never fewer, of the replication factor it has.
 */
import type { NodeId } from '../../base/ids.ts';
import type { MetadataRecord } from '../metadata/records.ts';
import type {
  CreatePartitionsRequest,
  CreatePartitionsResponse,
} from '../protocol/apis/37-create-partitions.ts';
import { errorCode } from '../protocol/errors.ts';
import {
  isRefusal,
  manualAssignmentProblem,
  type PlacingContext,
  partitionRecord,
  placedAssignment,
  type Refusal,
  refusal,
} from './assignment.ts';
import { type Decision, noRecords } from './decision.ts';

type Wanted = CreatePartitionsRequest['topics'][number];

export function createPartitions(
  context: PlacingContext,
  request: CreatePartitionsRequest,
): Decision<CreatePartitionsResponse> {
  const records: MetadataRecord[] = [];
  const seen = new Set<string>();
  const results = request.topics.map((wanted) => {
    const { name } = wanted;
    const outcome = seen.has(name)
      ? refusal(errorCode.invalidRequest, 'Duplicate topic name.')
      : morePartitions(context, wanted);
    seen.add(name);
    if (isRefusal(outcome)) return { name, errorCode: outcome.code, errorMessage: outcome.message };
    records.push(...outcome.records);
    return { name, errorCode: errorCode.none, errorMessage: null };
  });
  return {
    records: request.validateOnly ? noRecords : records,
    response: { throttleTimeMs: 0, results },
  };
}

function morePartitions(
  context: PlacingContext,
  wanted: Wanted,
): { readonly records: MetadataRecord[] } | Refusal {
  const topic = context.image.topicsByName.get(wanted.name);
  if (topic === undefined) return refusal(errorCode.unknownTopicOrPartition, 'No such topic.');
  const first = topic.partitions.length;
  const additional = wanted.count - first;
  if (additional <= 0) {
    return refusal(
      errorCode.invalidPartitions,
      additional === 0
        ? `Topic already has ${first} partition(s).`
        : `The topic ${topic.name} currently has ${first} partition(s); ${wanted.count} would not be an increase.`,
    );
  }
  const replicationFactor = topic.partitions[0]?.replicas.length ?? 1;
  const assignment =
    wanted.assignments === null
      ? placedAssignment(context, additional, replicationFactor)
      : givenAssignment(context, wanted.assignments, additional, replicationFactor, first);
  if (isRefusal(assignment)) return assignment;
  return {
    records: assignment.map((replicas, i) =>
      partitionRecord(context, topic.id, first + i, replicas),
    ),
  };
}

function givenAssignment(
  context: PlacingContext,
  given: NonNullable<Wanted['assignments']>,
  additional: number,
  replicationFactor: number,
  first: number,
): NodeId[][] | Refusal {
  if (given.length !== additional) {
    return refusal(
      errorCode.invalidReplicaAssignment,
      `Attempted to add ${additional} additional partition(s), but only ${given.length} assignment(s) were specified.`,
    );
  }
  const assignment = given.map(({ brokerIds }) => brokerIds);
  return manualAssignmentProblem(context, assignment, replicationFactor, first) ?? assignment;
}
