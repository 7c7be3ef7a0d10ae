/**
 * Produce, versions 3–13 (advertised from 0, or librdkafka refuses to compress; KAFKA-18659).
 * - Hands each partition's batch to its replica and answers when the replica does, in the order of
 *   the request.
 * - acks other than −1, 0, 1 are INVALID_REQUIRED_ACKS.
 * - A partition without exactly one batch of magic 2 is INVALID_RECORD, so is a control batch: only
 *   coordinators write those. A transactional batch is INVALID_TXN_STATE: with no transaction
 *   coordinator in this cluster no transaction is ever open. zstd below version 7 is
 *   UNSUPPORTED_COMPRESSION_TYPE.
 * - acks=0 has no answer; where something failed the connection is closed, so that the client
 *   learns of it.
 * 5: log start offset; 7: zstd; 8: error messages; 10: where the leader is now (KIP-951); 13: topic
 * ids.
 */
import type { NodeId, Uuid } from '../../../base/ids.ts';
import { isReservedTopic } from '../../metadata/internal-topics.ts';
import { produceApi } from '../../protocol/apis/00-produce.ts';
import { errorCode, errorName } from '../../protocol/errors.ts';
import type { RequestOf, ResponseInput } from '../../protocol/schema.ts';
import type { ProducePartition, ProduceResult } from '../../replication/contract.ts';
import type { Request } from '../../rpc/contract.ts';
import { type BrokerContext, type Handler, serve } from '../context.ts';
import { batchProblem, type Problem } from '../produced-batch.ts';
import { endpointsOf } from '../topic-view.ts';

type Body = RequestOf<typeof produceApi>;
type Answer = ResponseInput<typeof produceApi>;
type PartitionAnswer = Answer['responses'][number]['partitionResponses'][number];

const handleProduce: Handler<typeof produceApi> = (context, request) => {
  const { body, version } = request;
  const ackProblem = body.acks < -1 || body.acks > 1 ? invalidAcks : null;
  const work: ProducePartition[] = [];
  const problems: (Problem | null)[] = [];
  for (const { name, topicId, partitionData } of body.topicData) {
    for (const { index, records } of partitionData) {
      const problem =
        ackProblem ?? internalProblem(context, name, topicId) ?? batchProblem(records, version);
      problems.push(problem);
      if (problem === null && records !== null) work.push({ topicId, topic: name, index, records });
    }
  }
  if (work.length === 0) {
    answer(context, request, problems, []);
    return;
  }
  const { acks, timeoutMs } = body;
  const done = request.guard((results: readonly ProduceResult[]) => {
    answer(context, request, problems, results);
  });
  context.replicas.produce({ acks, timeoutMs, partitions: work }, done);
};

/** Only the cluster writes to its own topics. */
function internalProblem({ image }: BrokerContext, name: string, topicId: Uuid): Problem | null {
  const topic = name === '' ? (image.topicsById.get(topicId)?.name ?? '') : name;
  if (!isReservedTopic(topic)) return null;
  const message = `Cannot append to internal topic ${topic}`;
  return { code: errorCode.invalidTopicException, message };
}

const invalidAcks: Problem = {
  code: errorCode.invalidRequiredAcks,
  message: 'acks must be -1, 0 or 1',
};

function answer(
  context: BrokerContext,
  request: Request<typeof produceApi>,
  problems: readonly (Problem | null)[],
  results: readonly ProduceResult[],
): void {
  if (request.body.acks !== 0) {
    request.respond(fullAnswer(context, request.body, problems, results));
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
  body: Body,
  problems: readonly (Problem | null)[],
  results: readonly ProduceResult[],
): Answer {
  const leaders: NodeId[] = [];
  let at = 0;
  let resultAt = 0;
  const responses = body.topicData.map(({ name, topicId, partitionData }) => ({
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
  const { errorMessage } = result;
  const currentLeader =
    code === errorCode.notLeaderOrFollower ? (result.currentLeader ?? undefined) : undefined;
  if (currentLeader !== undefined && currentLeader.leaderId >= 0) {
    leaders.push(currentLeader.leaderId);
  }
  return { index, errorCode: code, baseOffset, logStartOffset, errorMessage, currentLeader };
}

export const servedProduce = serve(produceApi, [3, 13], handleProduce);
