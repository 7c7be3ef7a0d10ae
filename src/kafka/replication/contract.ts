/**
 * What the request handlers ask of the replicas on this broker, and what replication asks of the
 * controller. A partition is named by topic id, by topic name, or by both: an id of zeros or an
 * empty name means "not given". Answers keep the order of the question. `done` runs exactly once,
 * within the call or in a later event, and never after the process has halted; code behind it may
 * call the manager again.
 */
import type { BrokerEpoch, LeaderEpoch, NodeId, Offset, Uuid, WallMs } from '../../base/ids.ts';
import type { RecordError } from '../log/record-errors.ts';
import type { alterPartitionApi } from '../protocol/apis/56-alter-partition.ts';
import type { RequestInput, ResponseOf } from '../protocol/schema.ts';

export interface PartitionName {
  readonly topicId: Uuid;
  readonly topic: string;
  readonly index: number;
}

/**
 * Who leads, by this broker's metadata; told with errors that send the asker elsewhere (KIP-951).
 */
export interface LeaderHint {
  readonly leaderId: NodeId;
  readonly leaderEpoch: LeaderEpoch;
}

/**
 * A coordinator of this broker, which appends to a partition as its leader of one epoch: refused in
 * any other, NOT_LEADER_OR_FOLLOWER.
 */
export interface Coordinator {
  readonly leaderEpoch: LeaderEpoch;
  /**
   * Hears within the call that the records stand in the log, before `done` says what became of
   * them: `none` when they are committed.
   */
  readonly appended: (result: ProduceResult) => void;
}

export interface ProduceWork {
  /** Not given: a client, which may not write to the cluster's own topics. */
  readonly coordinator?: Coordinator;
  /** −1 all in-sync replicas, 1 the leader, 0 nobody is waited for (`done` runs all the same). */
  readonly acks: number;
  /**
   * How long an acks=all answer may wait for the high watermark before REQUEST_TIMED_OUT; infinite:
   * until it is passed, or the leadership lost.
   */
  readonly timeoutMs: number;
  readonly partitions: readonly ProducePartition[];
}

export interface ProducePartition extends PartitionName {
  /** Record batches; the manager writes offsets and epoch into them in place. */
  readonly records: Uint8Array;
}

export interface ProduceResult extends PartitionName {
  readonly errorCode: number;
  readonly errorMessage: string | null;
  /** −1 with an error. */
  readonly baseOffset: Offset;
  /** −1 unless the topic stamps records itself, or the batch was there already. */
  readonly logAppendTimeMs: WallMs;
  /** −1 where there is no log to speak of, or the bytes were none that a log could judge. */
  readonly logStartOffset: Offset;
  /** The records for which the batch was refused (KIP-467). */
  readonly recordErrors: readonly RecordError[];
  readonly currentLeader: LeaderHint | null;
}

export interface FetchWork {
  /** −1 from a consumer. */
  readonly replicaId: NodeId;
  /** The follower's broker epoch (KIP-903), −1 when not given. */
  readonly replicaEpoch: BrokerEpoch;
  readonly maxWaitMs: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly readCommitted: boolean;
  /** From a consumer that may be served by a follower too (KIP-392); not given: it may not. */
  readonly fromAnyReplica?: boolean;
  /** Where such a consumer is; empty or not given: it does not say. */
  readonly rack?: string;
  readonly partitions: readonly FetchPartition[];
}

export interface FetchPartition extends PartitionName {
  /** −1 when not given: then nothing is fenced. */
  readonly currentLeaderEpoch: LeaderEpoch;
  readonly fetchOffset: Offset;
  /**
   * Epoch of the last record that the follower has, −1 when none or not given: then no divergence
   * is looked for.
   */
  readonly lastFetchedEpoch: LeaderEpoch;
  /** The follower's log start; −1 from consumers. */
  readonly logStartOffset: Offset;
  readonly maxBytes: number;
}

export interface FetchResult extends PartitionName {
  readonly errorCode: number;
  /** −1 with an error, as are the next two. */
  readonly highWatermark: Offset;
  readonly lastStableOffset: Offset;
  readonly logStartOffset: Offset;
  /** Whole batches, never null (KAFKA-18646); a view that may be kept but not changed. */
  readonly records: Uint8Array;
  readonly divergingEpoch: { readonly epoch: LeaderEpoch; readonly endOffset: Offset } | null;
  readonly currentLeader: LeaderHint | null;
  /** Where a consumer had better read; −1: here. */
  readonly preferredReadReplica: NodeId;
}

/** Timestamps of ListOffsets with a meaning of their own. */
export const latestTimestamp = -1;
export const earliestTimestamp = -2;
export const maxTimestamp = -3;
export const earliestLocalTimestamp = -4;
export const latestTieredTimestamp = -5;
export const earliestPendingUploadTimestamp = -6;

/** Asks any replica, leader or not, for what it has, committed or not. */
export const debuggingReplicaId = -2;

export interface ListOffsetQuery extends PartitionName {
  /** −1 from a consumer or a tool, `debuggingReplicaId`; a broker's id asks as a follower. */
  readonly replicaId: NodeId;
  readonly readCommitted: boolean;
  /** −1 when not given. */
  readonly currentLeaderEpoch: LeaderEpoch;
  /** Milliseconds, or one of the constants above. */
  readonly timestamp: number;
}

export interface ListOffsetResult {
  readonly errorCode: number;
  /** −1 when nothing fits the timestamp. */
  readonly offset: Offset;
  /** The found record's timestamp; −1 for earliest and latest. */
  readonly timestamp: number;
  readonly leaderEpoch: LeaderEpoch;
}

export interface EpochEndOffset {
  readonly errorCode: number;
  /** The largest epoch not above the one asked for, −1 when there is none. */
  readonly leaderEpoch: LeaderEpoch;
  readonly endOffset: Offset;
}

export type AlterPartitionRequestInput = RequestInput<typeof alterPartitionApi>;
export type AlterPartitionAnswer = ResponseOf<typeof alterPartitionApi>;

/**
 * The way to the active controller. It finds it, but leaves the meaning of errors and retries to
 * the asker.
 */
export interface ControllerLink {
  /** `done` runs once, in a later event: with the answer, or with why there is none. */
  alterPartition(
    request: AlterPartitionRequestInput,
    done: (answer: AlterPartitionAnswer | null, failure: string | null) => void,
  ): void;
}
