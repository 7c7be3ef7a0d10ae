/**
 * The decisions of the quorum that Kafka's history got wrong at first, each one small pure
 * function, gathered so that one of them can be swapped. `kafkaRaftRules` is right; everything else
 * in this room obeys what it is given.
 */
import { type LeaderEpoch, type Offset, type Uuid, zeroUuid } from '../../base/ids.ts';
import type { ElectionState, ReplicaKey } from './election-state.ts';
import type { RoleName } from './roles.ts';

export interface RaftRules {
  /**
   * Whether a replica counts its own log only up to where it is flushed, and flushes what it
   * appends. A voter does: a majority must have the record on disk (KAFKA-10533). An observer's
   * copy decides nothing.
   */
  countsOnlyFlushed(isVoter: boolean): boolean;
  /**
   * Whether a leader may expose `majorityOffset` as high watermark: only once a record of its own
   * epoch is on a majority (KAFKA-12619; figure 8 of the Raft paper).
   */
  mayExpose(majorityOffset: Offset, epochStart: Offset): boolean;
  /**
   * Whether a follower may cut its log at `to`: never below what it knows is committed
   * (KAFKA-12460).
   */
  mayTruncate(to: Offset, highWatermark: Offset): boolean;
  /**
   * Whether a controller's log still has all that it vouched for, `durableOffset` being the end of
   * that: a log that was cut must not win an election (NATS, lazy sync).
   */
  hasWhatItVouchedFor(logEndOffset: Offset, durableOffset: Offset): boolean;
  /** After how long without fetches from a majority a leader resigns; null: never (KAFKA-15489). */
  checkQuorumTimeoutUs(fetchTimeoutUs: number): number | null;
  /**
   * How a voter begins an election: by asking first whether it could win, without a new epoch
   * (KIP-996).
   */
  electionBeginsAs(): 'prospective' | 'candidate';
  /**
   * Whether a replica would help `candidate` to an election, or with `preVote` say that it would.
   */
  grantsVote(question: VoteQuestion): boolean;
  /** What of the election must survive a restart, before anything that follows from it is said. */
  durable(election: ElectionState): ElectionState;
  /** Whether who speaks as a voter is the voter: a replaced disk is another replica (KIP-853). */
  isSameReplica(known: Uuid, actual: Uuid): boolean;
}

export interface VoteQuestion {
  readonly preVote: boolean;
  readonly candidate: ReplicaKey;
  /** The candidate's log ends at least where ours does: by last epoch, then by offset. */
  readonly isUpToDate: boolean;
  readonly role: RoleName;
  readonly leaderKnown: boolean;
  readonly votedKey: ReplicaKey | null;
  /** A follower that has fetched from its leader in this epoch knows that the leader lives. */
  readonly hasFetched: boolean;
}

export const kafkaRaftRules: RaftRules = {
  countsOnlyFlushed: (isVoter) => isVoter,
  mayExpose: (majorityOffset, epochStart) => majorityOffset > epochStart,
  mayTruncate: (to, highWatermark) => to >= highWatermark,
  hasWhatItVouchedFor: (logEndOffset, durableOffset) => logEndOffset >= durableOffset,
  checkQuorumTimeoutUs: (fetchTimeoutUs) => fetchTimeoutUs + Math.floor(fetchTimeoutUs / 2),
  electionBeginsAs: () => 'prospective',
  grantsVote,
  durable: (election) => election,
  isSameReplica: (known, actual) => known === zeroUuid || actual === zeroUuid || known === actual,
};

function grantsVote(question: VoteQuestion): boolean {
  const { role } = question;
  if (role === 'leader' || !question.isUpToDate) return false;
  if (question.preVote) return role !== 'follower' || !question.hasFetched;
  if (role !== 'unattached' && role !== 'prospective') return false;
  const { votedKey, candidate } = question;
  if (votedKey !== null)
    return votedKey.id === candidate.id && votedKey.directoryId === candidate.directoryId;
  return !question.leaderKnown;
}

/** Raft's order of logs: the later last epoch wins, then the longer log. */
export function isUpToDate(
  candidate: { readonly lastEpoch: LeaderEpoch; readonly lastOffset: Offset },
  own: { readonly lastEpoch: LeaderEpoch; readonly lastOffset: Offset },
): boolean {
  if (candidate.lastEpoch !== own.lastEpoch) return candidate.lastEpoch > own.lastEpoch;
  return candidate.lastOffset >= own.lastOffset;
}
