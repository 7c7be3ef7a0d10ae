/**
 * ConsumerGroupDescribe: epochs, members, current and target assignment of groups whose broker
 * assigns (KIP-848). Versions 0–1, all flexible.
 * - 1: the member's type: 0 classic, 1 consumer, −1 unknown
 */
import type { RequestOf, ResponseOf } from '../schema.ts';
import {
  arrayOf,
  arrayOfStructs,
  bool,
  defineApi,
  int8,
  int16,
  int32,
  string,
  struct,
  uuid,
} from '../schema.ts';

const assignment = struct({
  topicPartitions: arrayOfStructs({
    topicId: uuid(),
    topicName: string(),
    partitions: arrayOf(int32()),
  }),
});

export const consumerGroupDescribeApi = defineApi({
  key: 69,
  name: 'ConsumerGroupDescribe',
  versions: [0, 1],
  flexibleFrom: 0,
  request: {
    groupIds: arrayOf(string()),
    includeAuthorizedOperations: bool(),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    groups: arrayOfStructs({
      errorCode: int16(),
      errorMessage: string({ nullable: true, default: null }),
      groupId: string(),
      groupState: string(),
      groupEpoch: int32(),
      assignmentEpoch: int32(),
      assignorName: string(),
      members: arrayOfStructs({
        memberId: string(),
        instanceId: string({ nullable: true, default: null }),
        rackId: string({ nullable: true, default: null }),
        memberEpoch: int32(),
        clientId: string(),
        clientHost: string(),
        subscribedTopicNames: arrayOf(string()),
        subscribedTopicRegex: string({ nullable: true, default: null }),
        assignment,
        targetAssignment: assignment,
        memberType: int8({ since: 1, default: -1 }),
      }),
      authorizedOperations: int32({ default: -0x80000000 }),
    }),
  },
});

export type ConsumerGroupDescribeRequest = RequestOf<typeof consumerGroupDescribeApi>;
export type ConsumerGroupDescribeResponse = ResponseOf<typeof consumerGroupDescribeApi>;
