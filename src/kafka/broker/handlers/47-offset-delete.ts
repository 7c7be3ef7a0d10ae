/**
 * OffsetDelete, version 0 (KIP-496).
 * - A partition that nobody knows is UNKNOWN_TOPIC_OR_PARTITION. Offsets of a topic to which
 *   members are subscribed stay: GROUP_SUBSCRIBED_TO_TOPIC. A group whose members are no consumers
 *   must be empty: NON_EMPTY_GROUP. One that nobody knows is GROUP_ID_NOT_FOUND.
 * - An offset that is not there counts as deleted. A topic without partitions is left out.
 */
import { deleteOffsets, type PartitionOffset } from '../../group/deletion.ts';
import { offsetDeleteApi } from '../../protocol/apis/47-offset-delete.ts';
import { errorCode } from '../../protocol/errors.ts';
import { serve } from '../../rpc/served-api.ts';
import type { BrokerHandler } from '../context.ts';

const handleOffsetDelete: BrokerHandler<typeof offsetDeleteApi> = (context, request) => {
  const { groupId, topics } = request.body;
  const { image, groups } = context;
  const wanted: PartitionOffset[] = [];
  const unknown = topics.map(({ name, partitions }) => {
    const count = image.topicsByName.get(name)?.partitions.length ?? 0;
    return partitions.map(({ partitionIndex: index }) => {
      const isKnown = index >= 0 && index < count;
      if (isKnown) wanted.push({ topic: name, partition: index });
      return !isKnown;
    });
  });
  const done = request.guard((code: number, subscribed: ReadonlySet<string>) => {
    if (code !== errorCode.none) {
      request.respond({ errorCode: code, topics: [] });
      return;
    }
    const codeOf = (topic: string, isUnknown: boolean): number => {
      if (isUnknown) return errorCode.unknownTopicOrPartition;
      return subscribed.has(topic) ? errorCode.groupSubscribedToTopic : errorCode.none;
    };
    const answers = topics.map(({ name, partitions }, at) => ({
      name,
      partitions: partitions.map(({ partitionIndex }, index) => ({
        partitionIndex,
        errorCode: codeOf(name, unknown[at]?.[index] ?? false),
      })),
    }));
    const told = answers.filter(({ partitions }) => partitions.length > 0);
    request.respond({ errorCode: errorCode.none, topics: told });
  });
  deleteOffsets(groups.shardOf(groupId), groupId, wanted, done);
};

export const servedOffsetDelete = serve(offsetDeleteApi, [0, 0], handleOffsetDelete);
