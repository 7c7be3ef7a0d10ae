/**
 * Decisions of replication that Kafka once got wrong, each a small pure function that can be
 * swapped for what it once was. Everything here is a value in, a value out. KAFKA ids are those
 * of Kafka's issue tracker.
 */
import type { BrokerEpoch, LeaderEpoch, NodeId, Offset } from '../../base/ids.ts';
import { errorCode } from '../protocol/errors.ts';

/** What a leader's metadata says of another broker; what it knows of itself is not asked. */
export interface BrokerFacts {
  readonly epoch: BrokerEpoch;
  readonly fenced: boolean;
  readonly inControlledShutdown: boolean;
  readonly rack?: string | null;
}

/** A follower that might join the ISR, as its leader sees it. */
export interface IsrCandidate {
  readonly logEndOffset: Offset;
  /** Of the incarnation whose fetches told `logEndOffset`; −1 when it gave none. */
  readonly brokerEpoch: BrokerEpoch;
  readonly leaderEpochStart: Offset;
  readonly highWatermark: Offset;
  /** Undefined when the metadata knows no such broker. */
  readonly broker: BrokerFacts | undefined;
}

/** Where a leader's log stands, read once for all that one answer says (KAFKA-9835, KAFKA-9807). */
export interface LogOffsets {
  readonly highWatermark: Offset;
  /**
   * Start of the earliest transaction not decided below the high watermark, else the high
   * watermark.
   */
  readonly lastStableOffset: Offset;
  readonly logEndOffset: Offset;
}

export interface EndOfEpoch {
  readonly leaderEpoch: LeaderEpoch;
  readonly endOffset: Offset;
}

export type OutOfRangeMove =
  /** The leader's log ends below ours: cut there. */
  | { readonly kind: 'truncate'; readonly to: Offset }
  /** Everything we have lies below the leader's start: begin anew there. */
  | { readonly kind: 'start-over'; readonly at: Offset }
  /** Our end lies in the leader's log after all: fetch from there. */
  | { readonly kind: 'retry' };

export interface ReplicationRules {
  /**
   * 1. KIP-101: where a log is cut as its replica becomes a follower; null: not before the leader
   * says where.
   */
  truncationOnBecomingFollower(highWatermark: Offset, logEndOffset: Offset): Offset | null;
  /**
   * 2. KIP-279: where a follower cuts, given the leader's end of some epoch and its own end of that
   * epoch.
   */
  truncationOnDivergence(leaderEnd: EndOfEpoch, ownEnd: EndOfEpoch, logEndOffset: Offset): Offset;
  /**
   * 2. KIP-279: the epoch by which the leader finds divergence; asked anew after each truncation.
   */
  lastFetchedEpoch(latestEpoch: LeaderEpoch, truncatedInThisEpoch: boolean): LeaderEpoch;
  /**
   * 2. Whether a follower whose last record is of `lastFetchedEpoch` and whose log ends at
   * `fetchOffset` diverges.
   */
  diverges(lastFetchedEpoch: LeaderEpoch, fetchOffset: Offset, leaderEnd: EndOfEpoch): boolean;
  /** 4, 13, 14. KAFKA-7128, KIP-903, KIP-841. */
  mayJoinIsr(candidate: IsrCandidate): boolean;
  /** 5. KIP-320: the answer to a request that names a leader epoch (−1: it names none). */
  epochError(requestEpoch: LeaderEpoch, ownEpoch: LeaderEpoch): number;
  /** 6. KAFKA-18991: whether a fetch answer still concerns this follower. */
  acceptsAnswer(
    askedEpoch: LeaderEpoch,
    askedOffset: Offset,
    epoch: LeaderEpoch,
    logEndOffset: Offset,
  ): boolean;
  /** 7. KAFKA-14704: a follower's high watermark after an answer is applied. */
  followerHighWatermark(
    own: Offset,
    leaders: Offset,
    logEndOffset: Offset,
    diverging: boolean,
  ): Offset;
  /** 8, 9. KAFKA-9835, KAFKA-9807: the end of what a reader may see. */
  readLimit(offsets: LogOffsets, fromFollower: boolean, readCommitted: boolean): Offset;
  /**
   * RocketMQ 8239: where a log ends for all that others are told, `held` being what is flushed of
   * it while a flush for flush.messages runs; null: none runs.
   */
  toldEnd(held: Offset | null, logEndOffset: Offset): Offset;
  /** NATS, lazy sync: whether answers and fetches wait for a flush for flush.messages. */
  waitsForFlush(): boolean;
  /** 10. KAFKA-2477: what a follower does whose fetch offset the leader called out of range. */
  onOutOfRange(leaderStart: Offset, leaderEnd: Offset, logEndOffset: Offset): OutOfRangeMove;
  /** 12. KIP-966, KAFKA-15583: whether a high watermark may move at all. */
  mayAdvanceHighWatermark(committedIsrSize: number, effectiveMinIsr: number): boolean;
  /** 12, KIP-497. The members that must have a record before it counts as committed. */
  maximalIsr(committed: readonly NodeId[], proposed: readonly NodeId[] | null): readonly NodeId[];
  /**
   * 13. KIP-903: the broker epoch under which a member is proposed; the controller checks all but
   * −1.
   */
  proposedBrokerEpoch(fetchedUnder: BrokerEpoch): BrokerEpoch;
  /** 13. KIP-903: whether a fetch under this broker epoch may tell the leader anything. */
  acceptsFetchOf(replicaEpoch: BrokerEpoch, broker: BrokerFacts | undefined): boolean;
  /**
   * 16. KAFKA-13091: whether a committed change of the ISR has the high watermark computed again.
   */
  recomputesOnIsrCommit(): boolean;
}

export const kafkaReplicationRules: ReplicationRules = {
  truncationOnBecomingFollower: () => null,

  truncationOnDivergence: (leaderEnd, ownEnd, logEndOffset) => {
    if (ownEnd.leaderEpoch < 0) return Math.min(leaderEnd.endOffset, logEndOffset);
    const ownKeep = Math.min(ownEnd.endOffset, logEndOffset);
    // Where we lack the leader's epoch, all of ours from later ones goes, and we ask again from
    // there.
    if (ownEnd.leaderEpoch !== leaderEnd.leaderEpoch) return ownKeep;
    return Math.min(ownKeep, leaderEnd.endOffset);
  },

  lastFetchedEpoch: (latestEpoch) => latestEpoch,

  diverges: (lastFetchedEpoch, fetchOffset, leaderEnd) =>
    leaderEnd.leaderEpoch < lastFetchedEpoch || leaderEnd.endOffset < fetchOffset,

  mayJoinIsr: ({ logEndOffset, brokerEpoch, leaderEpochStart, highWatermark, broker }) =>
    broker !== undefined &&
    !broker.fenced &&
    !broker.inControlledShutdown &&
    brokerEpoch === broker.epoch &&
    logEndOffset >= highWatermark &&
    logEndOffset >= leaderEpochStart,

  epochError: (requestEpoch, ownEpoch) => {
    if (requestEpoch === -1 || requestEpoch === ownEpoch) return errorCode.none;
    return requestEpoch < ownEpoch ? errorCode.fencedLeaderEpoch : errorCode.unknownLeaderEpoch;
  },

  acceptsAnswer: (askedEpoch, askedOffset, epoch, logEndOffset) =>
    askedEpoch === epoch && askedOffset === logEndOffset,

  followerHighWatermark: (own, leaders, logEndOffset, diverging) =>
    diverging ? own : Math.max(own, Math.min(leaders, logEndOffset)),

  readLimit: (offsets, fromFollower, readCommitted) => {
    if (fromFollower) return offsets.logEndOffset;
    return readCommitted ? offsets.lastStableOffset : offsets.highWatermark;
  },

  toldEnd: (held, logEndOffset) => held ?? logEndOffset,

  waitsForFlush: () => true,

  onOutOfRange: (leaderStart, leaderEnd, logEndOffset) => {
    if (leaderEnd < logEndOffset) return { kind: 'truncate', to: leaderEnd };
    if (leaderStart > logEndOffset) return { kind: 'start-over', at: leaderStart };
    return { kind: 'retry' };
  },

  mayAdvanceHighWatermark: (committedIsrSize, effectiveMinIsr) =>
    committedIsrSize >= effectiveMinIsr,

  // Removals count only once they are committed; additions count at once, which is stricter and so
  // safe.
  maximalIsr: (committed, proposed) => {
    if (proposed === null) return committed;
    const added = proposed.filter((node) => !committed.includes(node));
    return added.length === 0 ? committed : [...committed, ...added];
  },

  proposedBrokerEpoch: (fetchedUnder) => fetchedUnder,

  acceptsFetchOf: (replicaEpoch, broker) =>
    replicaEpoch < 0 || broker === undefined || replicaEpoch >= broker.epoch,

  recomputesOnIsrCommit: () => true,
};
