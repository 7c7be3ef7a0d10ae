/** OffsetCommit and OffsetFetch as one group's member or an admin sends them, by topic names. */
import type { LeaderEpoch, Offset } from '../../../base/ids.ts';
import type { OffsetCommitResponse } from '../../protocol/apis/08-offset-commit.ts';
import type { OffsetFetchResponse } from '../../protocol/apis/09-offset-fetch.ts';
import { errorCode } from '../../protocol/errors.ts';
import type { MemberIdentity } from './member/membership.ts';
import { groupedByTopic, keyOf, type TopicPartition } from './topic-partition.ts';

/** Newer versions name topics by id. */
export const newestByName = 9;

export interface OffsetToCommit extends TopicPartition {
  /** The next offset to read. */
  readonly offset: Offset;
  /** Of the last record before it; −1 unknown. */
  readonly leaderEpoch?: LeaderEpoch;
  readonly metadata?: string;
}

export interface CommittedOffset extends TopicPartition {
  /** −1: nothing is committed. */
  readonly offset: Offset;
  readonly leaderEpoch: LeaderEpoch;
  readonly metadata: string;
}

export function commitRequest(
  groupId: string,
  { memberId, epoch, instanceId }: MemberIdentity,
  offsets: readonly OffsetToCommit[],
) {
  const byKey = new Map(offsets.map((each) => [keyOf(each), each]));
  return {
    groupId,
    generationIdOrMemberEpoch: epoch,
    memberId,
    groupInstanceId: instanceId,
    topics: groupedByTopic([...byKey.values()]).map(({ topic, partitions }) => ({
      name: topic,
      partitions: partitions.map((partition) => {
        const { offset, leaderEpoch, metadata } = byKey.get(
          keyOf({ topic, partition }),
        ) as OffsetToCommit;
        return {
          partitionIndex: partition,
          committedOffset: offset,
          committedLeaderEpoch: leaderEpoch ?? -1,
          committedMetadata: metadata ?? '',
        };
      }),
    })),
  };
}

/** The first error, 0 if there is none. */
export function commitError(response: OffsetCommitResponse): number {
  for (const { partitions } of response.topics) {
    for (const partition of partitions) {
      if (partition.errorCode !== errorCode.none) return partition.errorCode;
    }
  }
  return errorCode.none;
}

/** Whether some partition was taken, whatever became of the others. */
export const takesSome = ({ topics }: OffsetCommitResponse): boolean =>
  topics.some(({ partitions }) => partitions.some((each) => each.errorCode === errorCode.none));

/** Null asks for all that is committed. */
export function fetchRequest(
  groupId: string,
  identity: MemberIdentity | null,
  partitions: readonly TopicPartition[] | null,
) {
  const topics =
    partitions === null
      ? null
      : groupedByTopic(partitions).map(({ topic, partitions: ofTopic }) => ({
          name: topic,
          partitionIndexes: ofTopic,
        }));
  const isMember = identity !== null && identity.epoch >= 0;
  const memberId = isMember ? identity.memberId : null;
  const memberEpoch = isMember ? identity.epoch : -1;
  const groups = [{ groupId, memberId, memberEpoch, topics }];
  return { groupId, topics, groups, requireStable: true };
}

export interface FetchedOffsets {
  /** Of the group, or the first of a partition. */
  readonly errorCode: number;
  readonly offsets: readonly CommittedOffset[];
}

export function fetchedOffsets(response: OffsetFetchResponse): FetchedOffsets {
  const { errorCode: ofGroup, topics } = response.groups[0] ?? response;
  let code = ofGroup;
  const offsets = topics.flatMap(({ name, partitions }) =>
    partitions.map((each) => {
      if (code === errorCode.none) code = each.errorCode;
      return {
        topic: name,
        partition: each.partitionIndex,
        offset: each.committedOffset,
        leaderEpoch: each.committedLeaderEpoch,
        metadata: each.metadata ?? '',
      };
    }),
  );
  return { errorCode: code, offsets };
}
