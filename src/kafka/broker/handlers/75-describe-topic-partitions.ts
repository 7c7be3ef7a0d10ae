/**
 * DescribeTopicPartitions, version 0 (KIP-966).
 * - Topics in order of name, all where none is named, at most `responsePartitionLimit` partitions
 *   (1..2000); `nextCursor` tells where the next page begins.
 * - Shows eligible leader replicas beside the ISR. A partition without a leader is no error here.
 * - A cursor whose partition is negative, or whose topic was not asked for, is INVALID_REQUEST for
 *   every topic asked for. More topics than a request may name close the connection.
 */
import { zeroUuid } from '../../../base/ids.ts';
import type { MetadataImage, PartitionState } from '../../metadata/image.ts';
import { isInternalTopic } from '../../metadata/internal-topics.ts';
import { describeTopicPartitionsApi } from '../../protocol/apis/75-describe-topic-partitions.ts';
import { errorCode } from '../../protocol/errors.ts';
import type { RequestOf, ResponseInput } from '../../protocol/schema.ts';
import { serve } from '../../rpc/served-api.ts';
import type { BrokerHandler } from '../context.ts';
import { maxTopicsNamed } from '../request-bounds.ts';
import { isTopicName, offlineReplicas, shownLeader, topicOperations } from '../topic-view.ts';

type Body = RequestOf<typeof describeTopicPartitionsApi>;
type Answer = ResponseInput<typeof describeTopicPartitionsApi>;
type TopicAnswer = Answer['topics'][number];

const maxPartitionLimit = 2000;

const handleDescribeTopicPartitions: BrokerHandler<typeof describeTopicPartitionsApi> = (
  context,
  request,
) => {
  const { body } = request;
  if (body.topics.length > maxTopicsNamed) {
    request.disconnect();
    return;
  }
  request.respond(
    isCursorSound(body)
      ? describePage(context.image, body)
      : page([...new Set(body.topics.map(({ name }) => name))].sort().map(refusedTopic), null),
  );
};

function isCursorSound({ cursor, topics }: Body): boolean {
  if (cursor === null) return true;
  if (cursor.partitionIndex < 0) return false;
  return topics.length === 0 || topics.some(({ name }) => name === cursor.topicName);
}

function describePage(image: MetadataImage, body: Body): Answer {
  const { cursor } = body;
  const from = cursor?.topicName ?? '';
  const asked =
    body.topics.length === 0 ? image.topicsByName.keys() : body.topics.map(({ name }) => name);
  const names = [...new Set(asked)].filter((name) => name >= from).sort();
  let left = Math.max(1, Math.min(maxPartitionLimit, body.responsePartitionLimit));
  const topics: TopicAnswer[] = [];
  for (const name of names) {
    if (left === 0) return page(topics, { topicName: name, partitionIndex: 0 });
    const topic = image.topicsByName.get(name);
    if (topic === undefined) {
      topics.push(unknownTopic(name));
      continue;
    }
    const first = name === cursor?.topicName ? cursor.partitionIndex : 0;
    const shown = topic.partitions.slice(first, first + left);
    topics.push({
      errorCode: errorCode.none,
      name,
      topicId: topic.id,
      isInternal: isInternalTopic(name),
      partitions: shown.map((partition) => describePartition(image, partition)),
      topicAuthorizedOperations: topicOperations,
    });
    left -= shown.length;
    const next = first + shown.length;
    if (next < topic.partitions.length)
      return page(topics, { topicName: name, partitionIndex: next });
  }
  return page(topics, null);
}

const page = (topics: TopicAnswer[], nextCursor: Answer['nextCursor']): Answer => ({
  throttleTimeMs: 0,
  topics,
  nextCursor,
});

const refusedTopic = (name: string): TopicAnswer => ({
  errorCode: errorCode.invalidRequest,
  name,
  topicId: zeroUuid,
  isInternal: false,
  partitions: [],
});

const unknownTopic = (name: string): TopicAnswer => ({
  errorCode: isTopicName(name)
    ? errorCode.unknownTopicOrPartition
    : errorCode.invalidTopicException,
  name,
  topicId: zeroUuid,
  isInternal: isInternalTopic(name),
  partitions: [],
  topicAuthorizedOperations: topicOperations,
});

const describePartition = (image: MetadataImage, partition: PartitionState) => ({
  errorCode: errorCode.none,
  partitionIndex: partition.index,
  leaderId: shownLeader(image, partition),
  leaderEpoch: partition.leaderEpoch,
  replicaNodes: partition.replicas,
  isrNodes: partition.isr,
  eligibleLeaderReplicas: partition.elr,
  lastKnownElr: partition.lastKnownElr,
  offlineReplicas: offlineReplicas(image, partition),
});

export const servedDescribeTopicPartitions = serve(
  describeTopicPartitionsApi,
  [0, 0],
  handleDescribeTopicPartitions,
);
