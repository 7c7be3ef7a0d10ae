/**
 * OffsetCommit, versions 2–10.
 * - Who commits must be the group's: a member of its generation, or nobody's member where the group
 *   has no members. Else one code for all partitions.
 * - Of a group that nobody knows, who claims a generation is told GROUP_ID_NOT_FOUND, before
 *   version 9 ILLEGAL_GENERATION.
 * - A topic without partitions is left out of the answer.
 * - A partition that nobody knows is UNKNOWN_TOPIC_OR_PARTITION (by id UNKNOWN_TOPIC_ID), a note
 *   beyond offset.metadata.max.bytes OFFSET_METADATA_TOO_LARGE; the others are committed all the
 *   same.
 * - Answered when the commit is replicated; what may not be so in time is
 *   COORDINATOR_NOT_AVAILABLE.
 * 2–4: the client says how long offsets are kept; 6: leader epochs (KIP-320); 7: static members; 9:
 * members of the consumer protocol (KIP-848); 10: topic ids.
 */
import type { Uuid } from '../../../base/ids.ts';
import { commitOffsets, type PartitionCommit } from '../../group/offset-commit.ts';
import { offsetCommitApi } from '../../protocol/apis/08-offset-commit.ts';
import { errorCode } from '../../protocol/errors.ts';
import type { RequestOf } from '../../protocol/schema.ts';
import type { Request } from '../../rpc/contract.ts';
import { serve } from '../../rpc/served-api.ts';
import type { BrokerContext, BrokerHandler } from '../context.ts';

type Topic = RequestOf<typeof offsetCommitApi>['topics'][number];
type Partition = Topic['partitions'][number];

const handleOffsetCommit: BrokerHandler<typeof offsetCommitApi> = (context, request) => {
  const { body, version } = request;
  const partitions: PartitionCommit[] = [];
  const problems = body.topics.map((topic) => {
    const known = knownTopic(context, version, topic);
    return topic.partitions.map((part) => {
      const problem =
        typeof known === 'number' ? known : partitionProblem(context, known.partitions, part);
      if (problem === errorCode.none && typeof known !== 'number') {
        partitions.push(commitOf(known, part));
      }
      return problem;
    });
  });
  const shard = context.groups.shardOf(body.groupId);
  if (typeof shard === 'number') {
    answer(request, problems, shard);
    return;
  }
  const { memberId, groupInstanceId, generationIdOrMemberEpoch: generation } = body;
  const by = { memberId, groupInstanceId, generation };
  const work = { group: body.groupId, by, retentionMs: body.retentionTimeMs, partitions };
  const done = request.guard((code: number) => answer(request, problems, code));
  commitOffsets(context.host, shard, work, done);
};

/** `problems` of single partitions; `refusal` of the commit as a whole. */
function answer(
  request: Request<typeof offsetCommitApi>,
  problems: readonly (readonly number[])[],
  refusal: number,
): void {
  const { body, version } = request;
  const code = version < 9 ? (beforeVersion9.get(refusal) ?? refusal) : refusal;
  const topics = body.topics.map(({ name, topicId, partitions }, at) => ({
    name,
    topicId,
    partitions: partitions.map(({ partitionIndex }, index) => ({
      partitionIndex,
      errorCode: problems[at]?.[index] || code,
    })),
  }));
  request.respond({ topics: topics.filter(hasPartitions) });
}

/** What a member of the consumer protocol is told, which others would not understand. */
const beforeVersion9: ReadonlyMap<number, number> = new Map([
  [errorCode.staleMemberEpoch, errorCode.unsupportedVersion],
  [errorCode.groupIdNotFound, errorCode.illegalGeneration],
]);

const hasPartitions = ({ partitions }: { readonly partitions: readonly unknown[] }): boolean =>
  partitions.length > 0;

interface KnownTopic {
  readonly name: string;
  readonly id: Uuid;
  readonly partitions: { readonly length: number };
}

/** The topic by name or by id, or the code that says there is none. */
function knownTopic({ image }: BrokerContext, version: number, topic: Topic): KnownTopic | number {
  const byId = version >= 10;
  const found = byId ? image.topicsById.get(topic.topicId) : image.topicsByName.get(topic.name);
  if (found !== undefined) return found;
  return byId ? errorCode.unknownTopicId : errorCode.unknownTopicOrPartition;
}

function partitionProblem(
  { config }: BrokerContext,
  { length }: { readonly length: number },
  { partitionIndex, committedMetadata }: Partition,
): number {
  if (partitionIndex < 0 || partitionIndex >= length) return errorCode.unknownTopicOrPartition;
  // A UTF-16 unit is one byte at least; Kafka counts units too.
  const isLong = (committedMetadata ?? '').length > config.settings.offsetMetadataMaxBytes;
  return isLong ? errorCode.offsetMetadataTooLarge : errorCode.none;
}

const commitOf = ({ id, name }: KnownTopic, part: Partition): PartitionCommit => ({
  topic: name,
  topicId: id,
  partition: part.partitionIndex,
  offset: part.committedOffset,
  leaderEpoch: part.committedLeaderEpoch,
  metadata: part.committedMetadata ?? '',
});

export const servedOffsetCommit = serve(offsetCommitApi, [2, 10], handleOffsetCommit);
