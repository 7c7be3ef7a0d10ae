/**
 * CreateTopics: each topic by itself, all that can be made in one batch: the topic, its settings,
 * its partitions. A request for more than 10,000 partitions is refused before any is placed; one
 * that may take no time does nothing, as in Kafka. A topic may be wider than the brokers alive, not
 * than those registered: fenced replicas join the ISR later. `min.insync.replicas` above the
 * replication factor is taken, as Kafka does; it then counts as that factor (KIP-966).
 */
import { type NodeId, noNode, type Uuid, zeroUuid } from '../../base/ids.ts';
import { configResource } from '../metadata/config-def.ts';
import { describeTopicValues } from '../metadata/describe-configs.ts';
import { isCoordinatorsOwn, isReservedTopic } from '../metadata/internal-topics.ts';
import { randomUuid } from '../metadata/random-uuid.ts';
import type { MetadataRecord } from '../metadata/records.ts';
import { topicConfigsProblem } from '../metadata/topic-configs.ts';
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
import { type Decision, excessive, isExcessive, noRecords } from './decision.ts';
import { namedTwice } from './duplicates.ts';
import { newPartitionsProblem, timeProblem } from './request-bounds.ts';
import { TopicNames, topicNameProblem } from './topic-names.ts';

type Topic = CreateTopicsRequest['topics'][number];
type Result = CreateTopicsResponse['topics'][number];

export function createTopics(
  context: PlacingContext,
  request: CreateTopicsRequest,
  asker: 'client' | 'coordinator' = 'client',
): Decision<CreateTopicsResponse> {
  const isRefused = (name: string): boolean =>
    isReservedTopic(name) && !(asker === 'coordinator' && isCoordinatorsOwn(name));
  const twice = namedTwice(request.topics.map(({ name }) => name));
  const wanted = request.topics.filter(({ name }) => !twice.has(name) && !isRefused(name));
  const whole = requestProblem(context, request.timeoutMs, wanted);
  const names = new TopicNames(context.image.topicsByName);
  const records: MetadataRecord[] = [];
  const topics: Result[] = [...twice].map((name) =>
    refused(name, refusal(errorCode.invalidRequest, 'Duplicate topic name.')),
  );
  for (const topic of request.topics) {
    const { name } = topic;
    if (twice.has(name)) continue;
    const outcome = isRefused(name)
      ? refusal(errorCode.invalidRequest, `Creation of internal topic ${name} is prohibited.`)
      : (whole ?? createTopic(context, topic, names));
    if (isRefusal(outcome)) {
      topics.push(refused(name, outcome));
      continue;
    }
    names.add(name);
    for (const record of outcome.records) records.push(record);
    topics.push(outcome.response);
  }
  if (isExcessive(records)) {
    const refusedAll = topics.map(({ name }) => refused(name, excessive));
    return { records: noRecords, response: { throttleTimeMs: 0, topics: refusedAll } };
  }
  return {
    records: request.validateOnly ? noRecords : records,
    response: { throttleTimeMs: 0, topics },
  };
}

/** Why nothing of a request is done; null where its topics are looked at one by one. */
function requestProblem(
  context: PlacingContext,
  timeoutMs: number,
  topics: readonly Topic[],
): Refusal | null {
  const { brokers } = context.image;
  let partitions = 0;
  let replicas = 0;
  for (const topic of topics) {
    const { assignments } = topic;
    const count = wantedCount(topic.numPartitions, context.settings.numPartitions);
    const factor = wantedCount(topic.replicationFactor, context.settings.defaultReplicationFactor);
    partitions += assignments.length > 0 ? assignments.length : count;
    // More replicas than brokers are refused topic by topic, with a word of their own.
    if (assignments.length === 0) replicas += count * Math.min(factor, brokers.size);
    for (const { brokerIds } of assignments) replicas += brokerIds.length;
  }
  return newPartitionsProblem(context, partitions, replicas) ?? timeProblem(timeoutMs);
}

/** Numbers that make no sense are refused topic by topic. */
const wantedCount = (wanted: number, otherwise: number): number =>
  wanted === -1 ? otherwise : Math.max(0, wanted);

function createTopic(
  context: PlacingContext,
  topic: Topic,
  names: TopicNames,
): Decision<Result> | Refusal {
  const configs = new Map<string, string>();
  const problem = nameProblem(context, topic.name, names) ?? configsProblem(topic, configs);
  if (problem !== null) return problem;
  const assignment = assignmentOf(context, topic);
  if (isRefusal(assignment)) return assignment;
  const topicId = randomUuid(context.random);
  const records: MetadataRecord[] = [
    { type: 'topic', body: { name: topic.name, topicId } },
    ...Array.from(
      configs,
      ([name, value]): MetadataRecord => ({
        type: 'config',
        body: { resourceType: configResource.topic, resourceName: topic.name, name, value },
      }),
    ),
    ...assignment.map((replicas, i) => partitionRecord(context, topicId, i, replicas)),
  ];
  const response = createdResult(context, topic.name, configs, topicId, assignment);
  return { records, response };
}

function nameProblem(context: PlacingContext, name: string, names: TopicNames): Refusal | null {
  const problem = topicNameProblem(name);
  if (problem !== null) return refusal(errorCode.invalidTopicException, problem);
  if (context.image.topicsByName.has(name)) {
    return refusal(errorCode.topicAlreadyExists, `Topic '${name}' already exists.`);
  }
  const colliding = names.collidingWith(name);
  return colliding === null
    ? null
    : refusal(
        errorCode.invalidTopicException,
        `Topic '${name}' collides with existing topic: ${colliding}`,
      );
}

/** Fills `configs` with what the topic is to have set; a setting named twice has its last value. */
function configsProblem(topic: Topic, configs: Map<string, string>): Refusal | null {
  const nulls: string[] = [];
  for (const { name, value } of topic.configs) {
    if (value === null) nulls.push(name);
    else configs.set(name, value);
  }
  const problem =
    nulls.length > 0
      ? `Null value not supported for topic configs: ${nulls.join(',')}`
      : topicConfigsProblem(configs);
  return problem === null ? null : refusal(errorCode.invalidConfig, problem);
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
  name: string,
  configs: ReadonlyMap<string, string>,
  topicId: Uuid,
  assignment: readonly NodeId[][],
): Result {
  const { image, settings } = context;
  const controller = { nodeId: noNode, rack: null, dataDirectory: '', settings };
  return {
    name,
    topicId,
    errorCode: errorCode.none,
    errorMessage: null,
    topicConfigErrorCode: errorCode.none,
    numPartitions: assignment.length,
    replicationFactor: assignment[0]?.length ?? 0,
    // What was set is told as it was written.
    configs: describeTopicValues(image, configs, controller).map((entry) => ({
      ...entry,
      value: configs.get(entry.name) ?? entry.value,
    })),
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
  configs: [],
});
