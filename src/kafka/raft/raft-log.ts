/**
 * What the state machine sees of its log: synchronous, and always as it stands after all that was
 * asked before. What is durable is told to the machine separately. `fetch-position.ts` judges
 * positions in it.
 */
import type { LeaderEpoch, NodeId, Offset, Uuid } from '../../base/ids.ts';
import type { EpochEnd } from './messages.ts';

export interface RaftLog {
  readonly startOffset: Offset;
  readonly endOffset: Offset;
  /** Epoch of the last record; 0 for an empty log. */
  readonly latestEpoch: LeaderEpoch;
  /** End of the largest epoch ≤ `epoch`; { −1, −1 } when the log has none. */
  endOffsetForEpoch(epoch: LeaderEpoch): EpochEnd;
  /** Whole batches from the one that holds `from`. */
  read(from: Offset, maxBytes: number): Uint8Array;
  /**
   * Batches from the leader, which continue this log; those of an epoch above `maxEpoch` are left
   * out (KAFKA-18723). False where they do not continue it, or are damaged.
   */
  appendAsFollower(records: Uint8Array, maxEpoch: LeaderEpoch): boolean;
  /** The control record that opens a leader's epoch. */
  appendLeaderChange(epoch: LeaderEpoch, change: LeaderChange): void;
  /** The control record that binds voters to their directories. */
  appendVoters(epoch: LeaderEpoch, directories: ReadonlyMap<NodeId, Uuid>): void;
  truncateTo(offset: Offset, highWatermark: Offset): void;
  /** Directories of the voters by the last such record in the log, committed or not. */
  readonly voterDirectories: ReadonlyMap<NodeId, Uuid>;
  /** Offset of that record, −1 if there is none. */
  readonly votersOffset: Offset;
}

export interface LeaderChange {
  readonly leaderId: NodeId;
  readonly voters: readonly NodeId[];
  readonly grantingVoters: readonly NodeId[];
}
