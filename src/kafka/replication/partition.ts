/**
 * One replica of a partition on this broker: its log, its high watermark, the role that metadata
 * gives it, and what waits for it. Everything here happens within one event; the decisions are
 * those of `leader-state.ts`, `follower-state.ts` and the rules.
 * Invariants: log start ≤ high watermark ≤ log end; at most one role; produce waiters only while
 * leading.
 */

import { assert } from '../../base/assert.ts';
import type { BrokerEpoch, LeaderEpoch, Offset, Uuid } from '../../base/ids.ts';
import { mark } from '../../base/mark.ts';
import { msToMicros } from '../../base/time.ts';
import type { TopicSettings } from '../config.ts';
import type { AppendResult, Log } from '../log/log.ts';
import type { PartitionState } from '../metadata/state.ts';
import { errorCode, KafkaError } from '../protocol/errors.ts';
import { Flusher } from './flusher.ts';
import type { FetchAnswer, FetchAsked, FollowerMove } from './follower-state.ts';
import { FollowerState } from './follower-state.ts';
import type {
  FollowerProgress,
  IsrProposal,
  ProposalAnswer,
  ProposalOutcome,
} from './leader-state.ts';
import { LeaderState } from './leader-state.ts';
import type { PartitionEnvironment } from './partition-environment.ts';
import { PartitionObserver } from './partition-observer.ts';
import { PartitionWaiters } from './partition-waiters.ts';
import type { StoredReplica } from './replica-store.ts';
import type { LogOffsets } from './rules.ts';

export class Partition {
  readonly topicId: Uuid;
  readonly topic: string;
  readonly index: number;
  readonly name: string;
  readonly log: Log;
  readonly flusher: Flusher;
  readonly waiters = new PartitionWaiters();
  readonly #environment: PartitionEnvironment;
  readonly #observer: PartitionObserver;
  #settings: TopicSettings;
  #state: PartitionState | null = null;
  #leader: LeaderState | null = null;
  #follower: FollowerState | null = null;
  #highWatermark: Offset;

  constructor(environment: PartitionEnvironment, settings: TopicSettings, stored: StoredReplica) {
    const { identity, log } = stored;
    this.topicId = identity.topicId;
    this.topic = identity.topic;
    this.index = identity.index;
    this.name = `${identity.topic}-${identity.index}`;
    this.log = log;
    this.#environment = environment;
    const { config, observe } = environment;
    this.#observer = new PartitionObserver(observe, config.nodeId, this.topicId, this.name);
    this.#settings = settings;
    this.#highWatermark = withinLog(stored.highWatermark, log);
    this.flusher = new Flusher({
      host: environment.host,
      log,
      rules: environment.rules,
      directory: stored.directoryDurable,
      settings: () => this.#settings,
      onFlushed: () => this.#onFlushed(),
      onError: environment.onError,
    });
    this.#observer.begun(this.#highWatermark);
    this.#observer.settings(settings);
  }

  /** The newest metadata that gave this replica a role; null before the first. */
  get state(): PartitionState | null {
    return this.#state;
  }
  get leader(): LeaderState | null {
    return this.#leader;
  }
  get follower(): FollowerState | null {
    return this.#follower;
  }
  get leaderEpoch(): LeaderEpoch {
    return this.#state === null ? -1 : this.#state.leaderEpoch;
  }
  get highWatermark(): Offset {
    return this.#highWatermark;
  }

  /** What may be written down of it: nothing that a power loss could make untrue. */
  get lastingHighWatermark(): Offset {
    return Math.min(this.#highWatermark, this.flusher.lastingEnd);
  }

  /** One reading of where the log stands, for all that one answer says. */
  offsets(): LogOffsets {
    const { log } = this;
    const highWatermark = this.#highWatermark;
    const lastStableOffset = log.lastStableOffset(highWatermark);
    return { highWatermark, lastStableOffset, logEndOffset: log.logEndOffset };
  }

  updateSettings(settings: TopicSettings): void {
    this.#settings = settings;
    this.log.updateSettings(settings);
    this.#observer.settings(settings);
    this.advanceHighWatermark();
  }

  /** Takes the role that committed metadata gives. */
  onMetadata(state: PartitionState): void {
    const former = this.#state;
    if (former !== null && state.partitionEpoch <= former.partitionEpoch) return;
    this.#state = state;
    if (state.leader === this.#environment.config.nodeId) this.#lead(state);
    else this.#follow(state, former);
    // What an earlier process left unflushed counts for nothing before it is flushed.
    this.flusher.afterAppend();
  }

  /**
   * Appends a producer's batches; a coordinator's only in its epoch. Throws KafkaError, or
   * DiskError.
   */
  append(records: Uint8Array, acks: number, onlyIn: LeaderEpoch | null = null): AppendResult {
    const leader = this.#leader;
    if (leader === null) throw new KafkaError(errorCode.notLeaderOrFollower);
    if (onlyIn !== null && onlyIn !== leader.leaderEpoch) {
      mark('stale-coordinator-refused');
      throw new KafkaError(errorCode.notLeaderOrFollower);
    }
    if (acks === -1 && leader.committedIsr.length < this.#effectiveMinIsr(leader)) {
      mark('append-below-min-isr');
      throw new KafkaError(errorCode.notEnoughReplicas);
    }
    const result = this.log.append(records, leader.leaderEpoch);
    if (!result.duplicate) {
      this.flusher.afterAppend();
      this.waiters.logEnd.wake(this.log.logEndOffset);
      this.advanceHighWatermark();
    }
    return result;
  }

  /** A follower's fetch was found valid: it has all below `offset`. */
  onFollowerFetch(follower: FollowerProgress, offset: Offset, brokerEpoch: BrokerEpoch): void {
    const leader = this.#leader;
    assert(leader !== null, 'only a leader hears of its followers');
    const nowUs = this.#environment.host.clock.monotonicUs();
    const isNews = leader.onFetch(follower, offset, this.log.logEndOffset, brokerEpoch, nowUs);
    if (!follower.inMaximalIsr) this.#proposeExpansion(leader, follower);
    if (isNews) this.advanceHighWatermark();
  }

  advanceHighWatermark(): void {
    const leader = this.#leader;
    if (leader === null) return;
    const { host, brokers } = this.#environment;
    const nowUs = host.clock.monotonicUs();
    const { minInsyncReplicas } = this.#settings;
    const end = this.flusher.end;
    const next = leader.highWatermark(
      this.#highWatermark,
      end,
      minInsyncReplicas,
      nowUs,
      brokers(),
    );
    if (next <= this.#highWatermark) return;
    this.#highWatermark = next;
    this.#observeHighWatermark();
    this.waiters.onHighWatermark(next, this.errorAfterAppend());
  }

  /** The error with which a produce that the high watermark has passed is answered, or none. */
  errorAfterAppend(): number {
    const leader = this.#leader;
    if (leader === null) return errorCode.notLeaderOrFollower;
    const isEnough = leader.maximalIsr.length >= this.#effectiveMinIsr(leader);
    if (!isEnough) mark('below-min-isr-after-append');
    return isEnough ? errorCode.none : errorCode.notEnoughReplicasAfterAppend;
  }

  /**
   * Proposes to drop members that lag too long, and looks again at who holds back the high
   * watermark.
   */
  checkLag(): void {
    const leader = this.#leader;
    if (leader === null) return;
    const { brokerEpoch, host } = this.#environment;
    const nowUs = host.clock.monotonicUs();
    this.#send(leader, leader.proposeShrink(this.log.logEndOffset, brokerEpoch(), nowUs));
    this.advanceHighWatermark();
  }

  /** 'retry' has the caller send the same proposal again. */
  onProposalAnswer(proposal: IsrProposal, answer: ProposalAnswer): ProposalOutcome {
    const leader = this.#leader;
    if (leader === null) return 'stale';
    const outcome = leader.onAnswer(proposal, answer);
    if (outcome !== 'committed' && outcome !== 'taken-back') return outcome;
    this.#observer.isrChanged(leader);
    if (outcome === 'committed') {
      if (this.#environment.rules.recomputesOnIsrCommit()) this.advanceHighWatermark();
      for (const follower of leader.followers) this.#proposeExpansion(leader, follower);
    }
    return outcome;
  }

  /**
   * Does what the leader's answer asks for, as far as it can be done here; the rest is the
   * fetcher's.
   */
  onFetchAnswer(asked: FetchAsked, answer: FetchAnswer): FollowerMove {
    const follower = this.#follower;
    if (follower === null) return { kind: 'ignore' };
    const move = follower.decide(asked, answer, this.log);
    if (move.kind === 'truncate') {
      this.#raiseHighWatermark(answer.highWatermark, true);
      this.truncateTo(move.to);
    } else if (move.kind === 'append') {
      const { records } = answer;
      if (records !== null && records.length > 0) {
        this.log.appendAsFollower(records, follower.leaderEpoch);
        this.flusher.afterAppend();
      }
      this.#raiseHighWatermark(answer.highWatermark, false);
      const start = Math.min(answer.logStartOffset, this.#highWatermark);
      if (start > this.log.logStartOffset) this.log.advanceLogStart(start);
    }
    return move;
  }

  /**
   * Also where nothing lies above `offset`: epochs that began there and hold no records are
   * forgotten.
   */
  truncateTo(offset: Offset): void {
    this.log.truncateTo(offset, this.#highWatermark);
    this.#afterTruncation();
  }

  truncateFullyAndStartAt(offset: Offset): void {
    this.log.truncateFullyAndStartAt(offset, this.#highWatermark);
    this.#afterTruncation();
  }

  /** This replica serves nobody any more: everyone who waits is answered. */
  retire(): void {
    if (this.#leader !== null) this.#environment.leaderships.lost(this);
    this.#leader = null;
    this.#follower = null;
    this.waiters.drop();
    this.flusher.close();
  }

  #lead(state: PartitionState): void {
    const current = this.#leader;
    if (current !== null && current.leaderEpoch === state.leaderEpoch) {
      const { host } = this.#environment;
      if (!current.onMetadata(state, host.clock.monotonicUs())) return;
      this.#observer.isrChanged(current);
      this.advanceHighWatermark();
      return;
    }
    const { config, host, rules } = this.#environment;
    const epochStart = this.log.logEndOffset;
    // Before anything is appended, so that followers can be told where they part from us
    // (KAFKA-7415).
    this.log.assignEpochStart(state.leaderEpoch, epochStart);
    const leader = new LeaderState({
      node: config.nodeId,
      state,
      epochStart,
      nowUs: host.clock.monotonicUs(),
      maxLagUs: msToMicros(config.settings.replicaLagTimeMaxMs),
      rules,
    });
    this.#leader = leader;
    this.#follower = null;
    this.#observer.leaderStarted(leader, this.#highWatermark);
    this.waiters.wakeFetches();
    if (state.recovering)
      this.#send(leader, leader.proposeRecovered(this.#environment.brokerEpoch()));
    this.advanceHighWatermark();
    this.#environment.leaderships.gained(this);
  }

  #follow(state: PartitionState, former: PartitionState | null): void {
    if (former !== null && this.#leader === null && former.leaderEpoch === state.leaderEpoch)
      return;
    const { leaderships, rules } = this.#environment;
    if (this.#leader !== null) leaderships.lost(this);
    this.#leader = null;
    const { leader, leaderEpoch } = state;
    this.#follower = leader < 0 ? null : new FollowerState(leader, leaderEpoch, rules);
    this.waiters.drop();
    this.#observer.followerStarted(state);
    const cut = rules.truncationOnBecomingFollower(this.#highWatermark, this.log.logEndOffset);
    if (cut !== null) this.truncateTo(cut);
  }

  #effectiveMinIsr(leader: LeaderState): number {
    return leader.effectiveMinIsr(this.#settings.minInsyncReplicas);
  }

  #proposeExpansion(leader: LeaderState, follower: FollowerProgress): void {
    const { brokerEpoch, brokers } = this.#environment;
    this.#send(
      leader,
      leader.proposeExpansion(follower, this.#highWatermark, brokerEpoch(), brokers()),
    );
  }

  #send(leader: LeaderState, proposal: IsrProposal | null): void {
    if (proposal === null) return;
    this.#observer.isrChanged(leader);
    this.#environment.propose(this, proposal);
  }

  #onFlushed(): void {
    this.advanceHighWatermark();
    this.waiters.onFlushed(this.flusher.end);
    this.#environment.completions.drain();
  }

  #raiseHighWatermark(leaders: Offset, diverging: boolean): void {
    const { rules } = this.#environment;
    const own = this.#highWatermark;
    const next = rules.followerHighWatermark(own, leaders, this.log.logEndOffset, diverging);
    if (next === own) return;
    this.#highWatermark = next;
    this.#observeHighWatermark();
    // Consumers may read here too, and wait (KIP-392).
    this.waiters.highWatermark.wake(next);
  }

  #afterTruncation(): void {
    this.flusher.afterTruncation();
    const next = withinLog(this.#highWatermark, this.log);
    if (next === this.#highWatermark) return;
    this.#highWatermark = next;
    this.#observeHighWatermark();
    this.#environment.onCommittedCut();
  }

  #observeHighWatermark(): void {
    this.#observer.highWatermark(this.#leader, this.leaderEpoch, this.#highWatermark);
  }
}

function withinLog(offset: Offset, log: Log): Offset {
  return Math.min(Math.max(offset, log.logStartOffset), log.logEndOffset);
}
