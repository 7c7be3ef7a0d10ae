/** Keys 3 to 8 and 16 of `__consumer_offsets` and their values, as Kafka's tables have them. */
import {
  arrayOf,
  arrayOfStructs,
  bytes,
  defineMessage,
  int8,
  int32,
  int64,
  noVersion,
  string,
  struct,
  uuid,
} from '../../protocol/schema.ts';

const key = (name: string, version: number) =>
  ({ name, versions: [version, version], flexibleFrom: noVersion }) as const;
const value = (name: string) => ({ name, versions: [0, 0], flexibleFrom: 0 }) as const;

export const consumerGroupMetadataKey = defineMessage({
  ...key('ConsumerGroupMetadataKey', 3),
  fields: { groupId: string() },
});
export const consumerGroupMetadataValue = defineMessage({
  ...value('ConsumerGroupMetadataValue'),
  fields: { epoch: int32(), metadataHash: int64({ default: 0, tag: 0 }) },
});

/** Read alone: Kafka has written none since 4.1. */
export const consumerGroupPartitionMetadataKey = defineMessage({
  ...key('ConsumerGroupPartitionMetadataKey', 4),
  fields: { groupId: string() },
});

export const consumerGroupMemberMetadataKey = defineMessage({
  ...key('ConsumerGroupMemberMetadataKey', 5),
  fields: { groupId: string(), memberId: string() },
});
export const consumerGroupMemberMetadataValue = defineMessage({
  ...value('ConsumerGroupMemberMetadataValue'),
  fields: {
    instanceId: string({ nullable: true }),
    rackId: string({ nullable: true }),
    clientId: string(),
    clientHost: string(),
    subscribedTopicNames: arrayOf(string()),
    subscribedTopicRegex: string({ nullable: true }),
    rebalanceTimeoutMs: int32({ default: -1 }),
    serverAssignor: string({ nullable: true }),
    classicMemberMetadata: struct(
      {
        sessionTimeoutMs: int32(),
        supportedProtocols: arrayOfStructs({ name: string(), metadata: bytes() }),
      },
      { nullable: true, default: null, tag: 0 },
    ),
  },
});

export const consumerGroupTargetAssignmentMetadataKey = defineMessage({
  ...key('ConsumerGroupTargetAssignmentMetadataKey', 6),
  fields: { groupId: string() },
});
export const consumerGroupTargetAssignmentMetadataValue = defineMessage({
  ...value('ConsumerGroupTargetAssignmentMetadataValue'),
  fields: { assignmentEpoch: int32() },
});

export const consumerGroupTargetAssignmentMemberKey = defineMessage({
  ...key('ConsumerGroupTargetAssignmentMemberKey', 7),
  fields: { groupId: string(), memberId: string() },
});
export const consumerGroupTargetAssignmentMemberValue = defineMessage({
  ...value('ConsumerGroupTargetAssignmentMemberValue'),
  fields: {
    topicPartitions: arrayOfStructs({ topicId: uuid(), partitions: arrayOf(int32()) }),
  },
});

export const consumerGroupCurrentMemberAssignmentKey = defineMessage({
  ...key('ConsumerGroupCurrentMemberAssignmentKey', 8),
  fields: { groupId: string(), memberId: string() },
});

const heldPartitions = arrayOfStructs({
  topicId: uuid(),
  partitions: arrayOf(int32()),
  /** In the order of `partitions` (KIP-1251). */
  assignmentEpochs: arrayOf(int32(), { nullable: true, default: null, tag: 0 }),
});

export const consumerGroupCurrentMemberAssignmentValue = defineMessage({
  ...value('ConsumerGroupCurrentMemberAssignmentValue'),
  fields: {
    memberEpoch: int32(),
    previousMemberEpoch: int32(),
    state: int8(),
    assignedPartitions: heldPartitions,
    partitionsPendingRevocation: heldPartitions,
  },
});

export const consumerGroupRegularExpressionKey = defineMessage({
  ...key('ConsumerGroupRegularExpressionKey', 16),
  fields: { groupId: string(), regularExpression: string() },
});
export const consumerGroupRegularExpressionValue = defineMessage({
  ...value('ConsumerGroupRegularExpressionValue'),
  fields: { topics: arrayOf(string()), version: int64(), timestamp: int64() },
});
