/**
 * DescribeQuorum: leader, high watermark and replicas of the metadata log. Versions 0–2, all
 * flexible.
 * - 1: when replicas fetched and were caught up (KIP-836)
 * - 2: directory ids, error messages, endpoints of the nodes (KIP-853)
 */
import type { RequestOf, ResponseOf } from '../schema.ts';
import { arrayOfStructs, defineApi, int16, int32, int64, string, uint16, uuid } from '../schema.ts';

export const describeQuorumApi = defineApi({
  key: 55,
  name: 'DescribeQuorum',
  versions: [0, 2],
  flexibleFrom: 0,
  request: {
    topics: arrayOfStructs({
      topicName: string(),
      partitions: arrayOfStructs({ partitionIndex: int32() }),
    }),
  },
  response: {
    errorCode: int16(),
    errorMessage: string({ since: 2, nullable: true }),
    topics: arrayOfStructs({
      topicName: string(),
      partitions: arrayOfStructs({
        partitionIndex: int32(),
        errorCode: int16(),
        errorMessage: string({ since: 2, nullable: true }),
        leaderId: int32(),
        leaderEpoch: int32(),
        highWatermark: int64(),
        currentVoters: arrayOfStructs({
          replicaId: int32(),
          replicaDirectoryId: uuid({ since: 2 }),
          logEndOffset: int64(),
          lastFetchTimestamp: int64({ since: 1, default: -1 }),
          lastCaughtUpTimestamp: int64({ since: 1, default: -1 }),
        }),
        observers: arrayOfStructs({
          replicaId: int32(),
          replicaDirectoryId: uuid({ since: 2 }),
          logEndOffset: int64(),
          lastFetchTimestamp: int64({ since: 1, default: -1 }),
          lastCaughtUpTimestamp: int64({ since: 1, default: -1 }),
        }),
      }),
    }),
    nodes: arrayOfStructs(
      {
        nodeId: int32(),
        listeners: arrayOfStructs({ name: string(), host: string(), port: uint16() }),
      },
      { since: 2 },
    ),
  },
});

export type DescribeQuorumRequest = RequestOf<typeof describeQuorumApi>;
export type DescribeQuorumResponse = ResponseOf<typeof describeQuorumApi>;
