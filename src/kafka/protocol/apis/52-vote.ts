/**
 * Vote: a replica of the quorum asks a voter for its vote (KIP-595). Versions 0–2, all flexible.
 * - 1: directory ids of both sides, the intended voter (KIP-853)
 * - 2: pre-votes, and the asker is called replica, since it need not be a candidate yet (KIP-996)
 */
import type { RequestOf, ResponseOf } from '../schema.ts';
import {
  arrayOfStructs,
  bool,
  defineApi,
  int16,
  int32,
  int64,
  string,
  uint16,
  uuid,
} from '../schema.ts';

export const voteApi = defineApi({
  key: 52,
  name: 'Vote',
  versions: [0, 2],
  flexibleFrom: 0,
  request: {
    clusterId: string({ nullable: true, default: null }),
    voterId: int32({ since: 1, default: -1 }),
    topics: arrayOfStructs({
      topicName: string(),
      partitions: arrayOfStructs({
        partitionIndex: int32(),
        replicaEpoch: int32(),
        replicaId: int32(),
        replicaDirectoryId: uuid({ since: 1 }),
        voterDirectoryId: uuid({ since: 1 }),
        lastOffsetEpoch: int32(),
        lastOffset: int64(),
        preVote: bool({ since: 2 }),
      }),
    }),
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
        voteGranted: bool(),
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

export type VoteRequest = RequestOf<typeof voteApi>;
export type VoteResponse = ResponseOf<typeof voteApi>;
