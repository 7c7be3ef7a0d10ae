/**
 * EndQuorumEpoch: a quorum leader resigns and says who should stand next. Versions 0–1.
 * - 1: flexible, successors with directory ids, endpoints of the leader (KIP-853)
 */
import type { RequestOf, ResponseOf } from '../schema.ts';
import {
  arrayOf,
  arrayOfStructs,
  defineApi,
  int16,
  int32,
  string,
  uint16,
  uuid,
} from '../schema.ts';

export const endQuorumEpochApi = defineApi({
  key: 54,
  name: 'EndQuorumEpoch',
  versions: [0, 1],
  flexibleFrom: 1,
  request: {
    clusterId: string({ nullable: true, default: null }),
    topics: arrayOfStructs({
      topicName: string(),
      partitions: arrayOfStructs({
        partitionIndex: int32(),
        leaderId: int32(),
        leaderEpoch: int32(),
        preferredSuccessors: arrayOf(int32(), { until: 0 }),
        preferredCandidates: arrayOfStructs(
          {
            candidateId: int32(),
            candidateDirectoryId: uuid(),
          },
          { since: 1 },
        ),
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

export type EndQuorumEpochRequest = RequestOf<typeof endQuorumEpochApi>;
export type EndQuorumEpochResponse = ResponseOf<typeof endQuorumEpochApi>;
