/**
 * ConsumerGroupHeartbeat: a member of a group whose broker assigns (KIP-848) joins (epoch 0),
 * reports what it owns, and leaves (epoch −1; −2 if it is static and comes back). In a request null
 * means unchanged since the last one. Versions 0–1, all flexible.
 * - 1: subscription by regular expression; the member makes its own id (KIP-1082)
 */
import type { RequestOf, ResponseOf } from '../schema.ts';
import {
  arrayOf,
  arrayOfStructs,
  defineApi,
  int16,
  int32,
  string,
  struct,
  uuid,
} from '../schema.ts';

export const consumerGroupHeartbeatApi = defineApi({
  key: 68,
  name: 'ConsumerGroupHeartbeat',
  versions: [0, 1],
  flexibleFrom: 0,
  request: {
    groupId: string(),
    memberId: string(),
    memberEpoch: int32(),
    instanceId: string({ nullable: true, default: null }),
    rackId: string({ nullable: true, default: null }),
    rebalanceTimeoutMs: int32({ default: -1 }),
    subscribedTopicNames: arrayOf(string(), { nullable: true, default: null }),
    subscribedTopicRegex: string({ since: 1, nullable: true, default: null }),
    serverAssignor: string({ nullable: true, default: null }),
    topicPartitions: arrayOfStructs(
      { topicId: uuid(), partitions: arrayOf(int32()) },
      { nullable: true, default: null },
    ),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16(),
    errorMessage: string({ nullable: true, default: null }),
    memberId: string({ nullable: true, default: null }),
    memberEpoch: int32(),
    heartbeatIntervalMs: int32(),
    assignment: struct(
      { topicPartitions: arrayOfStructs({ topicId: uuid(), partitions: arrayOf(int32()) }) },
      { nullable: true, default: null },
    ),
  },
});

export type ConsumerGroupHeartbeatRequest = RequestOf<typeof consumerGroupHeartbeatApi>;
export type ConsumerGroupHeartbeatResponse = ResponseOf<typeof consumerGroupHeartbeatApi>;
