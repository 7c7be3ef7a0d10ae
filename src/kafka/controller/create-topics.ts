/**
 * CreateTopics: each topic by itself, all that can be made in one batch: the topic, its settings,
 * its partitions. A topic may be wider than the brokers alive, not than those registered: fenced
 * replicas join the ISR later. `min.insync.replicas` above the replication factor is taken, as
 * Kafka does; it then counts as that factor (KIP-966).
 */
import { type NodeId, type Uuid, zeroUuid } from '../../base/ids.ts';
import { describeConfigSet } from '../metadata/describe-configs.ts';
import { randomUuid } from '../metadata/random-uuid.ts';
import type { MetadataRecord } from '../metadata/records.ts';
import { configResource, topicConfigProblem } from '../metadata/topic-configs.ts';
import type {
  CreateTopicsRequest,
  CreateTopicsResponse,
} from '../protocol/apis/19-create-topics.ts';
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
import { collidingName, topicNameProblem } from './topic-names.ts';

type Topic = CreateTopicsRequest['topics'][number];
type Result = CreateTopicsResponse['topics'][number];

export function createTopics(
  context: PlacingContext,
  request: CreateTopicsRequest,
): Decision<CreateTopicsResponse> {
  const records: MetadataRecord[] = [];
  const timesNamed = new Map<string, number>();
  for (const { name } of request.topics) timesNamed.set(name, (timesNamed.get(name) ?? 0) + 1);
  const created = new Set<string>();
  const topics = request.topics.map((topic) => {
    const outcome =
      timesNamed.get(topic.name) === 1
        ? createTopic(context, topic, created)
        : refusal(errorCode.invalidRequest, 'Duplicate topic name.');
    if (isRefusal(outcome)) return refused(topic.name, outcome);
    created.add(topic.name);
    records.push(...outcome.records);
    return outcome.response;
  });
  return {
    records: request.validateOnly ? noRecords : records,
    response: { throttleTimeMs: 0, topics },
  };
}

function createTopic(
  context: PlacingContext,
  topic: Topic,
  created: ReadonlySet<string>,
): Decision<Result> | Refusal {
  const problem = nameProblem(context, topic.name, created) ?? configProblem(topic);
  if (problem !== null) return problem;
  const assignment = assignmentOf(context, topic);
  if (isRefusal(assignment)) return assignment;
  const topicId = randomUuid(context.random);
  const records: MetadataRecord[] = [
    { type: 'topic', body: { name: topic.name, topicId } },
    ...topic.configs.map(
      ({ name, value }): MetadataRecord => ({
        type: 'config',
        body: { resourceType: configResource.topic, resourceName: topic.name, name, value },
      }),
    ),
    ...assignment.map((replicas, i) => partitionRecord(context, topicId, i, replicas)),
  ];
  return { records, response: createdResult(context, topic, topicId, assignment) };
}

function nameProblem(
  context: PlacingContext,
  name: string,
  created: ReadonlySet<string>,
): Refusal | null {
  const problem = topicNameProblem(name);
  if (problem !== null) return refusal(errorCode.invalidTopicException, problem);
  const { topicsByName } = context.image;
  if (topicsByName.has(name)) {
    return refusal(errorCode.topicAlreadyExists, `Topic '${name}' already exists.`);
  }
  const colliding = collidingName(name, topicsByName.keys()) ?? collidingName(name, created);
  return colliding === null
    ? null
    : refusal(
        errorCode.invalidTopicException,
        `Topic '${name}' collides with existing topic: ${colliding}`,
      );
}

function configProblem(topic: Topic): Refusal | null {
  for (const { name, value } of topic.configs) {
    const problem =
      value === null
        ? `Null value not supported for topic configs: ${name}`
        : topicConfigProblem(name, value);
    if (problem !== null) return refusal(errorCode.invalidConfig, problem);
  }
  return null;
}

function assignmentOf(context: PlacingContext, topic: Topic): NodeId[][] | Refusal {
  if (topic.assignments.length > 0) return manualAssignment(context, topic);
  const { numPartitions, replicationFactor } = topic;
  if (replicationFactor < -1 || replicationFactor === 0) {
    return refusal(
      errorCode.invalidReplicationFactor,
      'Replication factor must be larger than 0, or -1 to use the default value.',
    );
  }
  if (numPartitions < -1 || numPartitions === 0) {
    return refusal(
      errorCode.invalidPartitions,
      'Number of partitions was set to an invalid non-positive value.',
    );
  }
  const { settings } = context;
  return placedAssignment(
    context,
    numPartitions === -1 ? settings.numPartitions : numPartitions,
    replicationFactor === -1 ? settings.defaultReplicationFactor : replicationFactor,
  );
}

function manualAssignment(context: PlacingContext, topic: Topic): NodeId[][] | Refusal {
  if (topic.replicationFactor !== -1 || topic.numPartitions !== -1) {
    return refusal(
      errorCode.invalidRequest,
      'A manual partition assignment was specified, but replication factor or partition count was not -1.',
    );
  }
  const assignment: NodeId[][] = [];
  for (const { partitionIndex, brokerIds } of topic.assignments) {
    if (assignment[partitionIndex] !== undefined) {
      return refusal(
        errorCode.invalidReplicaAssignment,
        `Found multiple manual partition assignments for partition ${partitionIndex}`,
      );
    }
    if (partitionIndex < 0 || partitionIndex >= topic.assignments.length) {
      return refusal(
        errorCode.invalidReplicaAssignment,
        'partitions should be a consecutive 0-based integer sequence',
      );
    }
    assignment[partitionIndex] = brokerIds;
  }
  const replicationFactor = assignment[0]?.length ?? 0;
  return manualAssignmentProblem(context, assignment, replicationFactor, 0) ?? assignment;
}

function createdResult(
  context: PlacingContext,
  topic: Topic,
  topicId: Uuid,
  assignment: readonly NodeId[][],
): Result {
  const overrides = new Map(topic.configs.map(({ name, value }) => [name, value ?? '']));
  return {
    name: topic.name,
    topicId,
    errorCode: errorCode.none,
    errorMessage: null,
    topicConfigErrorCode: errorCode.none,
    numPartitions: assignment.length,
    replicationFactor: assignment[0]?.length ?? 0,
    configs: describeConfigSet(overrides, context.settings),
  };
}

const refused = (name: string, { code, message }: Refusal): Result => ({
  name,
  topicId: zeroUuid,
  errorCode: code,
  errorMessage: message,
  topicConfigErrorCode: errorCode.none,
  numPartitions: -1,
  replicationFactor: -1,
  configs: null,
});
