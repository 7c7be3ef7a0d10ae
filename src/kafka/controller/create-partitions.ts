/**
 * CreatePartitions: a topic gets more partitions, never fewer, of the replication factor it has.
 */
import type { NodeId } from '../../base/ids.ts';
import { isReservedTopic } from '../metadata/internal-topics.ts';
import type { MetadataRecord } from '../metadata/records.ts';
import { replicationFactorOf, type TopicState } from '../metadata/state.ts';
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
import { namedTwice } from './duplicates.ts';
import { newPartitionsProblem, timeProblem } from './request-bounds.ts';

type Result = CreatePartitionsResponse['results'][number];
type Wanted = CreatePartitionsRequest['topics'][number];

export function createPartitions(
  context: PlacingContext,
  request: CreatePartitionsRequest,
): Decision<CreatePartitionsResponse> {
  const twice = namedTwice(request.topics.map(({ name }) => name));
  const wanted = request.topics.filter(({ name }) => !twice.has(name));
  const whole = additionalProblem(context, wanted) ?? timeProblem(request.timeoutMs);
  const records: MetadataRecord[] = [];
  const results = [...twice].map((name) =>
    result(name, refusal(errorCode.invalidRequest, 'Duplicate topic name.')),
  );
  for (const topic of wanted) {
    const outcome = whole ?? morePartitions(context, topic);
    results.push(result(topic.name, isRefusal(outcome) ? outcome : null));
    if (!isRefusal(outcome)) for (const record of outcome.records) records.push(record);
  }
  return {
    records: request.validateOnly ? noRecords : records,
    response: { throttleTimeMs: 0, results },
  };
}

const result = (name: string, refused: Refusal | null): Result => ({
  name,
  errorCode: refused?.code ?? errorCode.none,
  errorMessage: refused?.message ?? null,
});

function additionalProblem(context: PlacingContext, topics: readonly Wanted[]): Refusal | null {
  let partitions = 0;
  let replicas = 0;
  for (const { name, count } of topics) {
    const topic = context.image.topicsByName.get(name);
    if (topic === undefined) continue;
    const additional = Math.max(0, count - topic.partitions.length);
    partitions += additional;
    replicas += additional * replicationFactorOfTopic(topic);
  }
  return newPartitionsProblem(context, partitions, replicas);
}

/** As of its first partition, which may be changing its replicas. */
function replicationFactorOfTopic({ partitions: [first] }: TopicState): number {
  return first === undefined ? 1 : replicationFactorOf(first);
}

function morePartitions(
  context: PlacingContext,
  wanted: Wanted,
): { readonly records: MetadataRecord[] } | Refusal {
  const topic = context.image.topicsByName.get(wanted.name);
  if (topic === undefined) return refusal(errorCode.unknownTopicOrPartition, 'No such topic.');
  if (isReservedTopic(topic.name)) {
    return refusal(errorCode.invalidRequest, `Internal topic ${topic.name} does not grow.`);
  }
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
  const replicationFactor = replicationFactorOfTopic(topic);
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
