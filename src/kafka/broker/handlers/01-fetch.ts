/**
 * Fetch, versions 4–18, for consumers and followers alike (followers name themselves by replica
 * id).
 * - Hands the partitions to their replicas, which answer at once or when enough bytes have come,
 *   and answers in the order of the request. Never more than fetch.max.bytes, save for a first
 *   batch that is larger.
 * - No fetch sessions are kept: session id 0 is answered to those who ask for one, as Kafka does
 *   when its cache is full; a request within a session is FETCH_SESSION_ID_NOT_FOUND.
 * - Records are never null (KAFKA-18646). The list of aborted transactions is empty for
 *   read_committed readers and null for others. Preferred replicas are never named: consumers read
 *   from leaders.
 * 5: log start offset; 9: leader epoch for fencing; 12: divergence and the leader of now; 13: topic
 * ids, with UNKNOWN_TOPIC_ID; 15: the follower's broker epoch (KIP-903); 16: endpoints of leaders
 * (KIP-951).
 */
import type { NodeId } from '../../../base/ids.ts';
import { fetchApi } from '../../protocol/apis/01-fetch.ts';
import { errorCode } from '../../protocol/errors.ts';
import type { RequestOf, ResponseInput } from '../../protocol/schema.ts';
import type { FetchPartition, FetchResult, FetchWork } from '../../replication/contract.ts';
import { type BrokerContext, type Handler, serve } from '../context.ts';
import { endpointsOf } from '../topic-view.ts';

type Body = RequestOf<typeof fetchApi>;
type Answer = ResponseInput<typeof fetchApi>;
type TopicAnswer = Answer['responses'][number];
type PartitionAnswer = TopicAnswer['partitions'][number];

const sessionless = -1;
const newSession = 0;
const readCommittedLevel = 1;

const handleFetch: Handler<typeof fetchApi> = (context, request) => {
  const { body } = request;
  if (body.sessionEpoch !== sessionless && body.sessionEpoch !== newSession) {
    request.respond({ errorCode: errorCode.fetchSessionIdNotFound, responses: [] });
    return;
  }
  const work = workOf(body, request.version, context.config.settings.fetchMaxBytes);
  if (work.partitions.length === 0) {
    request.respond({ responses: [] });
    return;
  }
  context.replicas.fetch(work, (results) => {
    request.respond(answerOf(context, body, request.version, results));
  });
};

function workOf(body: Body, version: number, fetchMaxBytes: number): FetchWork {
  let count = 0;
  for (const { partitions: asked } of body.topics) count += asked.length;
  const partitions: FetchPartition[] = new Array(count);
  let at = 0;
  for (const { topic, topicId, partitions: asked } of body.topics) {
    for (const one of asked) {
      partitions[at++] = {
        topicId,
        topic,
        index: one.partition,
        currentLeaderEpoch: one.currentLeaderEpoch,
        fetchOffset: one.fetchOffset,
        lastFetchedEpoch: one.lastFetchedEpoch,
        logStartOffset: one.logStartOffset,
        maxBytes: one.partitionMaxBytes,
      };
    }
  }
  const maxBytes = Math.min(body.maxBytes, fetchMaxBytes);
  return {
    replicaId: version >= 15 ? body.replicaState.replicaId : body.replicaId,
    replicaEpoch: body.replicaState.replicaEpoch,
    maxWaitMs: body.maxWaitMs,
    minBytes: Math.min(body.minBytes, maxBytes),
    maxBytes,
    readCommitted: body.isolationLevel === readCommittedLevel,
    partitions,
  };
}

function answerOf(
  context: BrokerContext,
  body: Body,
  version: number,
  results: readonly FetchResult[],
): Answer {
  const leaders: NodeId[] = [];
  const aborted = body.isolationLevel === readCommittedLevel ? [] : null;
  let at = 0;
  const responses: TopicAnswer[] = [];
  for (const { topic, topicId, partitions } of body.topics) {
    const answers: PartitionAnswer[] = new Array(partitions.length);
    for (let i = 0; i < partitions.length; i++) {
      const result = results[at++];
      if (result === undefined) {
        answers[i] = failed(partitions[i]!.partition, errorCode.unknownServerError, null);
      } else if (result.errorCode !== errorCode.none) {
        answers[i] = refused(result, version, leaders);
      } else {
        answers[i] = answered(result, aborted);
      }
    }
    responses.push({ topic, topicId, partitions: answers });
  }
  if (leaders.length === 0) return { responses };
  return { responses, nodeEndpoints: endpointsOf(context.image, leaders) };
}

const answered = (result: FetchResult, aborted: never[] | null): PartitionAnswer => ({
  partitionIndex: result.index,
  errorCode: errorCode.none,
  highWatermark: result.highWatermark,
  lastStableOffset: result.lastStableOffset,
  logStartOffset: result.logStartOffset,
  divergingEpoch: result.divergingEpoch ?? undefined,
  abortedTransactions: aborted,
  records: result.records,
});

function refused(result: FetchResult, version: number, leaders: NodeId[]): PartitionAnswer {
  const { index, errorCode: code, currentLeader } = result;
  if (currentLeader !== null && currentLeader.leaderId >= 0) leaders.push(currentLeader.leaderId);
  return failed(index, codeFor(code, version), currentLeader);
}

/** Old clients do not know KAFKA_STORAGE_ERROR. */
const codeFor = (code: number, version: number): number =>
  code === errorCode.kafkaStorageError && version <= 5 ? errorCode.notLeaderOrFollower : code;

const noRecords = new Uint8Array(0);

const failed = (
  index: number,
  code: number,
  leader: FetchResult['currentLeader'],
): PartitionAnswer => ({
  partitionIndex: index,
  errorCode: code,
  highWatermark: -1,
  currentLeader: leader ?? undefined,
  abortedTransactions: null,
  records: noRecords,
});

export const servedFetch = serve(fetchApi, [4, 18], handleFetch);
