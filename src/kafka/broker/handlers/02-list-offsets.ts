/**
 * ListOffsets, versions 1–11.
 * - The offset of the first record at or after a timestamp, or for a special one: −1 the end that a
 *   reader may see, −2 the log's start, −3 the record with the largest timestamp (7), −4 the
 *   earliest local one, which is the log's start here (8). −5 (9) and −6 (11) ask for tiered
 *   storage, of which there is none.
 * - A special timestamp below its version, or one that nobody knows, is UNSUPPORTED_VERSION; a
 *   partition named twice INVALID_REQUEST, once.
 * 2: isolation level; 4: leader epochs, for fencing and in the answer.
 */
import { zeroUuid } from '../../../base/ids.ts';
import { listOffsetsApi } from '../../protocol/apis/02-list-offsets.ts';
import { errorCode } from '../../protocol/errors.ts';
import type { RequestOf, ResponseInput } from '../../protocol/schema.ts';
import { type Handler, serve } from '../context.ts';

type Body = RequestOf<typeof listOffsetsApi>;
type PartitionAnswer = ResponseInput<typeof listOffsetsApi>['topics'][number]['partitions'][number];

/** From which version on a special timestamp is understood. */
const specialSince: ReadonlyMap<number, number> = new Map([
  [-1, 1],
  [-2, 1],
  [-3, 7],
  [-4, 8],
  [-5, 9],
  [-6, 11],
]);

const handleListOffsets: Handler<typeof listOffsetsApi> = (context, request) => {
  const { body, version } = request;
  const duplicates = duplicatesIn(body);
  const answered = new Set<string>();
  const topics = body.topics.map(({ name, partitions }) => {
    const answers: PartitionAnswer[] = [];
    for (const { partitionIndex, currentLeaderEpoch, timestamp } of partitions) {
      const partition = `${name}-${partitionIndex}`;
      if (duplicates.has(partition)) {
        if (answered.has(partition)) continue;
        answered.add(partition);
        answers.push({ partitionIndex, errorCode: errorCode.invalidRequest });
        continue;
      }
      if (timestamp < 0 && version < (specialSince.get(timestamp) ?? Number.POSITIVE_INFINITY)) {
        answers.push({ partitionIndex, errorCode: errorCode.unsupportedVersion });
        continue;
      }
      const found = context.replicas.listOffset({
        topicId: zeroUuid,
        topic: name,
        index: partitionIndex,
        replicaId: body.replicaId,
        readCommitted: body.isolationLevel === 1,
        currentLeaderEpoch,
        timestamp,
      });
      answers.push(
        found.errorCode === errorCode.none
          ? { ...found, partitionIndex }
          : { partitionIndex, errorCode: found.errorCode },
      );
    }
    return { name, partitions: answers };
  });
  request.respond({ topics: topics.filter(({ partitions }) => partitions.length > 0) });
};

function duplicatesIn(body: Body): ReadonlySet<string> {
  const seen = new Set<string>();
  const duplicates = new Set<string>();
  for (const { name, partitions } of body.topics) {
    for (const { partitionIndex } of partitions) {
      const partition = `${name}-${partitionIndex}`;
      if (seen.has(partition)) duplicates.add(partition);
      seen.add(partition);
    }
  }
  return duplicates;
}

export const servedListOffsets = serve(listOffsetsApi, [1, 11], handleListOffsets);
