/**
 * Metadata, versions 0–13.
 * - Tells all topics (null; in version 0 an empty list), none (empty list), those named, or those
 *   of given ids.
 * - A topic named twice, or by name and by id, is told once.
 * - An unknown name is UNKNOWN_TOPIC_OR_PARTITION, an impossible one INVALID_TOPIC_EXCEPTION, an
 *   unknown id UNKNOWN_TOPIC_ID. An unknown name is created where auto.create.topics.enable is set
 *   and the client allows it; the answer does not wait for that.
 * - More names than a request may have are refused whole: by INVALID_REQUEST from version 13 on,
 *   below, where there is no place for it, by closing the connection.
 * - Fenced brokers are not listed. A partition without a live leader is LEADER_NOT_AVAILABLE.
 * - The controller named is any live broker: clients' requests are forwarded (KIP-590).
 * Version 0 hides replicas that are down and says REPLICA_NOT_AVAILABLE instead; 1: controller,
 * racks, internal topics; 2: cluster id; 5: offline replicas; 7: leader epochs; 8: authorized
 * operations (there is no authorizer, so all there are); 10: topic ids; 12: look-up by id; 13:
 * top-level error.
 */
import type { NodeId, Uuid } from '../../../base/ids.ts';
import { zeroUuid } from '../../../base/ids.ts';
import type { MetadataImage, PartitionState, TopicState } from '../../metadata/image.ts';
import { isInternalTopic, isReservedTopic } from '../../metadata/internal-topics.ts';
import { metadataApi } from '../../protocol/apis/03-metadata.ts';
import { errorCode } from '../../protocol/errors.ts';
import type { RequestOf, ResponseInput } from '../../protocol/schema.ts';
import { serve } from '../../rpc/served-api.ts';
import type { BrokerContext, BrokerHandler } from '../context.ts';
import { maxTopicsNamed } from '../request-bounds.ts';
import {
  anyLiveBroker,
  clusterOperations,
  isTopicName,
  liveBrokers,
  offlineReplicas,
  operationsUntold,
  shownLeader,
  topicOperations,
} from '../topic-view.ts';

type Body = RequestOf<typeof metadataApi>;
type TopicAnswer = ResponseInput<typeof metadataApi>['topics'][number];
type PartitionAnswer = TopicAnswer['partitions'][number];

const handleMetadata: BrokerHandler<typeof metadataApi> = (context, request) => {
  const { body, version } = request;
  const { image, config } = context;
  const isExcessive = (body.topics?.length ?? 0) > maxTopicsNamed;
  if (isExcessive && version < 13) {
    request.disconnect();
    return;
  }
  const clusterOps = body.includeClusterAuthorizedOperations ? clusterOperations : operationsUntold;
  request.respond({
    brokers: liveBrokers(image).map((broker) => ({
      nodeId: broker.id,
      host: broker.host,
      port: broker.port,
      rack: broker.rack,
    })),
    clusterId: config.clusterId,
    controllerId: anyLiveBroker(context),
    topics: isExcessive ? [] : topicAnswers(context, body, version),
    clusterAuthorizedOperations: clusterOps,
    errorCode: isExcessive ? errorCode.invalidRequest : errorCode.none,
  });
};

function topicAnswers(context: BrokerContext, body: Body, version: number): TopicAnswer[] {
  const problem = requestProblem(body, version);
  if (problem !== errorCode.none) {
    return (body.topics ?? []).map(({ name, topicId }) =>
      unknownTopic(problem, name ?? '', topicId),
    );
  }
  const answers = describeAsked(context.image, body, version);
  if (body.allowAutoTopicCreation && context.config.settings.autoCreateTopicsEnable) {
    createMissing(context, answers);
  }
  if (!body.includeTopicAuthorizedOperations) return answers;
  return answers.map((topic) =>
    topic.name === null ? topic : { ...topic, topicAuthorizedOperations: topicOperations },
  );
}

function createMissing(context: BrokerContext, answers: readonly TopicAnswer[]): void {
  const missing: string[] = [];
  for (const { name, errorCode: code } of answers) {
    if (code !== errorCode.unknownTopicOrPartition || name === null) continue;
    if (!isReservedTopic(name)) missing.push(name);
  }
  if (missing.length > 0) context.autoCreation.create(missing);
}

/** Versions 10 and 11 have room for ids but must not use it. */
function requestProblem(body: Body, version: number): number {
  if (version >= 12 || body.topics === null) return errorCode.none;
  const usesIds = body.topics.some(({ name, topicId }) => name === null || topicId !== zeroUuid);
  return usesIds ? errorCode.invalidRequest : errorCode.none;
}

function describeAsked(image: MetadataImage, body: Body, version: number): TopicAnswer[] {
  const { topics } = body;
  if (topics === null || (version === 0 && topics.length === 0)) {
    return [...image.topicsByName.values()].map((topic) => describeTopic(image, topic, version));
  }
  // By what it is, so that a topic is told once however it was named.
  const answers = new Map<TopicState | string, TopicAnswer>();
  for (const { name, topicId } of topics) {
    const byId = topicId !== zeroUuid;
    const topic = byId ? image.topicsById.get(topicId) : image.topicsByName.get(name ?? '');
    const key = topic ?? (byId ? `id ${topicId}` : `name ${name ?? ''}`);
    if (answers.has(key)) continue;
    const code = byId ? errorCode.unknownTopicId : nameProblem(name);
    answers.set(
      key,
      topic === undefined
        ? unknownTopic(code, byId ? null : (name ?? ''), topicId)
        : describeTopic(image, topic, version),
    );
  }
  return [...answers.values()];
}

const nameProblem = (name: string | null): number =>
  name !== null && isTopicName(name)
    ? errorCode.unknownTopicOrPartition
    : errorCode.invalidTopicException;

const unknownTopic = (code: number, name: string | null, topicId: Uuid): TopicAnswer => ({
  errorCode: code,
  name,
  topicId,
  isInternal: name !== null && isInternalTopic(name),
  partitions: [],
});

const describeTopic = (image: MetadataImage, topic: TopicState, version: number): TopicAnswer => ({
  errorCode: errorCode.none,
  name: topic.name,
  topicId: topic.id,
  isInternal: isInternalTopic(topic.name),
  partitions: topic.partitions.map((partition) => describePartition(image, partition, version)),
});

function describePartition(
  image: MetadataImage,
  partition: PartitionState,
  version: number,
): PartitionAnswer {
  const isUp = (id: NodeId): boolean => image.brokers.get(id)?.fenced === false;
  const replicaNodes = version === 0 ? partition.replicas.filter(isUp) : partition.replicas;
  const isrNodes = version === 0 ? partition.isr.filter(isUp) : partition.isr;
  const hidden =
    replicaNodes.length < partition.replicas.length || isrNodes.length < partition.isr.length;
  const leaderId = shownLeader(image, partition);
  return {
    errorCode:
      leaderId === -1
        ? errorCode.leaderNotAvailable
        : hidden
          ? errorCode.replicaNotAvailable
          : errorCode.none,
    partitionIndex: partition.index,
    leaderId,
    leaderEpoch: partition.leaderEpoch,
    replicaNodes,
    isrNodes,
    offlineReplicas: offlineReplicas(image, partition),
  };
}

export const servedMetadata = serve(metadataApi, [0, 13], handleMetadata);
