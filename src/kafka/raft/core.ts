/**
 * The state of one replica of the quorum, and the small questions everyone asks of it. The steps of
 * the state machine stand beside it: `transitions.ts` between roles, `voting.ts`, `leading.ts`,
 * `following.ts` within them, `requests.ts` what is to be sent. Nothing here knows a clock or does
 * I/O.
 *
 * Invariants: the epoch never falls; within an epoch a vote, once given, and a leader, once known,
 * do not change. `highWatermark` never falls.
 */
import {
  type LeaderEpoch,
  type Micros,
  type NodeId,
  noNode,
  type Offset,
  zeroUuid,
} from '../../base/ids.ts';
import type { RandomStream } from '../../host/random.ts';
import type { Effect } from './effects.ts';
import { type ElectionState, noElection, type ReplicaKey } from './election-state.ts';
import type { RaftLog } from './raft-log.ts';
import type { Role } from './roles.ts';
import type { RaftRules } from './rules.ts';

export interface RaftTiming {
  readonly electionTimeoutUs: Micros;
  readonly electionBackoffMaxUs: Micros;
  readonly fetchTimeoutUs: Micros;
  readonly retryBackoffUs: Micros;
  readonly appendLingerUs: Micros;
  readonly fetchMaxWaitUs: Micros;
  readonly fetchMaxBytes: number;
}

export interface RaftOptions {
  readonly local: ReplicaKey;
  readonly voterIds: readonly NodeId[];
  readonly timing: RaftTiming;
  readonly random: RandomStream;
  readonly log: RaftLog;
  readonly rules: RaftRules;
  readonly emit: (effect: Effect) => void;
}

/** A voter as requests go to it: one at a time. */
export interface Peer {
  /** Of the request in flight, 0 if there is none. */
  requestId: number;
  /** After a failure, not before then. */
  retryAtUs: Micros;
}

export class RaftCore {
  readonly local: ReplicaKey;
  readonly voterIds: readonly NodeId[];
  readonly timing: RaftTiming;
  readonly random: RandomStream;
  readonly log: RaftLog;
  readonly rules: RaftRules;
  readonly emit: (effect: Effect) => void;
  readonly peers = new Map<NodeId, Peer>();

  election: ElectionState = noElection;
  role: Role = { name: 'unattached', electionDeadlineUs: Number.POSITIVE_INFINITY };
  /** All before it is committed, as far as this replica was ever told; −1 nothing yet. */
  highWatermark: Offset = -1;
  /** All before it is on disk. */
  durableOffset: Offset = 0;
  /** Flushes are numbered. A cut has to be durable before anything is appended on top of it. */
  lastFlushId = 0;
  cutFlushId = 0;
  durableFlushId = 0;
  shuttingDown = false;
  lastRequestId = 0;

  constructor(options: RaftOptions) {
    this.local = options.local;
    this.voterIds = options.voterIds;
    this.timing = options.timing;
    this.random = options.random;
    this.log = options.log;
    this.rules = options.rules;
    this.emit = options.emit;
    for (const id of options.voterIds) {
      if (id !== options.local.id) this.peers.set(id, { requestId: 0, retryAtUs: 0 });
    }
  }

  get epoch(): LeaderEpoch {
    return this.election.epoch;
  }

  get leaderId(): NodeId {
    return this.election.leaderId;
  }

  get hasLeader(): boolean {
    return this.election.leaderId !== noNode;
  }

  get majority(): number {
    return Math.floor(this.voterIds.length / 2) + 1;
  }

  /** A voter's identity as far as the log tells it. */
  voterKey(id: NodeId): ReplicaKey {
    return { id, directoryId: this.log.voterDirectories.get(id) ?? zeroUuid };
  }

  isVoter(key: ReplicaKey): boolean {
    if (!this.voterIds.includes(key.id)) return false;
    const known = this.log.voterDirectories.get(key.id);
    return known === undefined || this.rules.isSameReplica(known, key.directoryId);
  }

  get isLocalVoter(): boolean {
    return this.isVoter(this.local);
  }

  /** End of what this replica may count as its own. */
  get countedOffset(): Offset {
    const { endOffset } = this.log;
    return this.countsOnlyFlushed ? Math.min(this.durableOffset, endOffset) : endOffset;
  }

  get countsOnlyFlushed(): boolean {
    return this.rules.countsOnlyFlushed(this.isLocalVoter);
  }

  /** Asks for what was appended to be made durable, where that counts. */
  flush(): void {
    if (this.countsOnlyFlushed) this.#flush();
  }

  /**
   * Asks for a cut to be made durable. Were it not, a power loss could bring back a record that was
   * cut below one that was written later: a log that never was, with a last epoch that hides it.
   */
  flushCut(): void {
    this.#flush();
    this.cutFlushId = this.lastFlushId;
  }

  get isCutDurable(): boolean {
    return this.durableFlushId >= this.cutFlushId;
  }

  #flush(): void {
    this.lastFlushId += 1;
    this.emit({ kind: 'flush', flushId: this.lastFlushId });
  }

  randomElectionTimeoutUs(): Micros {
    const { electionTimeoutUs } = this.timing;
    return electionTimeoutUs === 0 ? 0 : electionTimeoutUs + this.random.int(electionTimeoutUs);
  }

  emitRole(): void {
    const { role, isLocalVoter, election } = this;
    this.emit({ kind: 'role', role: role.name, isVoter: isLocalVoter, election });
  }
}
