/**
 * The members of a group, whatever protocol they speak, as the rest of its coordinator sees them.
 * A group that only keeps offsets has none.
 */
import type { WallMs } from '../../base/ids.ts';
import type { GroupDescription } from './classic/contract.ts';
import type { Committer } from './offset-commit.ts';

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
  commitProblem(by: Committer): number;
  /** A commit of this member is taken: it lives. */
  commitTaken(by: Committer): void;
  /** Why the group may not be deleted; none where it may. */
  deleteProblem(): number;
  describe(): GroupDescription;
  /** The group is deleted, or another broker's: who waits is answered with this code. */
  end(code: number): void;
}
