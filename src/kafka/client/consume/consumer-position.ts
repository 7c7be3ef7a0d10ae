import type { LeaderEpoch, Offset, WallMs } from '../../../base/ids.ts';
import type { AssignedPartition } from './assigned-partition.ts';
import type { ConsumerSettings, LogTarget, PositionReset, SeekTarget } from './consumer-types.ts';
import { earliestTimestamp, latestTimestamp, type OffsetAnswer } from './offset-queries.ts';

/** A position that has to be looked up; `reason` is null where the application asked for it. */
export interface PartitionReset {
  readonly target: LogTarget;
  readonly reason: PositionReset['reason'] | null;
}

/** What ListOffsets calls this target. */
export function timestampOf(target: LogTarget): WallMs {
  if (target === 'earliest') return earliestTimestamp;
  if (target === 'latest') return latestTimestamp;
  return target.timestamp;
}

/** Takes up the position an application asks for. */
export function seekTo(
  partition: AssignedPartition,
  target: SeekTarget,
  epoch: LeaderEpoch = -1,
): void {
  if (typeof target === 'number') partition.moveTo(target, epoch);
  else partition.lookUp({ target, reason: null });
}

/** By the reset policy; null where that is `none`. */
export function resetByPolicy(
  settings: ConsumerSettings,
  reason: PositionReset['reason'],
): PartitionReset | null {
  const policy = settings.autoOffsetReset;
  return policy === 'none' ? null : { target: policy, reason };
}

/**
 * Where the leader's log parts from what was read: null if it does not, −1 if the leader cannot
 * tell. What was read last is of `positionEpoch`; the answer says where that epoch ends in the
 * leader's log (KIP-320).
 */
export function divergence(position: Offset, answer: OffsetAnswer): Offset | null {
  if (answer.offset < 0 || answer.leaderEpoch < 0) return -1;
  return answer.offset < position ? answer.offset : null;
}
