/**
 * Between the quorum's flat messages and Kafka's requests: one topic, `__cluster_metadata`, one
 * partition, 0. What comes in is judged here as far as it needs no state: cluster id, topic,
 * partition.
 */
import { type Uuid, zeroUuid } from '../../base/ids.ts';
import { microsPerMs } from '../../base/time.ts';
import type { Voter } from '../config.ts';
import type { fetchApi } from '../protocol/apis/01-fetch.ts';
import type { voteApi } from '../protocol/apis/52-vote.ts';
import type { beginQuorumEpochApi } from '../protocol/apis/53-begin-quorum-epoch.ts';
import type { endQuorumEpochApi } from '../protocol/apis/54-end-quorum-epoch.ts';
import { errorCode } from '../protocol/errors.ts';
import type { RequestInput, RequestOf, ResponseInput, ResponseOf } from '../protocol/schema.ts';
import { noRecords, type RaftRequest, type RaftResponse } from './messages.ts';

export const metadataTopic = '__cluster_metadata';
export const metadataTopicId: Uuid = 'AAAAAAAAAAAAAAAAAAAAAQ';
const partitionIndex = 0;

type VoteApi = typeof voteApi;
type BeginApi = typeof beginQuorumEpochApi;
type EndApi = typeof endQuorumEpochApi;
type FetchApi = typeof fetchApi;

/** Who we say we are. */
export interface Sender {
  readonly clusterId: Uuid;
  readonly voters: readonly Voter[];
}

export function voteRequest(
  sender: Sender,
  request: RaftRequest & { kind: 'vote' },
): RequestInput<VoteApi> {
  const { epoch, candidate, voter, lastEpoch, lastOffset, preVote } = request;
  const partition = {
    partitionIndex,
    replicaEpoch: epoch,
    replicaId: candidate.id,
    replicaDirectoryId: candidate.directoryId,
    voterDirectoryId: voter.directoryId,
    lastOffsetEpoch: lastEpoch,
    lastOffset,
    preVote,
  };
  const topics = [{ topicName: metadataTopic, partitions: [partition] }];
  return { clusterId: sender.clusterId, voterId: voter.id, topics };
}

export function beginRequest(
  sender: Sender,
  request: RaftRequest & { kind: 'begin-quorum-epoch' },
): RequestInput<BeginApi> {
  const { epoch, leaderId, voter } = request;
  const partition = {
    partitionIndex,
    voterDirectoryId: voter.directoryId,
    leaderId,
    leaderEpoch: epoch,
  };
  return {
    clusterId: sender.clusterId,
    voterId: voter.id,
    topics: [{ topicName: metadataTopic, partitions: [partition] }],
    leaderEndpoints: listeners(sender, leaderId),
  };
}

export function endRequest(
  sender: Sender,
  request: RaftRequest & { kind: 'end-quorum-epoch' },
): RequestInput<EndApi> {
  const { epoch, leaderId, preferredCandidates } = request;
  const candidates = preferredCandidates.map(({ id, directoryId }) => ({
    candidateId: id,
    candidateDirectoryId: directoryId,
  }));
  const partition = {
    partitionIndex,
    leaderId,
    leaderEpoch: epoch,
    preferredCandidates: candidates,
  };
  return {
    clusterId: sender.clusterId,
    topics: [{ topicName: metadataTopic, partitions: [partition] }],
    leaderEndpoints: listeners(sender, leaderId),
  };
}

export function fetchRequest(
  sender: Sender,
  request: RaftRequest & { kind: 'fetch' },
): RequestInput<FetchApi> {
  const { epoch, replica, fetchOffset, lastFetchedEpoch, maxWaitUs, maxBytes, highWatermark } =
    request;
  const partition = {
    partition: partitionIndex,
    currentLeaderEpoch: epoch,
    fetchOffset,
    lastFetchedEpoch,
    partitionMaxBytes: maxBytes,
    replicaDirectoryId: replica.directoryId,
    highWatermark,
  };
  return {
    clusterId: sender.clusterId,
    replicaState: { replicaId: replica.id, replicaEpoch: -1 },
    maxWaitMs: Math.floor(maxWaitUs / microsPerMs),
    minBytes: 0,
    maxBytes,
    topics: [{ topicId: metadataTopicId, partitions: [partition] }],
  };
}

/** An error code where the request is none that this quorum can have sent. */
export function readVote(clusterId: Uuid, body: RequestOf<VoteApi>): RaftRequest | number {
  const partition = onlyPartition(clusterId, body);
  if (typeof partition === 'number') return partition;
  return {
    kind: 'vote',
    epoch: partition.replicaEpoch,
    candidate: { id: partition.replicaId, directoryId: partition.replicaDirectoryId },
    voter: { id: body.voterId, directoryId: partition.voterDirectoryId },
    lastEpoch: partition.lastOffsetEpoch,
    lastOffset: partition.lastOffset,
    preVote: partition.preVote,
  };
}

export function readBegin(clusterId: Uuid, body: RequestOf<BeginApi>): RaftRequest | number {
  const partition = onlyPartition(clusterId, body);
  if (typeof partition === 'number') return partition;
  return {
    kind: 'begin-quorum-epoch',
    epoch: partition.leaderEpoch,
    leaderId: partition.leaderId,
    voter: { id: body.voterId, directoryId: partition.voterDirectoryId },
  };
}

export function readEnd(clusterId: Uuid, body: RequestOf<EndApi>): RaftRequest | number {
  const partition = onlyPartition(clusterId, body);
  if (typeof partition === 'number') return partition;
  const successors = partition.preferredSuccessors.map((id) => ({ id, directoryId: zeroUuid }));
  const candidates = partition.preferredCandidates.map((candidate) => ({
    id: candidate.candidateId,
    directoryId: candidate.candidateDirectoryId,
  }));
  return {
    kind: 'end-quorum-epoch',
    epoch: partition.leaderEpoch,
    leaderId: partition.leaderId,
    preferredCandidates: [...candidates, ...successors],
  };
}

export function readFetch(clusterId: Uuid, body: RequestOf<FetchApi>): RaftRequest | number {
  if (body.clusterId !== null && body.clusterId !== clusterId)
    return errorCode.inconsistentClusterId;
  const topic = body.topics[0];
  const partition = topic?.partitions[0];
  const isOurs =
    topic !== undefined && (topic.topic === metadataTopic || topic.topicId === metadataTopicId);
  if (!isOurs || body.topics.length !== 1 || topic.partitions.length !== 1)
    return errorCode.invalidRequest;
  if (partition === undefined || partition.partition !== partitionIndex)
    return errorCode.invalidRequest;
  const id = body.replicaState.replicaId >= 0 ? body.replicaState.replicaId : body.replicaId;
  return {
    kind: 'fetch',
    epoch: partition.currentLeaderEpoch,
    replica: { id, directoryId: partition.replicaDirectoryId },
    fetchOffset: partition.fetchOffset,
    lastFetchedEpoch: partition.lastFetchedEpoch,
    maxWaitUs: body.maxWaitMs * microsPerMs,
    maxBytes: Math.min(body.maxBytes, partition.partitionMaxBytes),
    highWatermark: partition.highWatermark,
  };
}

/** Vote, BeginQuorumEpoch and EndQuorumEpoch: their answers differ in the vote alone. */
export function electionResponse(sender: Sender, response: RaftResponse): ResponseInput<VoteApi> {
  const { leaderId, epoch } = response;
  const partition = {
    partitionIndex,
    errorCode: response.errorCode,
    leaderId,
    leaderEpoch: epoch,
    voteGranted: response.kind === 'vote' && response.granted,
  };
  return {
    errorCode: errorCode.none,
    topics: [{ topicName: metadataTopic, partitions: [partition] }],
    nodeEndpoints: endpoints(sender, leaderId),
  };
}

export function fetchResponse(
  sender: Sender,
  response: RaftResponse & { kind: 'fetch' },
): ResponseInput<FetchApi> {
  const { epoch, leaderId, highWatermark, logStartOffset, diverging, records } = response;
  const partition = {
    partitionIndex,
    errorCode: response.errorCode,
    highWatermark,
    logStartOffset,
    currentLeader: { leaderId, leaderEpoch: epoch },
    records,
    ...(diverging && {
      divergingEpoch: { epoch: diverging.leaderEpoch, endOffset: diverging.endOffset },
    }),
  };
  return {
    errorCode: errorCode.none,
    responses: [{ topic: metadataTopic, topicId: metadataTopicId, partitions: [partition] }],
    nodeEndpoints: endpoints(sender, leaderId).map((endpoint) => ({ ...endpoint, rack: null })),
  };
}

/** Null where the answer says nothing that we could use. */
export function readElectionResponse(
  kind: 'vote' | 'begin-quorum-epoch' | 'end-quorum-epoch',
  body: ResponseOf<VoteApi> | ResponseOf<BeginApi> | ResponseOf<EndApi>,
): RaftResponse | null {
  const partition = body.topics[0]?.partitions[0];
  if (body.errorCode !== errorCode.none || partition === undefined) return null;
  const { leaderId, leaderEpoch: epoch } = partition;
  const answer = { errorCode: partition.errorCode, epoch, leaderId };
  if (kind !== 'vote') return { kind, ...answer };
  return { kind, ...answer, granted: 'voteGranted' in partition && partition.voteGranted };
}

export function readFetchResponse(body: ResponseOf<FetchApi>): RaftResponse | null {
  const partition = body.responses[0]?.partitions[0];
  if (body.errorCode !== errorCode.none || partition === undefined) return null;
  const { currentLeader, divergingEpoch, highWatermark, logStartOffset, records } = partition;
  const isDiverging = divergingEpoch.epoch >= 0;
  return {
    kind: 'fetch',
    errorCode: partition.errorCode,
    epoch: currentLeader.leaderEpoch,
    leaderId: currentLeader.leaderId,
    highWatermark,
    logStartOffset,
    diverging: isDiverging
      ? { leaderEpoch: divergingEpoch.epoch, endOffset: divergingEpoch.endOffset }
      : null,
    records: records ?? noRecords,
  };
}

interface TopicsOf<P> {
  readonly clusterId: string | null;
  readonly topics: readonly { readonly topicName: string; readonly partitions: readonly P[] }[];
}

function onlyPartition<P extends { readonly partitionIndex: number }>(
  clusterId: Uuid,
  body: TopicsOf<P>,
): P | number {
  if (body.clusterId !== null && body.clusterId !== clusterId)
    return errorCode.inconsistentClusterId;
  const topic = body.topics[0];
  const partition = topic?.partitions[0];
  const isOurs =
    body.topics.length === 1 && topic?.topicName === metadataTopic && topic.partitions.length === 1;
  if (!isOurs || partition === undefined || partition.partitionIndex !== partitionIndex) {
    return errorCode.invalidRequest;
  }
  return partition;
}

function endpoints(
  sender: Sender,
  nodeId: number,
): { nodeId: number; host: string; port: number }[] {
  const voter = sender.voters.find((each) => each.nodeId === nodeId);
  return voter === undefined ? [] : [{ nodeId, host: voter.host, port: voter.port }];
}

function listeners(sender: Sender, nodeId: number): { name: string; host: string; port: number }[] {
  return endpoints(sender, nodeId).map(({ host, port }) => ({ name: 'CONTROLLER', host, port }));
}
