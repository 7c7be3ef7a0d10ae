/**
 * What a leader knows of its partition in one leader epoch: how far each follower has come, the ISR
 * as last committed, and the one change of it that may be proposed. Pure: time, log ends and broker
 * facts are handed in.
 * Invariants: the maximal ISR contains the committed one and this leader; a proposal is taken back
 * only when the controller has said that it was not and cannot be applied; partition epochs only
 * rise.
 */

import { assert } from '../../base/assert.ts';
import type {
  BrokerEpoch,
  LeaderEpoch,
  Micros,
  NodeId,
  Offset,
  PartitionEpoch,
} from '../../base/ids.ts';
import { mark } from '../../base/mark.ts';
import type { PartitionState } from '../metadata/state.ts';
import { errorCode } from '../protocol/errors.ts';
import type { BrokerFacts, ReplicationRules } from './rules.ts';

/** What one follower's fetches have told in this leader epoch. */
export interface FollowerProgress {
  readonly node: NodeId;
  /** −1 until its first valid fetch. */
  logEndOffset: Offset;
  /** Where its log starts, as its newest fetch said; −1 before. */
  logStartOffset: Offset;
  /** Broker epoch of that fetch, −1 before. */
  brokerEpoch: BrokerEpoch;
  /** Largest time at which its newest fetch offset reached the leader's end of that time. */
  lastCaughtUpUs: Micros;
  lastFetchUs: Micros;
  /** The leader's log end when it last fetched. */
  leaderEndAtLastFetch: Offset;
  inMaximalIsr: boolean;
}

/** A change of the ISR on its way to the controller. Compared by identity. */
export interface IsrProposal {
  readonly leaderEpoch: LeaderEpoch;
  readonly partitionEpoch: PartitionEpoch;
  readonly isr: readonly NodeId[];
  /** Of the members, in the same order (KIP-903). */
  readonly brokerEpochs: readonly BrokerEpoch[];
}

/** The controller's word on a proposal: an error, or the partition as it now is. */
export interface ProposalAnswer {
  readonly errorCode: number;
  readonly leaderEpoch: LeaderEpoch;
  readonly partitionEpoch: PartitionEpoch;
  readonly isr: readonly NodeId[];
}

export type ProposalOutcome =
  /** Another state has replaced it meanwhile. */
  | 'stale'
  | 'committed'
  /** It was not and will not be applied. */
  | 'taken-back'
  /** It may have been applied: send the same again. */
  | 'retry'
  /** Nothing to do until newer metadata arrives. */
  | 'wait';

export type BrokersView = ReadonlyMap<NodeId, BrokerFacts>;

export interface LeaderOptions {
  readonly node: NodeId;
  readonly state: PartitionState;
  /** The log's end when the epoch began. */
  readonly epochStart: Offset;
  readonly nowUs: Micros;
  readonly maxLagUs: Micros;
  readonly rules: ReplicationRules;
}

export class LeaderState {
  readonly leaderEpoch: LeaderEpoch;
  readonly epochStart: Offset;
  readonly #node: NodeId;
  readonly #maxLagUs: Micros;
  readonly #rules: ReplicationRules;
  #partitionEpoch: PartitionEpoch;
  #committedIsr: readonly NodeId[];
  #maximalIsr: readonly NodeId[];
  #proposal: IsrProposal | null = null;
  #followers: FollowerProgress[];

  constructor(options: LeaderOptions) {
    const { node, state, rules } = options;
    assert(state.leader === node, 'a leader state is made for the leader');
    this.leaderEpoch = state.leaderEpoch;
    this.epochStart = options.epochStart;
    this.#node = node;
    this.#maxLagUs = options.maxLagUs;
    this.#rules = rules;
    this.#partitionEpoch = state.partitionEpoch;
    this.#committedIsr = state.isr;
    this.#maximalIsr = state.isr;
    this.#followers = followersOf(state, node, [], options.nowUs);
  }

  get partitionEpoch(): PartitionEpoch {
    return this.#partitionEpoch;
  }
  get committedIsr(): readonly NodeId[] {
    return this.#committedIsr;
  }
  get maximalIsr(): readonly NodeId[] {
    return this.#maximalIsr;
  }
  get proposal(): IsrProposal | null {
    return this.#proposal;
  }
  get followers(): readonly FollowerProgress[] {
    return this.#followers;
  }

  follower(node: NodeId): FollowerProgress | null {
    for (const follower of this.#followers) if (follower.node === node) return follower;
    return null;
  }

  /** A topic may ask for more in-sync replicas than it has replicas. */
  effectiveMinIsr(minInsyncReplicas: number): number {
    return Math.min(minInsyncReplicas, this.#followers.length + 1);
  }

  /** A valid fetch: the follower has all below `offset`. True where its log end is news. */
  onFetch(
    follower: FollowerProgress,
    offset: Offset,
    leaderEnd: Offset,
    brokerEpoch: BrokerEpoch,
    nowUs: Micros,
  ): boolean {
    if (offset >= leaderEnd) follower.lastCaughtUpUs = nowUs;
    else if (offset >= follower.leaderEndAtLastFetch) {
      follower.lastCaughtUpUs = Math.max(follower.lastCaughtUpUs, follower.lastFetchUs);
    }
    const isNews = follower.logEndOffset !== offset;
    follower.logEndOffset = offset;
    follower.brokerEpoch = brokerEpoch;
    follower.lastFetchUs = nowUs;
    follower.leaderEndAtLastFetch = Math.max(leaderEnd, follower.leaderEndAtLastFetch);
    return isNews;
  }

  /**
   * The high watermark, never below `current`: the smallest log end over the maximal ISR, and over
   * followers about to join it, for they could else never catch up with a busy leader that is
   * alone.
   */
  highWatermark(
    current: Offset,
    leaderEnd: Offset,
    minInsyncReplicas: number,
    nowUs: Micros,
    brokers: BrokersView,
  ): Offset {
    const minIsr = this.effectiveMinIsr(minInsyncReplicas);
    if (!this.#rules.mayAdvanceHighWatermark(this.#committedIsr.length, minIsr)) {
      mark('high-watermark-held');
      return current;
    }
    let least = leaderEnd;
    for (const follower of this.#followers) {
      if (follower.logEndOffset >= least) continue;
      if (follower.inMaximalIsr || this.#isAboutToJoin(follower, leaderEnd, nowUs, brokers)) {
        least = follower.logEndOffset;
      }
    }
    return least > current ? least : current;
  }

  /**
   * The proposal by which this follower joins; null where it may not, or another proposal is in
   * flight.
   */
  proposeExpansion(
    follower: FollowerProgress,
    highWatermark: Offset,
    ownBrokerEpoch: BrokerEpoch,
    brokers: BrokersView,
  ): IsrProposal | null {
    if (follower.inMaximalIsr || this.#proposal !== null) return null;
    const mayJoin = this.#rules.mayJoinIsr({
      logEndOffset: follower.logEndOffset,
      brokerEpoch: follower.brokerEpoch,
      leaderEpochStart: this.epochStart,
      highWatermark,
      broker: brokers.get(follower.node),
    });
    mark(mayJoin ? 'joined-at-epoch-start' : 'join-refused');
    return mayJoin ? this.#propose([...this.#committedIsr, follower.node], ownBrokerEpoch) : null;
  }

  /** The proposal by which members leave that have lagged for too long; null where none has. */
  proposeShrink(leaderEnd: Offset, ownBrokerEpoch: BrokerEpoch, nowUs: Micros): IsrProposal | null {
    if (this.#proposal !== null || this.#committedIsr.length <= 1) return null;
    const staying = this.#committedIsr.filter((node) => {
      if (node === this.#node) return true;
      const follower = this.follower(node);
      return follower !== null && this.#isCaughtUp(follower, leaderEnd, nowUs);
    });
    if (staying.length === this.#committedIsr.length) return null;
    return this.#propose(staying, ownBrokerEpoch);
  }

  /**
   * The same ISR again: tells the controller that a leader from outside ISR and ELR has recovered
   * (KIP-704).
   */
  proposeRecovered(ownBrokerEpoch: BrokerEpoch): IsrProposal | null {
    return this.#proposal === null ? this.#propose(this.#committedIsr, ownBrokerEpoch) : null;
  }

  onAnswer(proposal: IsrProposal, answer: ProposalAnswer): ProposalOutcome {
    if (proposal !== this.#proposal) {
      mark('proposal-overtaken');
      return 'stale';
    }
    switch (answer.errorCode) {
      case errorCode.none:
        if (answer.leaderEpoch !== this.leaderEpoch) return 'wait';
        if (answer.partitionEpoch < this.#partitionEpoch) return 'wait';
        this.#partitionEpoch = answer.partitionEpoch;
        this.#setIsr(answer.isr, null);
        return 'committed';
      case errorCode.ineligibleReplica:
      case errorCode.operationNotAttempted:
        mark('proposal-taken-back');
        this.#setIsr(this.#committedIsr, null);
        return 'taken-back';
      case errorCode.fencedLeaderEpoch:
      case errorCode.invalidUpdateVersion:
      case errorCode.invalidRequest:
      case errorCode.unknownTopicOrPartition:
      case errorCode.unknownTopicId:
      case errorCode.newLeaderElected:
        return 'wait';
      default:
        return 'retry';
    }
  }

  /** The partition as committed in the same leader epoch. False where it is known already. */
  onMetadata(state: PartitionState, nowUs: Micros): boolean {
    assert(state.leaderEpoch === this.leaderEpoch, 'another leader epoch is another leader state');
    if (state.partitionEpoch <= this.#partitionEpoch) return false;
    this.#partitionEpoch = state.partitionEpoch;
    this.#followers = followersOf(state, this.#node, this.#followers, nowUs);
    this.#setIsr(state.isr, null);
    return true;
  }

  #propose(isr: readonly NodeId[], ownBrokerEpoch: BrokerEpoch): IsrProposal {
    const brokerEpochs = isr.map((node) => {
      if (node === this.#node) return ownBrokerEpoch;
      return this.#rules.proposedBrokerEpoch(this.follower(node)?.brokerEpoch ?? -1);
    });
    const { leaderEpoch } = this;
    const proposal = { leaderEpoch, partitionEpoch: this.#partitionEpoch, isr, brokerEpochs };
    this.#setIsr(this.#committedIsr, proposal);
    return proposal;
  }

  #setIsr(committed: readonly NodeId[], proposal: IsrProposal | null): void {
    this.#committedIsr = committed;
    this.#proposal = proposal;
    this.#maximalIsr = this.#rules.maximalIsr(committed, proposal === null ? null : proposal.isr);
    for (const follower of this.#followers) {
      follower.inMaximalIsr = this.#maximalIsr.includes(follower.node);
    }
  }

  #isCaughtUp(follower: FollowerProgress, leaderEnd: Offset, nowUs: Micros): boolean {
    return follower.logEndOffset === leaderEnd || nowUs - follower.lastCaughtUpUs <= this.#maxLagUs;
  }

  #isAboutToJoin(
    follower: FollowerProgress,
    leaderEnd: Offset,
    nowUs: Micros,
    brokers: BrokersView,
  ): boolean {
    if (follower.logEndOffset < 0 || !this.#isCaughtUp(follower, leaderEnd, nowUs)) return false;
    const broker = brokers.get(follower.node);
    if (broker === undefined || broker.fenced || broker.inControlledShutdown) return false;
    return follower.brokerEpoch === broker.epoch;
  }
}

/** Followers by the assignment; what is known of those that stay is kept. */
function followersOf(
  state: PartitionState,
  node: NodeId,
  known: readonly FollowerProgress[],
  nowUs: Micros,
): FollowerProgress[] {
  const followers: FollowerProgress[] = [];
  for (const replica of state.replicas) {
    if (replica === node) continue;
    const inIsr = state.isr.includes(replica);
    followers.push(
      known.find((follower) => follower.node === replica) ?? {
        node: replica,
        logEndOffset: -1,
        logStartOffset: -1,
        brokerEpoch: -1,
        // Members get the whole lag time from now on; others must not hold back the high watermark.
        lastCaughtUpUs: inIsr ? nowUs : Number.NEGATIVE_INFINITY,
        lastFetchUs: Number.NEGATIVE_INFINITY,
        leaderEndAtLastFetch: -1,
        inMaximalIsr: inIsr,
      },
    );
  }
  return followers;
}
