/**
 * ListOffsets, versions 1–11.
 * - The offset of the first record at or after a timestamp, or for a special one: −1 the end that a
 *   reader may see, −2 the log's start, −3 the record with the largest timestamp (7), −4 the
 *   earliest local one, which is the log's start here (8). −5 (9) and −6 (11) ask for tiered
 *   storage, of which there is none.
 * - A special timestamp below its version, and any other negative one, is UNSUPPORTED_VERSION; a
 *   partition named twice INVALID_REQUEST, once; a topic without partitions has no answer. An
 *   isolation level that does not exist is UNKNOWN_SERVER_ERROR, as in Kafka.
 * - A new leader whose high watermark is still behind is OFFSET_NOT_AVAILABLE, below version 5
 *   LEADER_NOT_AVAILABLE.
 * 2: isolation level; 4: leader epochs, for fencing and in the answer.
 */
import { zeroUuid } from '../../../base/ids.ts';
import { listOffsetsApi } from '../../protocol/apis/02-list-offsets.ts';
import { errorCode } from '../../protocol/errors.ts';
import type { RequestOf, ResponseInput } from '../../protocol/schema.ts';
import { serve } from '../../rpc/served-api.ts';
import type { BrokerContext, BrokerHandler } from '../context.ts';

type Body = RequestOf<typeof listOffsetsApi>;
type PartitionQuestion = Body['topics'][number]['partitions'][number];
type TopicAnswer = ResponseInput<typeof listOffsetsApi>['topics'][number];
type PartitionAnswer = TopicAnswer['partitions'][number];

/** From which version on a special timestamp is understood. */
const specialSince: ReadonlyMap<number, number> = new Map([
  [-1, 1],
  [-2, 1],
  [-3, 7],
  [-4, 8],
  [-5, 9],
  [-6, 11],
]);
const firstWithOffsetNotAvailable = 5;

const handleListOffsets: BrokerHandler<typeof listOffsetsApi> = (context, request) => {
  const { body, version } = request;
  const byTopic = new Map<string, Map<number, PartitionAnswer>>();
  for (const { name, partitions } of body.topics) {
    let answers = byTopic.get(name);
    if (answers === undefined) {
      answers = new Map();
      byTopic.set(name, answers);
    }
    for (const partition of partitions) {
      const { partitionIndex } = partition;
      const answer = answers.has(partitionIndex)
        ? { partitionIndex, errorCode: errorCode.invalidRequest }
        : answerFor(context, body, version, name, partition);
      answers.set(partitionIndex, answer);
    }
  }
  const topics: TopicAnswer[] = [];
  for (const [name, answers] of byTopic) {
    if (answers.size > 0) topics.push({ name, partitions: [...answers.values()] });
  }
  request.respond({ topics });
};

function answerFor(
  context: BrokerContext,
  body: Body,
  version: number,
  topic: string,
  { partitionIndex, currentLeaderEpoch, timestamp }: PartitionQuestion,
): PartitionAnswer {
  if (body.isolationLevel !== 0 && body.isolationLevel !== 1) {
    return { partitionIndex, errorCode: errorCode.unknownServerError };
  }
  if (timestamp < 0 && version < (specialSince.get(timestamp) ?? Number.POSITIVE_INFINITY)) {
    return { partitionIndex, errorCode: errorCode.unsupportedVersion };
  }
  const found = context.replicas.listOffset({
    topicId: zeroUuid,
    topic,
    index: partitionIndex,
    replicaId: body.replicaId,
    readCommitted: body.isolationLevel === 1,
    currentLeaderEpoch,
    timestamp,
  });
  const { errorCode: code, offset, timestamp: foundTimestamp, leaderEpoch } = found;
  if (code !== errorCode.none) return { partitionIndex, errorCode: codeFor(code, version) };
  return { partitionIndex, errorCode: code, offset, timestamp: foundTimestamp, leaderEpoch };
}

const codeFor = (code: number, version: number): number =>
  code === errorCode.offsetNotAvailable && version < firstWithOffsetNotAvailable
    ? errorCode.leaderNotAvailable
    : code;

export const servedListOffsets = serve(listOffsetsApi, [1, 11], handleListOffsets);
