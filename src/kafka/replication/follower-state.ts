/**
 * What a follower does with its leader's answer to a fetch. Pure: it says what is to be done, the
 * partition does it. One state serves one leader epoch; what was asked under another one is
 * ignored. A follower cuts its log only where epochs diverge (KIP-101, KIP-279), never for the high
 * watermark alone.
 */

import type { LeaderEpoch, NodeId, Offset } from '../../base/ids.ts';
import { mark } from '../../base/mark.ts';
import { errorCode } from '../protocol/errors.ts';
import type { EndOfEpoch, ReplicationRules } from './rules.ts';

/** What the fetch said of this partition. */
export interface FetchAsked {
  readonly leaderEpoch: LeaderEpoch;
  readonly fetchOffset: Offset;
}

/** What the leader answered, as far as a follower looks at it. */
export interface FetchAnswer {
  readonly errorCode: number;
  readonly highWatermark: Offset;
  readonly logStartOffset: Offset;
  /** `endOffset` −1 when the logs do not diverge. */
  readonly divergingEpoch: { readonly epoch: LeaderEpoch; readonly endOffset: Offset };
  readonly records: Uint8Array | null;
}

/** What the decision needs to know of the follower's log. */
export interface FollowerLog {
  readonly logEndOffset: Offset;
  endOffsetForEpoch(epoch: LeaderEpoch): EndOfEpoch;
}

export type FollowerMove =
  /** Nothing came, or it concerns another epoch or position. */
  | { readonly kind: 'ignore' }
  /** Append the records (if any), then take over high watermark and log start. */
  | { readonly kind: 'append' }
  | { readonly kind: 'truncate'; readonly to: Offset }
  /** Ask the leader where its log starts and ends, then decide. */
  | { readonly kind: 'out-of-range' }
  /** Ask again after a while, unless newer metadata comes first. */
  | { readonly kind: 'back-off' };

const ignore: FollowerMove = { kind: 'ignore' };
const append: FollowerMove = { kind: 'append' };
const outOfRange: FollowerMove = { kind: 'out-of-range' };
const backOff: FollowerMove = { kind: 'back-off' };

export class FollowerState {
  readonly leader: NodeId;
  readonly leaderEpoch: LeaderEpoch;
  readonly #rules: ReplicationRules;
  #truncated = false;

  constructor(leader: NodeId, leaderEpoch: LeaderEpoch, rules: ReplicationRules) {
    this.leader = leader;
    this.leaderEpoch = leaderEpoch;
    this.#rules = rules;
  }

  /** What the next fetch tells the leader about the end of our log. */
  lastFetchedEpoch(latestEpoch: LeaderEpoch): LeaderEpoch {
    return this.#rules.lastFetchedEpoch(latestEpoch, this.#truncated);
  }

  decide(asked: FetchAsked, answer: FetchAnswer, log: FollowerLog): FollowerMove {
    const { leaderEpoch, fetchOffset } = asked;
    if (!this.#rules.acceptsAnswer(leaderEpoch, fetchOffset, this.leaderEpoch, log.logEndOffset)) {
      mark('answer-of-other-epoch');
      return ignore;
    }
    switch (answer.errorCode) {
      case errorCode.none:
        return answer.divergingEpoch.endOffset < 0
          ? append
          : this.#truncation(answer.divergingEpoch, log);
      case errorCode.offsetOutOfRange:
        return outOfRange;
      default:
        return backOff;
    }
  }

  #truncation(diverging: FetchAnswer['divergingEpoch'], log: FollowerLog): FollowerMove {
    const leaderEnd = { leaderEpoch: diverging.epoch, endOffset: diverging.endOffset };
    const ownEnd = log.endOffsetForEpoch(diverging.epoch);
    mark(this.#truncated ? 'diverged-again' : 'diverged-once');
    this.#truncated = true;
    return {
      kind: 'truncate',
      to: this.#rules.truncationOnDivergence(leaderEnd, ownEnd, log.logEndOffset),
    };
  }
}
