/**
 * One partition's part of a fetch: validate, take note of the follower, read. A follower's fetch
 * offset counts for high watermark and ISR only once it has passed every check, and only as the
 * fetch arrives: one that waited and reads again tells nothing new.
 */

import type { LeaderEpoch, NodeId, Offset } from '../../base/ids.ts';
import { mark } from '../../base/mark.ts';
import { errorCode } from '../protocol/errors.ts';
import { lastOffset } from '../records/batch.ts';
import { forEachBatch } from '../records/reader.ts';
import type { FetchPartition, FetchResult, FetchWork, LeaderHint } from './contract.ts';
import type { Partition } from './partition.ts';
import type { SelectReplica } from './replica-selector.ts';
import type { BrokerFacts, ReplicationRules } from './rules.ts';

const noBytes: Uint8Array = new Uint8Array(0);

export function failedFetch(
  asked: FetchPartition,
  code: number,
  currentLeader: LeaderHint | null,
): FetchResult {
  return {
    topicId: asked.topicId,
    topic: asked.topic,
    index: asked.index,
    errorCode: code,
    highWatermark: -1,
    lastStableOffset: -1,
    logStartOffset: -1,
    records: noBytes,
    divergingEpoch: null,
    currentLeader,
    preferredReadReplica: -1,
  };
}

/** Whether this fetch comes from a follower: consumers and tools have negative ids. */
export const isFollower = (work: FetchWork): boolean => work.replicaId >= 0;

export interface ReadOptions {
  readonly rules: ReplicationRules;
  /** What metadata says of the follower that asks. */
  readonly broker: BrokerFacts | undefined;
  /** Null where consumers always read from the leader. */
  readonly selectReplica: SelectReplica | null;
}

type Divergence = NonNullable<FetchResult['divergingEpoch']>;

/**
 * Takes note of a fetch that has just arrived: what a follower says of itself is news now, and only
 * now. True where there is something to say to it; false where it would read nothing.
 */
export function takeArrival(
  partition: Partition,
  work: FetchWork,
  asked: FetchPartition,
  options: ReadOptions,
): boolean {
  const { rules } = options;
  if (judge(partition, work, asked, options) !== null) return true;
  const { fetchOffset } = asked;
  const fromFollower = isFollower(work);
  const follower = fromFollower ? partition.leader?.follower(work.replicaId) : undefined;
  if (follower) {
    follower.logStartOffset = asked.logStartOffset;
    partition.onFollowerFetch(follower, fetchOffset, work.replicaEpoch);
  }
  if (preferredReplica(partition, work, asked, options) >= 0) return true;
  return fetchOffset < rules.readLimit(partition.offsets(), fromFollower, work.readCommitted);
}

/**
 * What this leader answers, or the code of an error. At most `budgetBytes`, but where
 * `atLeastOneBatch` is set one batch even above all limits, so that a reader gets on. A negative
 * limit is UNKNOWN_SERVER_ERROR where there is something to read, as in Kafka. May throw DiskError.
 */
export function readPartition(
  partition: Partition,
  work: FetchWork,
  asked: FetchPartition,
  budgetBytes: number,
  atLeastOneBatch: boolean,
  options: ReadOptions,
): FetchResult | number {
  const diverging = judge(partition, work, asked, options);
  if (typeof diverging === 'number') return diverging;
  const { fetchOffset } = asked;
  const { log } = partition;
  const offsets = partition.offsets();
  const limit = options.rules.readLimit(offsets, isFollower(work), work.readCommitted);
  let records = noBytes;
  const preferred = preferredReplica(partition, work, asked, options);
  if (diverging === null && preferred < 0 && fetchOffset < limit) {
    const maxBytes = Math.min(budgetBytes, asked.maxBytes);
    if (maxBytes < 0) return errorCode.unknownServerError;
    if (maxBytes > 0 || atLeastOneBatch) records = log.read(fetchOffset, maxBytes, limit);
    if (records.length > maxBytes && !atLeastOneBatch) records = noBytes;
  }
  return {
    topicId: partition.topicId,
    topic: partition.topic,
    index: partition.index,
    errorCode: errorCode.none,
    highWatermark: offsets.highWatermark,
    lastStableOffset: offsets.lastStableOffset,
    logStartOffset: log.logStartOffset,
    records,
    divergingEpoch: diverging,
    currentLeader: null,
    preferredReadReplica: preferred,
  };
}

/** Where this leader sends a consumer of another rack; −1: it reads here. */
function preferredReplica(
  partition: Partition,
  work: FetchWork,
  asked: FetchPartition,
  { selectReplica }: ReadOptions,
): NodeId {
  const { leader } = partition;
  if (selectReplica === null || leader === null || work.fromAnyReplica !== true) return -1;
  return selectReplica(leader, work.rack ?? '', asked.fetchOffset);
}

/**
 * Bytes that a fetch has waited for: all that a partition could give within its limits, even where
 * whole batches fill them less. So a reader whose limits are reached is answered, for waiting would
 * bring it nothing.
 */
export function bytesAvailable(
  partition: Partition,
  work: FetchWork,
  asked: FetchPartition,
  budgetBytes: number,
  result: FetchResult,
  rules: ReplicationRules,
): number {
  const { records } = result;
  const limit = rules.readLimit(partition.offsets(), isFollower(work), work.readCommitted);
  const isAll = endOffsetOf(records, asked.fetchOffset) >= limit;
  return isAll ? records.length : Math.max(records.length, Math.min(asked.maxBytes, budgetBytes));
}

/** Where the last of these batches ends; `start` where there is none. */
function endOffsetOf(records: Uint8Array, start: Offset): Offset {
  let end = start;
  forEachBatch(records, (bytes, position) => {
    end = lastOffset(bytes, position) + 1;
  });
  return end;
}

/** Every check of a fetch: the code of an error, where its log parts from ours, or null. */
function judge(
  partition: Partition,
  work: FetchWork,
  asked: FetchPartition,
  options: ReadOptions,
): Divergence | number | null {
  const { rules } = options;
  const { fetchOffset, lastFetchedEpoch } = asked;
  const { leader, log } = partition;
  const fenced = rules.epochError(asked.currentLeaderEpoch, partition.leaderEpoch);
  if (fenced !== errorCode.none) {
    mark(fenced === errorCode.unknownLeaderEpoch ? 'fetch-ahead' : 'fetch-fenced');
    return fenced;
  }
  if (leader === null) {
    if (work.fromAnyReplica !== true || partition.state === null)
      return errorCode.notLeaderOrFollower;
  } else if (isFollower(work)) {
    if (leader.follower(work.replicaId) === null) {
      mark('fetch-of-stranger');
      // The follower may know of an assignment that we do not know yet: it will ask again.
      return asked.currentLeaderEpoch >= 0
        ? errorCode.unknownLeaderEpoch
        : errorCode.notLeaderOrFollower;
    }
    if (!rules.acceptsFetchOf(work.replicaEpoch, options.broker)) {
      mark('fetch-of-former-life');
      return errorCode.notLeaderOrFollower;
    }
  }
  if (fetchOffset < log.logStartOffset) {
    mark('fetch-below-start');
    return errorCode.offsetOutOfRange;
  }
  if (lastFetchedEpoch >= 0) {
    const diverging = divergence(partition, lastFetchedEpoch, fetchOffset, rules);
    if (diverging !== null) return diverging;
  }
  if (log.isInRange(fetchOffset)) return null;
  mark('fetch-beyond-end');
  return errorCode.offsetOutOfRange;
}

/**
 * Where the reader's log and ours part; null where they do not; a code where that cannot be told.
 */
function divergence(
  partition: Partition,
  lastFetchedEpoch: LeaderEpoch,
  fetchOffset: Offset,
  rules: ReplicationRules,
): Divergence | number | null {
  const end = partition.log.endOffsetForEpoch(lastFetchedEpoch);
  if (end.leaderEpoch < 0 || end.endOffset < 0) return errorCode.offsetOutOfRange;
  if (!rules.diverges(lastFetchedEpoch, fetchOffset, end)) return null;
  if (end.leaderEpoch !== lastFetchedEpoch) mark('leader-lacks-epoch');
  return { epoch: end.leaderEpoch, endOffset: end.endOffset };
}
