/**
 * Metadata, versions 0–13.
 * - Tells all topics (null; in version 0 an empty list), none (empty list), those named, or those
 *   of given ids.
 * - An unknown name is UNKNOWN_TOPIC_OR_PARTITION, an impossible one INVALID_TOPIC_EXCEPTION, an
 *   unknown id UNKNOWN_TOPIC_ID. Topics are never created here (auto.create.topics.enable is off).
 * - Fenced brokers are not listed. A partition without a live leader is LEADER_NOT_AVAILABLE.
 * - The controller named is any live broker: clients' requests are forwarded (KIP-590).
 * Version 0 hides replicas that are down and says REPLICA_NOT_AVAILABLE instead; 1: controller,
 * racks, internal topics; 2: cluster id; 5: offline replicas; 7: leader epochs; 8: authorized
 * operations (there is no authorizer, so always the default "not told"); 10: topic ids; 12: look-up
 * by id; 13: top-level error.
 */
import type { NodeId, Uuid } from '../../../base/ids.ts';
import { zeroUuid } from '../../../base/ids.ts';
import type { MetadataImage, PartitionState, TopicState } from '../../metadata/image.ts';
import { metadataApi } from '../../protocol/apis/03-metadata.ts';
import { errorCode } from '../../protocol/errors.ts';
import type { RequestOf, ResponseInput } from '../../protocol/schema.ts';
import { type Handler, serve } from '../context.ts';
import {
  anyLiveBroker,
  isInternalTopic,
  isTopicName,
  liveBrokers,
  offlineReplicas,
  shownLeader,
} from '../topic-view.ts';

type Body = RequestOf<typeof metadataApi>;
type TopicAnswer = ResponseInput<typeof metadataApi>['topics'][number];
type PartitionAnswer = TopicAnswer['partitions'][number];

const handleMetadata: Handler<typeof metadataApi> = (context, request) => {
  const { body, version } = request;
  const { image, config } = context;
  const problem = requestProblem(body, version);
  request.respond({
    brokers: liveBrokers(image).map((broker) => ({
      nodeId: broker.id,
      host: broker.host,
      port: broker.port,
      rack: broker.rack,
    })),
    clusterId: config.clusterId,
    controllerId: anyLiveBroker(context),
    topics:
      problem === errorCode.none
        ? describeAsked(image, body, version)
        : (body.topics ?? []).map(({ name, topicId }) =>
            unknownTopic(problem, name ?? '', topicId),
          ),
  });
};

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
  return topics.map(({ name, topicId }) => {
    if (topicId !== zeroUuid) {
      const topic = image.topicsById.get(topicId);
      if (topic === undefined) return unknownTopic(errorCode.unknownTopicId, null, topicId);
      return describeTopic(image, topic, version);
    }
    const topic = name === null ? undefined : image.topicsByName.get(name);
    if (topic !== undefined) return describeTopic(image, topic, version);
    const code =
      name !== null && isTopicName(name)
        ? errorCode.unknownTopicOrPartition
        : errorCode.invalidTopicException;
    return unknownTopic(code, name ?? '', zeroUuid);
  });
}

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
