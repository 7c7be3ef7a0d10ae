/**
 * The members of a group, whatever protocol they speak, as the rest of its coordinator sees them.
 * A group that only keeps offsets has none.
 */
import type { WallMs } from '../../base/ids.ts';
import type { Committer, PartitionCommit } from './offset-commit.ts';
import type { GroupRecord } from './records.ts';

export interface Members {
  readonly type: 'classic' | 'consumer';
  /** As Kafka calls it: Empty, PreparingRebalance, CompletingRebalance, Stable, Dead, … */
  readonly state: string;
  readonly protocolType: string;
  readonly isEmpty: boolean;
  /** Of an empty group: since when; −1 not known. */
  readonly emptySinceMs: WallMs;
  /** Null where it cannot be told, as of protocols that are not consumers'. */
  isSubscribed(topic: string): boolean | null;
  /** Why a commit is refused; none where it is not. */
  commitProblem(by: Committer, partitions: readonly PartitionCommit[]): number;
  /** A commit of this member is taken: it lives. */
  commitTaken(by: Committer): void;
  /** Why the group may not be deleted; none where it may. */
  deleteProblem(): number;
  /** Why offsets are not told to who says it is this member; none where they are. */
  fetchProblem(memberId: string | null, generation: number): number;
  /** What takes the group's members away for good, written together. */
  tombstones(): readonly GroupRecord[];
  /** The group is deleted, or another broker's: who waits is answered with this code. */
  end(code: number): void;
}
