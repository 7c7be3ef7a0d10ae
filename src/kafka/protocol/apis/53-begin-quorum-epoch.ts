/**
 * BeginQuorumEpoch: a new quorum leader tells the voters that it leads. Versions 0–1.
 * - 1: flexible, the intended voter, endpoints of the leader (KIP-853)
 */
import type { RequestOf, ResponseOf } from '../schema.ts';
import { arrayOfStructs, defineApi, int16, int32, string, uint16, uuid } from '../schema.ts';

export const beginQuorumEpochApi = defineApi({
  key: 53,
  name: 'BeginQuorumEpoch',
  versions: [0, 1],
  flexibleFrom: 1,
  request: {
    clusterId: string({ nullable: true, default: null }),
    voterId: int32({ since: 1, default: -1 }),
    topics: arrayOfStructs({
      topicName: string(),
      partitions: arrayOfStructs({
        partitionIndex: int32(),
        voterDirectoryId: uuid({ since: 1 }),
        leaderId: int32(),
        leaderEpoch: int32(),
      }),
    }),
    leaderEndpoints: arrayOfStructs(
      {
        name: string(),
        host: string(),
        port: uint16(),
      },
      { since: 1 },
    ),
  },
  response: {
    errorCode: int16(),
    topics: arrayOfStructs({
      topicName: string(),
      partitions: arrayOfStructs({
        partitionIndex: int32(),
        errorCode: int16(),
        leaderId: int32(),
        leaderEpoch: int32(),
      }),
    }),
    nodeEndpoints: arrayOfStructs(
      {
        nodeId: int32(),
        host: string(),
        port: uint16(),
      },
      { since: 1, tag: 0 },
    ),
  },
});

export type BeginQuorumEpochRequest = RequestOf<typeof beginQuorumEpochApi>;
export type BeginQuorumEpochResponse = ResponseOf<typeof beginQuorumEpochApi>;
