/** Where a follower's log and its leader's part, and where the follower cuts (KIP-595). */
import type { LeaderEpoch, Offset } from '../../base/ids.ts';
import type { EpochEnd } from './messages.ts';
import type { RaftLog } from './raft-log.ts';

/**
 * Null when a log that ends at `offset` with `epoch` is a prefix of ours; else the epoch end to go
 * back to.
 */
export function divergence(log: RaftLog, offset: Offset, epoch: LeaderEpoch): EpochEnd | null {
  if (offset === 0 && epoch === 0 && log.startOffset === 0) return null;
  const end = endOfEpoch(log, epoch);
  return end.leaderEpoch !== epoch || end.endOffset < offset ? end : null;
}

/**
 * Where to cut on a leader's diverging answer: at its end of that epoch or at ours, whichever is
 * lower.
 */
export function truncationOffset(log: RaftLog, diverging: EpochEnd): Offset {
  const own = endOfEpoch(log, diverging.leaderEpoch);
  if (own.leaderEpoch !== diverging.leaderEpoch) return Math.min(own.endOffset, log.endOffset);
  return Math.min(own.endOffset, diverging.endOffset);
}

function endOfEpoch(log: RaftLog, epoch: LeaderEpoch): EpochEnd {
  if (epoch > log.latestEpoch) return { leaderEpoch: log.latestEpoch, endOffset: log.endOffset };
  const end = log.endOffsetForEpoch(epoch);
  // All that the log holds is of later epochs.
  return end.leaderEpoch < 0 ? { leaderEpoch: epoch, endOffset: log.startOffset } : end;
}
