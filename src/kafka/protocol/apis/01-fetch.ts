/**
 * Fetch: read record batches; consumers, followers and the metadata quorum’s replicas all use it.
 * Versions 4–18.
 * - 4: isolation level, aborted transactions
 * - 5: log start offsets
 * - 7: fetch sessions (KIP-227)
 * - 9: leader epoch for fencing (KIP-320)
 * - 10: zstd
 * - 11: rack and preferred read replica (KIP-392)
 * - 12: flexible, divergence told by last fetched epoch (KIP-595)
 * - 13: topic ids in place of names
 * - 14: tiered-storage error
 * - 15: the replica’s epoch beside its id (KIP-903)
 * - 16: endpoints of new leaders (KIP-951)
 * - 17: replica directory (KIP-853)
 * - 18: the high watermark the replica knows (KIP-1166)
 * Records in an answer are never null, though the wire allows it (KAFKA-18646).
 */
import type { RequestOf, ResponseOf } from '../schema.ts';
import {
  arrayOf,
  arrayOfStructs,
  defineApi,
  int8,
  int16,
  int32,
  int64,
  records,
  string,
  struct,
  uuid,
} from '../schema.ts';

export const fetchApi = defineApi({
  key: 1,
  name: 'Fetch',
  versions: [4, 18],
  flexibleFrom: 12,
  request: {
    clusterId: string({ since: 12, nullable: true, default: null, tag: 0 }),
    replicaId: int32({ until: 14, default: -1 }),
    replicaState: struct(
      {
        replicaId: int32({ default: -1 }),
        replicaEpoch: int64({ default: -1 }),
      },
      { since: 15, tag: 1 },
    ),
    maxWaitMs: int32(),
    minBytes: int32(),
    maxBytes: int32({ default: 0x7fffffff }),
    isolationLevel: int8({ default: 0 }),
    sessionId: int32({ since: 7, default: 0 }),
    sessionEpoch: int32({ since: 7, default: -1 }),
    topics: arrayOfStructs({
      topic: string({ until: 12 }),
      topicId: uuid({ since: 13 }),
      partitions: arrayOfStructs({
        partition: int32(),
        currentLeaderEpoch: int32({ since: 9, default: -1 }),
        fetchOffset: int64(),
        lastFetchedEpoch: int32({ since: 12, default: -1 }),
        logStartOffset: int64({ since: 5, default: -1 }),
        partitionMaxBytes: int32(),
        replicaDirectoryId: uuid({ since: 17, tag: 0 }),
        highWatermark: int64({ since: 18, default: Number.MAX_SAFE_INTEGER, tag: 1 }),
      }),
    }),
    forgottenTopicsData: arrayOfStructs(
      {
        topic: string({ until: 12 }),
        topicId: uuid({ since: 13 }),
        partitions: arrayOf(int32()),
      },
      { since: 7 },
    ),
    rackId: string({ since: 11, default: '' }),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16({ since: 7 }),
    sessionId: int32({ since: 7, default: 0 }),
    responses: arrayOfStructs({
      topic: string({ until: 12 }),
      topicId: uuid({ since: 13 }),
      partitions: arrayOfStructs({
        partitionIndex: int32(),
        errorCode: int16(),
        highWatermark: int64(),
        lastStableOffset: int64({ default: -1 }),
        logStartOffset: int64({ since: 5, default: -1 }),
        divergingEpoch: struct(
          {
            epoch: int32({ default: -1 }),
            endOffset: int64({ default: -1 }),
          },
          { since: 12, tag: 0 },
        ),
        currentLeader: struct(
          {
            leaderId: int32({ default: -1 }),
            leaderEpoch: int32({ default: -1 }),
          },
          { since: 12, tag: 1 },
        ),
        snapshotId: struct(
          {
            endOffset: int64({ default: -1 }),
            epoch: int32({ default: -1 }),
          },
          { since: 12, tag: 2 },
        ),
        abortedTransactions: arrayOfStructs(
          {
            producerId: int64(),
            firstOffset: int64(),
          },
          { nullable: true, default: [] },
        ),
        preferredReadReplica: int32({ since: 11, default: -1 }),
        records: records({ nullable: true }),
      }),
    }),
    nodeEndpoints: arrayOfStructs(
      {
        nodeId: int32(),
        host: string(),
        port: int32(),
        rack: string({ nullable: true, default: null }),
      },
      { since: 16, tag: 0 },
    ),
  },
});

export type FetchRequest = RequestOf<typeof fetchApi>;
export type FetchResponse = ResponseOf<typeof fetchApi>;
