import type { LeaderEpoch, Micros, Offset, Uuid, WallMs } from '../../../base/ids.ts';
import { msToMicros } from '../../../base/time.ts';
import type { StoredRecord } from '../../records/reader.ts';
import type { ClientError } from '../errors.ts';

/** A place that the leader finds: an end of the log, or the first record at or after a time. */
export type LogTarget = 'earliest' | 'latest' | { readonly timestamp: WallMs };
/** Where to read from. */
export type SeekTarget = Offset | LogTarget;

export interface Assignment {
  readonly topic: string;
  readonly partition: number;
  /** The reset policy decides where not given (`earliest` for policy `none`). */
  readonly from?: SeekTarget;
  /** If it is new, nothing of it is read before a seek. */
  readonly waits?: boolean;
}

/** How far a partition was consumed. */
export interface Consumed {
  /** The next offset to hand over. */
  readonly handedOut: Offset;
  /** The next offset to fetch: what lies between waits to be handed over. */
  readonly fetched: Offset;
  /** Of the last record below `fetched`; −1 unknown. */
  readonly leaderEpoch: LeaderEpoch;
}

export interface ConsumedRecord extends StoredRecord {
  readonly topic: string;
  readonly partition: number;
  /** Tells apart topics that were made one after the other under one name. */
  readonly topicId: Uuid;
}

/**
 * The leader's log has other records than those that were read, from `divergentOffset` on
 * (KIP-320).
 */
export interface Truncation {
  readonly topic: string;
  readonly partition: number;
  /** The next offset that would have been read, and the epoch of what was read last. */
  readonly position: Offset;
  readonly positionEpoch: LeaderEpoch;
  /** −1 where the leader cannot tell. */
  readonly divergentOffset: Offset;
}

/** The position moved otherwise than by reading on or by a `seek`. */
export interface PositionReset {
  readonly topic: string;
  readonly partition: number;
  readonly reason: 'out-of-range' | 'truncated';
  readonly from: Offset;
  readonly to: Offset;
}

export interface ConsumerOptions {
  readonly isolation?: 'read_uncommitted' | 'read_committed';
  /**
   * What to do without a valid position: `none` reports an error and stops the partition until a
   * seek.
   */
  readonly autoOffsetReset?: 'earliest' | 'latest' | 'none';
  readonly maxWaitMs?: number;
  readonly minBytes?: number;
  readonly maxBytes?: number;
  readonly maxPartitionBytes?: number;
  readonly checkCrcs?: boolean;
  /**
   * Push: records as they come, at least one, in order of offset; the next fetch is on its way by
   * then. Keys and values are views that may be kept. Without it records wait to be polled.
   * `topicId` tells apart topics that were made one after the other under one name.
   */
  readonly onRecords?: (
    topic: string,
    partition: number,
    records: readonly StoredRecord[],
    topicId: Uuid,
  ) => void;
  /** The partition has stopped and goes on after a `seek`. */
  readonly onError?: (error: ClientError, topic: string, partition: number) => void;
  readonly onTruncation?: (truncation: Truncation) => void;
  /**
   * The topic of this name is another one now, and the position may mean nothing in it. Brokers
   * that are behind tell of the old one, so this may go back and forth.
   */
  readonly onTopicChange?: (topic: string, partition: number, topicId: Uuid) => void;
  readonly onReset?: (reset: PositionReset) => void;
}

export interface ConsumerSettings {
  readonly readCommitted: boolean;
  readonly autoOffsetReset: 'earliest' | 'latest' | 'none';
  readonly maxWaitMs: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly maxPartitionBytes: number;
  readonly checkCrcs: boolean;
  /** A fetch is answered within its wait; this much more is allowed for. */
  readonly requestTimeoutUs: Micros;
}

export function resolveConsumerSettings(
  options: ConsumerOptions,
  requestTimeoutUs: Micros,
): ConsumerSettings {
  const maxWaitMs = options.maxWaitMs ?? 500;
  return {
    readCommitted: options.isolation === 'read_committed',
    autoOffsetReset: options.autoOffsetReset ?? 'latest',
    maxWaitMs,
    minBytes: options.minBytes ?? 1,
    maxBytes: options.maxBytes ?? 52_428_800,
    maxPartitionBytes: options.maxPartitionBytes ?? 1_048_576,
    checkCrcs: options.checkCrcs ?? true,
    requestTimeoutUs: requestTimeoutUs + msToMicros(maxWaitMs),
  };
}
