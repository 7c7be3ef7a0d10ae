/**
 * Fetch, versions 4–18, for consumers and followers alike (followers name themselves by replica
 * id).
 * - Hands the partitions to their replicas, which answer at once or when enough bytes have come,
 *   and answers in the order of the request. Never more than fetch.max.bytes, save for a first
 *   batch that is larger. A partition named twice is read once, as it was named last.
 * - Sessions (KIP-227): see `fetch-sessions.ts`.
 * - From version 11 on a consumer may read from a follower, up to its high watermark, and a leader
 *   may send it to one in its rack (KIP-392).
 * - An isolation level that does not exist is UNKNOWN_SERVER_ERROR, as in Kafka.
 * - Records are never null (KAFKA-18646). The list of aborted transactions is empty for
 *   read_committed readers and null for others.
 * 5: log start offset; 7: sessions; 9: leader epoch for fencing; 11: racks; 12: divergence and the
 * leader of now; 13: topic ids, with UNKNOWN_TOPIC_ID; 15: the follower's broker epoch (KIP-903);
 * 16: endpoints of leaders (KIP-951), for consumers; brokers know each other.
 */
import type { NodeId } from '../../../base/ids.ts';
import { zeroUuid } from '../../../base/ids.ts';
import { fetchApi } from '../../protocol/apis/01-fetch.ts';
import { errorCode } from '../../protocol/errors.ts';
import type { RequestOf, ResponseInput } from '../../protocol/schema.ts';
import type { FetchPartition, FetchResult, FetchWork } from '../../replication/contract.ts';
import type { Request } from '../../rpc/contract.ts';
import { errorAnswer } from '../../rpc/error-answers.ts';
import { serve } from '../../rpc/served-api.ts';
import type { BrokerContext, BrokerHandler } from '../context.ts';
import { askedPartitions, forgottenPartitions } from '../fetch-asked.ts';
import type { SessionTurn } from '../fetch-sessions.ts';
import { endpointsOf } from '../topic-view.ts';

type Body = RequestOf<typeof fetchApi>;
type Answer = ResponseInput<typeof fetchApi>;
type TopicAnswer = Answer['responses'][number];
type PartitionAnswer = TopicAnswer['partitions'][number];

const readCommittedLevel = 1;
const firstWithRacks = 11;
const firstWithTopicIds = 13;
const firstWithReplicaState = 15;
const firstWithEndpoints = 16;

const handleFetch: BrokerHandler<typeof fetchApi> = (context, request) => {
  const { body, version } = request;
  const { sessionId, sessionEpoch } = body;
  const replicaId = replicaIdOf(body, version);
  const turn = context.fetchSessions.begin({
    sessionId,
    sessionEpoch,
    isFollower: replicaId >= 0,
    usesTopicIds: version >= firstWithTopicIds,
    partitions: askedPartitions(body),
    forgotten: forgottenPartitions(body),
  });
  const { partitions } = turn;
  if (partitions.length === 0) {
    respond(context, request, turn, []);
    return;
  }
  const isLevel = body.isolationLevel === 0 || body.isolationLevel === readCommittedLevel;
  if (!isLevel && partitions.some((name) => isKnown(context, name))) {
    request.respond(errorAnswer(fetchApi, version, body, errorCode.unknownServerError) as Answer);
    return;
  }
  const maxBytes = Math.min(body.maxBytes, context.config.settings.fetchMaxBytes);
  const work: FetchWork = {
    replicaId,
    replicaEpoch: body.replicaState.replicaEpoch,
    maxWaitMs: body.maxWaitMs,
    minBytes: Math.min(body.minBytes, maxBytes),
    maxBytes,
    readCommitted: body.isolationLevel === readCommittedLevel,
    fromAnyReplica: version >= firstWithRacks && replicaId < 0,
    rack: body.rackId,
    partitions,
  };
  context.replicas.fetch(
    work,
    request.guard((results) => respond(context, request, turn, results)),
  );
};

function respond(
  context: BrokerContext,
  request: Request<typeof fetchApi>,
  turn: SessionTurn,
  results: readonly FetchResult[],
): void {
  const { errorCode: code, sessionId, results: told } = turn.conclude(results);
  request.respond(answerOf(context, request, code, sessionId, told));
}

const replicaIdOf = (body: Body, version: number): NodeId =>
  version >= firstWithReplicaState ? body.replicaState.replicaId : body.replicaId;

function isKnown({ image }: BrokerContext, { topicId, topic, index }: FetchPartition): boolean {
  const found =
    topicId === zeroUuid ? image.topicsByName.get(topic) : image.topicsById.get(topicId);
  return found?.partitions[index] !== undefined;
}

function answerOf(
  context: BrokerContext,
  { body, version }: Request<typeof fetchApi>,
  code: number,
  sessionId: number,
  results: readonly FetchResult[],
): Answer {
  const leaders: NodeId[] = [];
  const aborted = body.isolationLevel === readCommittedLevel ? [] : null;
  const responses: TopicAnswer[] = [];
  let first: FetchResult | null = null;
  let answers: PartitionAnswer[] = [];
  for (const result of results) {
    const answer =
      result.errorCode === errorCode.none
        ? answered(result, aborted)
        : refused(result, version, leaders);
    if (first === null || first.topicId !== result.topicId || first.topic !== result.topic) {
      first = result;
      // Most topics are answered one partition: an empty array would take room for 17 at the first.
      answers = [answer];
      responses.push({ topic: result.topic, topicId: result.topicId, partitions: answers });
    } else answers.push(answer);
  }
  const isFollower = replicaIdOf(body, version) >= 0;
  if (leaders.length === 0 || isFollower) return { errorCode: code, sessionId, responses };
  const nodeEndpoints = endpointsOf(context.image, leaders);
  return { errorCode: code, sessionId, responses, nodeEndpoints };
}

const answered = (result: FetchResult, aborted: never[] | null): PartitionAnswer => ({
  partitionIndex: result.index,
  errorCode: errorCode.none,
  highWatermark: result.highWatermark,
  lastStableOffset: result.lastStableOffset,
  logStartOffset: result.logStartOffset,
  divergingEpoch: result.divergingEpoch ?? undefined,
  abortedTransactions: aborted,
  preferredReadReplica: result.preferredReadReplica,
  records: result.records,
});

function refused(result: FetchResult, version: number, leaders: NodeId[]): PartitionAnswer {
  const code = codeFor(result, version);
  const currentLeader = version >= firstWithEndpoints ? result.currentLeader : null;
  if (currentLeader !== null && currentLeader.leaderId >= 0) leaders.push(currentLeader.leaderId);
  const isUnknown = code === errorCode.unknownTopicOrPartition || code === errorCode.unknownTopicId;
  return {
    partitionIndex: result.index,
    errorCode: code,
    highWatermark: -1,
    currentLeader: currentLeader ?? undefined,
    abortedTransactions: isUnknown ? [] : null,
    records: noRecords,
  };
}

/** Old clients do not know KAFKA_STORAGE_ERROR; the zero id is a topic that nobody has. */
function codeFor({ errorCode: code, topicId, topic }: FetchResult, version: number): number {
  if (code === errorCode.kafkaStorageError && version <= 5) return errorCode.notLeaderOrFollower;
  const isById = version >= firstWithTopicIds && topic === '' && topicId === zeroUuid;
  return isById && code === errorCode.unknownTopicOrPartition ? errorCode.unknownTopicId : code;
}

const noRecords = new Uint8Array(0);

export const servedFetch = serve(fetchApi, [4, 18], handleFetch);
