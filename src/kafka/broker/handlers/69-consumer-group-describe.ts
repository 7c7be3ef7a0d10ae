/**
 * ConsumerGroupDescribe, versions 0–1 (KIP-848).
 * - Epochs, members, what each has and is to have; topics that are gone are left out.
 * - A group that nobody knows, and a classic one, is GROUP_ID_NOT_FOUND; an empty id
 *   INVALID_GROUP_ID.
 * 1: whether a member speaks the classic protocol.
 */
import type { Uuid } from '../../../base/ids.ts';
import type { ConsumerMemberDescription, Partitions } from '../../group/consumer/contract.ts';
import { partitionsOf } from '../../group/consumer/partitions.ts';
import { ConsumerMembers } from '../../group/consumer-members.ts';
import type { MetadataImage } from '../../metadata/image.ts';
import { consumerGroupDescribeApi } from '../../protocol/apis/69-consumer-group-describe.ts';
import { errorCode } from '../../protocol/errors.ts';
import type { ResponseInput } from '../../protocol/schema.ts';
import { serve } from '../../rpc/served-api.ts';
import type { BrokerContext, BrokerHandler } from '../context.ts';
import { groupOperations, operationsUntold } from '../topic-view.ts';

type GroupAnswer = ResponseInput<typeof consumerGroupDescribeApi>['groups'][number];
type MemberAnswer = GroupAnswer['members'][number];

const handleConsumerGroupDescribe: BrokerHandler<typeof consumerGroupDescribeApi> = (
  context,
  request,
) => {
  const { groupIds, includeAuthorizedOperations } = request.body;
  const authorizedOperations = includeAuthorizedOperations ? groupOperations : operationsUntold;
  const groups = groupIds.map((id) => {
    const group = describe(context, id);
    return group.errorCode === errorCode.none ? { ...group, authorizedOperations } : group;
  });
  request.respond({ groups });
};

function describe({ groups, image }: BrokerContext, groupId: string): GroupAnswer {
  if (groupId === '') return { ...nothing, groupId, errorCode: errorCode.invalidGroupId };
  const shard = groups.shardOf(groupId);
  if (typeof shard === 'number') return { ...nothing, groupId, errorCode: shard };
  const group = shard.groups.get(groupId);
  if (!(group?.members instanceof ConsumerMembers)) {
    const errorMessage =
      group === undefined
        ? `Group ${groupId} not found.`
        : `Group ${groupId} is not a consumer group.`;
    return { ...nothing, groupId, errorCode: errorCode.groupIdNotFound, errorMessage };
  }
  const { assignmentEpoch, assignor, epoch, members, state } = group.members.describe();
  return {
    errorCode: errorCode.none,
    groupId,
    groupState: state,
    groupEpoch: epoch,
    assignmentEpoch,
    assignorName: assignor,
    members: members.map((member) => answerOf(image, member)),
  };
}

function answerOf(
  image: MetadataImage,
  { current, memberId, subscription, target }: ConsumerMemberDescription,
): MemberAnswer {
  return {
    memberId,
    instanceId: subscription.instanceId,
    rackId: subscription.rackId,
    memberEpoch: current.epoch,
    clientId: subscription.clientId,
    clientHost: subscription.clientHost,
    subscribedTopicNames: [...subscription.topics],
    subscribedTopicRegex: subscription.regex ?? '',
    assignment: named(image, partitionsOf(current.assigned)),
    targetAssignment: named(image, target),
    memberType: subscription.classic === null ? 1 : 0,
  };
}

function named(image: MetadataImage, partitions: Partitions) {
  const nameOf = (id: Uuid): string | undefined => image.topicsById.get(id)?.name;
  const topicPartitions = [...partitions].flatMap(([topicId, indexes]) => {
    const topicName = nameOf(topicId);
    return topicName === undefined ? [] : [{ topicId, topicName, partitions: [...indexes] }];
  });
  return { topicPartitions };
}

const nothing = {
  groupState: '',
  groupEpoch: 0,
  assignmentEpoch: 0,
  assignorName: '',
  members: [],
};

export const servedConsumerGroupDescribe = serve(
  consumerGroupDescribeApi,
  [0, 1],
  handleConsumerGroupDescribe,
);
