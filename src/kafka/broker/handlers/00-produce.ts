/**
 * Produce, versions 3–13 (advertised from 0, or librdkafka refuses to compress; KAFKA-18659).
 * - Hands each partition's batch to its replica and answers when the replica does, in the order of
 *   the request.
 * - An unknown topic or partition comes before all else; then what is wrong with the bytes; then
 *   acks other than −1, 0, 1, which are INVALID_REQUIRED_ACKS.
 * - A partition without exactly one batch of magic 2 is INVALID_RECORD, bytes that are no batch
 *   are CORRUPT_MESSAGE, less than a batch behind the first is ignored. zstd below version 7 is
 *   UNSUPPORTED_COMPRESSION_TYPE. What is wrong inside the batch is the log's to say; from version
 *   8 on the answer names the records.
 * - Of a partition named twice the last counts, and has the one answer. A topic of which no
 *   partition is named has none.
 * - Transactional batches in a request without transactional id have all of it refused with
 *   TRANSACTIONAL_ID_AUTHORIZATION_FAILED, as Kafka does; with one they are NOT_ENOUGH_REPLICAS:
 *   there is no transaction coordinator that could be asked about them.
 * - acks=0 has no answer; where something failed the connection is closed, so that the client
 *   learns of it.
 * 5: log start offset; 7: zstd; 8: error messages; 10: where the leader is now (KIP-951); 13: topic
 * ids.
 */
import { type NodeId, type Uuid, zeroUuid } from '../../../base/ids.ts';
import { produceApi } from '../../protocol/apis/00-produce.ts';
import { errorCode, errorName } from '../../protocol/errors.ts';
import type { RequestOf, ResponseInput } from '../../protocol/schema.ts';
import type { ProducePartition, ProduceResult } from '../../replication/contract.ts';
import type { Request } from '../../rpc/contract.ts';
import { serve } from '../../rpc/served-api.ts';
import type { BrokerContext, BrokerHandler } from '../context.ts';
import { isProblem, type Problem, producedBatch, unverifiable } from '../produced-batch.ts';
import { endpointsOf } from '../topic-view.ts';

type TopicData = RequestOf<typeof produceApi>['topicData'];
type Answer = ResponseInput<typeof produceApi>;
type PartitionAnswer = Answer['responses'][number]['partitionResponses'][number];

const handleProduce: BrokerHandler<typeof produceApi> = (context, request) => {
  const { body, version } = request;
  const topicData = namedOnce(body.topicData);
  const ackProblem = body.acks < -1 || body.acks > 1 ? invalidAcks : null;
  const work: ProducePartition[] = [];
  let problems: (Problem | null)[] = [];
  for (const { name, topicId, partitionData } of topicData) {
    for (const { index, records } of partitionData) {
      const found = producedBatch(records, version);
      const problem = isProblem(found) ? found : ackProblem;
      if (problem === null && !isProblem(found) && !(version >= 13 && topicId === zeroUuid)) {
        problems.push(null);
        work.push({ topicId, topic: name, index, records: found });
      } else {
        problems.push(absence(context, version, name, topicId, index) ?? problem);
      }
    }
  }
  if (body.transactionalId === null && problems.includes(unverifiable)) {
    problems = problems.map(() => unauthorized);
    work.length = 0;
  }
  if (work.length === 0) {
    answer(context, request, topicData, problems, []);
    return;
  }
  const { acks, timeoutMs } = body;
  const done = request.guard((results: readonly ProduceResult[]) => {
    answer(context, request, topicData, problems, results);
  });
  context.replicas.produce({ acks, timeoutMs, partitions: work }, done);
};

const invalidAcks: Problem = {
  code: errorCode.invalidRequiredAcks,
  message: 'acks must be -1, 0 or 1',
};

const unauthorized: Problem = {
  code: errorCode.transactionalIdAuthorizationFailed,
  message: 'Transactional batches need a transactional id.',
};

/** Why there is no such partition; null where there is one. */
function absence(
  { image }: BrokerContext,
  version: number,
  name: string,
  topicId: Uuid,
  index: number,
): Problem | null {
  const byId = version >= 13;
  const topic = byId ? image.topicsById.get(topicId) : image.topicsByName.get(name);
  if (topic?.partitions[index] !== undefined) return null;
  const isUnknownId = byId && topic === undefined;
  const code = isUnknownId ? errorCode.unknownTopicId : errorCode.unknownTopicOrPartition;
  return { code, message: null };
}

/** The last of each partition, without topics that name none; the same array where nothing goes. */
function namedOnce(topicData: TopicData): TopicData {
  if (topicData.length === 1 && topicData[0]?.partitionData.length === 1) return topicData;
  const seen = new Set<string>();
  let isLess = false;
  const topics: TopicData[number][] = [];
  for (const topic of topicData.toReversed()) {
    const partitionData = topic.partitionData.toReversed().filter(({ index }) => {
      const key = `${topic.topicId} ${topic.name} ${index}`;
      if (!seen.has(key)) return seen.add(key);
      isLess = true;
      return false;
    });
    if (partitionData.length === 0) isLess = true;
    else topics.push({ ...topic, partitionData: partitionData.toReversed() });
  }
  return isLess ? topics.toReversed() : topicData;
}

function answer(
  context: BrokerContext,
  request: Request<typeof produceApi>,
  topicData: TopicData,
  problems: readonly (Problem | null)[],
  results: readonly ProduceResult[],
): void {
  if (request.body.acks !== 0) {
    request.respond(fullAnswer(context, topicData, problems, results));
    return;
  }
  const failed =
    problems.some((problem) => problem !== null) ||
    results.some((result) => result.errorCode !== errorCode.none);
  if (failed) request.disconnect();
  else request.respondNothing();
}

/** Results stand for the partitions without a problem, in their order. */
function fullAnswer(
  context: BrokerContext,
  topicData: TopicData,
  problems: readonly (Problem | null)[],
  results: readonly ProduceResult[],
): Answer {
  const leaders: NodeId[] = [];
  let at = 0;
  let resultAt = 0;
  const responses = topicData.map(({ name, topicId, partitionData }) => ({
    name,
    topicId,
    partitionResponses: partitionData.map(({ index }): PartitionAnswer => {
      const problem = problems[at++];
      const result = problem ? undefined : results[resultAt++];
      if (result === undefined) return refused(index, problem ?? unanswered);
      return partitionAnswer(result, leaders);
    }),
  }));
  if (leaders.length === 0) return { responses };
  return { responses, nodeEndpoints: endpointsOf(context.image, leaders) };
}

const unanswered: Problem = { code: errorCode.unknownServerError, message: null };

const refused = (index: number, { code, message }: Problem): PartitionAnswer => ({
  index,
  errorCode: code,
  errorMessage: message ?? errorName(code),
  baseOffset: -1,
});

function partitionAnswer(result: ProduceResult, leaders: NodeId[]): PartitionAnswer {
  const { index, errorCode: code, baseOffset, logAppendTimeMs, logStartOffset } = result;
  if (code === errorCode.none) {
    return { index, errorCode: code, baseOffset, logAppendTimeMs, logStartOffset };
  }
  const { errorMessage, recordErrors } = result;
  const currentLeader =
    code === errorCode.notLeaderOrFollower ? (result.currentLeader ?? undefined) : undefined;
  if (currentLeader !== undefined && currentLeader.leaderId >= 0) {
    leaders.push(currentLeader.leaderId);
  }
  return {
    index,
    errorCode: code,
    baseOffset,
    logStartOffset,
    recordErrors: recordErrors.map(({ batchIndex, message }) => ({
      batchIndex,
      batchIndexErrorMessage: message,
    })),
    errorMessage,
    currentLeader,
  };
}

export const servedProduce = serve(produceApi, [3, 13], handleProduce);
