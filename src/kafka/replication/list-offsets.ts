/**
 * ListOffsets and OffsetForLeaderEpoch on one leader. A new leader whose high watermark still lies
 * below its epoch's start cannot say yet what "latest" is: consumers are told OFFSET_NOT_AVAILABLE
 * (KIP-207) rather than an offset that would seem to have gone back.
 */
import type { LeaderEpoch, Offset } from '../../base/ids.ts';
import { errorCode } from '../protocol/errors.ts';
import type { EpochEndOffset, ListOffsetQuery, ListOffsetResult } from './contract.ts';
import {
  debuggingReplicaId,
  earliestLocalTimestamp,
  earliestPendingUploadTimestamp,
  earliestTimestamp,
  latestTieredTimestamp,
  latestTimestamp,
  maxTimestamp,
} from './contract.ts';
import type { Partition } from './partition.ts';
import type { ReplicationRules } from './rules.ts';

export const failedListOffset = (code: number): ListOffsetResult => ({
  errorCode: code,
  offset: -1,
  timestamp: -1,
  leaderEpoch: -1,
});

export const failedEpochEnd = (code: number): EpochEndOffset => ({
  errorCode: code,
  leaderEpoch: -1,
  endOffset: -1,
});

/** Only −1 names no epoch here: any other is compared, as in Kafka. */
const epochError = (rules: ReplicationRules, asked: LeaderEpoch, own: LeaderEpoch): number =>
  asked < -1 ? errorCode.fencedLeaderEpoch : rules.epochError(asked, own);

/** May throw DiskError. */
export function listOffset(
  partition: Partition,
  query: ListOffsetQuery,
  rules: ReplicationRules,
): ListOffsetResult {
  const fenced = epochError(rules, query.currentLeaderEpoch, partition.leaderEpoch);
  if (fenced !== errorCode.none) return failedListOffset(fenced);
  const { leader, log } = partition;
  const isDebugging = query.replicaId === debuggingReplicaId;
  if (leader === null && !isDebugging) return failedListOffset(errorCode.notLeaderOrFollower);
  const seesAll = isDebugging || query.replicaId >= 0;
  const limit = rules.readLimit(partition.offsets(), seesAll, query.readCommitted);
  const lags = !seesAll && leader !== null && leader.epochStart > partition.highWatermark;
  const found = (
    offset: Offset,
    timestamp: number,
    leaderEpoch: LeaderEpoch,
  ): ListOffsetResult => ({
    errorCode: errorCode.none,
    offset,
    timestamp,
    leaderEpoch,
  });
  switch (query.timestamp) {
    case latestTimestamp:
      return lags
        ? failedListOffset(errorCode.offsetNotAvailable)
        : found(limit, -1, partition.leaderEpoch);
    case earliestTimestamp:
    case earliestLocalTimestamp:
      return found(log.logStartOffset, -1, log.epochAt(log.logStartOffset));
    case latestTieredTimestamp:
    case earliestPendingUploadTimestamp:
      return found(-1, -1, -1);
    default: {
      const record =
        query.timestamp === maxTimestamp
          ? log.maxTimestampOffset(log.logEndOffset)
          : log.offsetForTimestamp(query.timestamp, log.logEndOffset);
      if (record !== null && record.offset < limit) {
        return found(record.offset, record.timestamp, record.leaderEpoch);
      }
      return lags ? failedListOffset(errorCode.offsetNotAvailable) : found(-1, -1, -1);
    }
  }
}

export function endOffsetForEpoch(
  partition: Partition,
  currentLeaderEpoch: LeaderEpoch,
  epoch: LeaderEpoch,
  rules: ReplicationRules,
): EpochEndOffset {
  const fenced = epochError(rules, currentLeaderEpoch, partition.leaderEpoch);
  if (fenced !== errorCode.none) return failedEpochEnd(fenced);
  if (partition.leader === null) return failedEpochEnd(errorCode.notLeaderOrFollower);
  const end = partition.log.endOffsetForEpoch(epoch);
  return { errorCode: errorCode.none, leaderEpoch: end.leaderEpoch, endOffset: end.endOffset };
}
