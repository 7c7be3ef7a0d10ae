/**
 * OffsetFetch, versions 1–10.
 * - Tells what is committed and replicated; −1 where a group has committed nothing, also where
 *   there is no such group.
 * - What was committed of a topic that had the same name before counts as nothing.
 * - Topics of null mean all that the group has offsets of (from version 2 on).
 * - A group that this broker does not coordinate is NOT_COORDINATOR, one that is being loaded
 *   COORDINATOR_LOAD_IN_PROGRESS. Below version 2 each partition carries the code.
 * - There are no transactions, so no offset is ever unstable (KIP-447).
 * 2: one code for all; 5: leader epochs; 7: stable offsets only; 8: many groups (KIP-709); 9:
 * members of the consumer protocol; 10: topic ids.
 */
import { zeroUuid } from '../../../base/ids.ts';
import type { GroupOffsets } from '../../group/group-offsets.ts';
import type { CommittedOffset } from '../../group/records.ts';
import type { MetadataImage } from '../../metadata/image.ts';
import { offsetFetchApi } from '../../protocol/apis/09-offset-fetch.ts';
import { errorCode } from '../../protocol/errors.ts';
import type { RequestOf, ResponseInput } from '../../protocol/schema.ts';
import { serve } from '../../rpc/served-api.ts';
import type { BrokerContext, BrokerHandler } from '../context.ts';

type Asked = RequestOf<typeof offsetFetchApi>['groups'][number];
type GroupAnswer = NonNullable<ResponseInput<typeof offsetFetchApi>['groups']>[number];
type TopicAnswer = GroupAnswer['topics'][number];

const handleOffsetFetch: BrokerHandler<typeof offsetFetchApi> = (context, request) => {
  const { body, version } = request;
  if (version >= 8) {
    const byId = version >= 10;
    request.respond({ groups: body.groups.map((group) => answerOf(context, group, byId)) });
    return;
  }
  const topics = body.topics?.map((topic) => ({ ...topic, topicId: zeroUuid })) ?? null;
  const asked = { groupId: body.groupId, memberId: null, memberEpoch: -1, topics };
  const answer = answerOf(context, asked, false);
  const code = answer.errorCode ?? errorCode.none;
  const isFailed = code !== errorCode.none;
  const failed = (): TopicAnswer[] => refusedTopics(asked, version < 2 ? code : errorCode.none);
  request.respond({
    errorCode: code,
    topics: (isFailed ? failed() : answer.topics).map((topic) => ({
      name: topic.name ?? '',
      partitions: topic.partitions,
    })),
  });
};

function answerOf(context: BrokerContext, asked: Asked, byId: boolean): GroupAnswer {
  const { groupId } = asked;
  const shard = context.groups.shardOf(groupId);
  if (typeof shard === 'number') return { groupId, topics: [], errorCode: shard };
  const group = shard.groups.get(groupId);
  const problem = group?.members?.fetchProblem(asked.memberId, asked.memberEpoch);
  if (problem) return { groupId, topics: [], errorCode: problem };
  const offsets = group?.offsets ?? null;
  const topics =
    asked.topics === null
      ? allTopics(context, offsets, byId)
      : asked.topics.map((topic) => topicAnswer(context, offsets, topic, byId));
  return { groupId, topics, errorCode: errorCode.none };
}

function topicAnswer(
  { image }: BrokerContext,
  offsets: GroupOffsets | null,
  asked: NonNullable<Asked['topics']>[number],
  byId: boolean,
): TopicAnswer {
  const known = byId ? image.topicsById.get(asked.topicId) : undefined;
  const name = byId ? known?.name : asked.name;
  const code = name === undefined ? errorCode.unknownTopicId : errorCode.none;
  const partitions = asked.partitionIndexes.map((index) => {
    const found = name === undefined ? null : (offsets?.committed(name, index) ?? null);
    return partitionAnswer(index, ofThisTopic(image, name ?? '', found), code);
  });
  return { name: name ?? '', topicId: asked.topicId, partitions };
}

/** What a group has of topics that are gone cannot be named by id. */
function allTopics(
  { image }: BrokerContext,
  offsets: GroupOffsets | null,
  byId: boolean,
): TopicAnswer[] {
  const topics: TopicAnswer[] = [];
  for (const [name, entries] of offsets?.committedTopics() ?? []) {
    const topicId = image.topicsByName.get(name)?.id;
    if (byId && topicId === undefined) continue;
    const partitions = entries.map(({ partition, committed }) =>
      partitionAnswer(partition, ofThisTopic(image, name, committed), errorCode.none),
    );
    topics.push({ name, topicId: topicId ?? zeroUuid, partitions });
  }
  return topics;
}

/** Not what was committed of a topic that had this name before. */
function ofThisTopic(
  image: MetadataImage,
  name: string,
  found: CommittedOffset | null,
): CommittedOffset | null {
  const id = image.topicsByName.get(name)?.id;
  const isOther = id !== undefined && found !== null && found.topicId !== zeroUuid;
  return isOther && found.topicId !== id ? null : found;
}

const partitionAnswer = (partitionIndex: number, found: CommittedOffset | null, code: number) => ({
  partitionIndex,
  committedOffset: found?.offset ?? -1,
  committedLeaderEpoch: found?.leaderEpoch ?? -1,
  metadata: found?.metadata ?? '',
  errorCode: code,
});

const refusedTopics = ({ topics }: Asked, code: number): TopicAnswer[] =>
  code === errorCode.none
    ? []
    : (topics ?? []).map(({ name, partitionIndexes }) => ({
        name,
        partitions: partitionIndexes.map((index) => partitionAnswer(index, null, code)),
      }));

export const servedOffsetFetch = serve(offsetFetchApi, [1, 10], handleOffsetFetch);
