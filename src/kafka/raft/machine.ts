/**
 * One replica of the metadata quorum as a state machine (KIP-595, KIP-996): requests, answers, time
 * and durability come in, effects go out, in order. It knows no clock and does no I/O; times are
 * handed in, and `deadlineUs` says when it wants to be woken at the latest. A driver or a test owns
 * the rest.
 *
 * Raft with the direction turned: followers fetch, and the offset of a fetch acknowledges all
 * before it.
 */

import { assert, unreachable } from '../../base/assert.ts';
import type { LeaderEpoch, Micros, NodeId, Offset } from '../../base/ids.ts';
import { mark } from '../../base/mark.ts';
import { errorCode } from '../protocol/errors.ts';
import { RaftCore, type RaftOptions } from './core.ts';
import type { ElectionState } from './election-state.ts';
import { followHighWatermark, takeFetch } from './following.ts';
import { afterAppend, leaderDeadlineUs, lingerAppend, serveFetch, tickLeader } from './leading.ts';
import type { RaftRequest, RaftResponse, Respond } from './messages.ts';
import { backOffFrom, sendDue, settleRequest } from './requests.ts';
import type { Role } from './roles.ts';
import {
  backOff,
  becomeUnattached,
  beginElection,
  endPreVote,
  initialize,
  resign,
} from './transitions.ts';
import { answerBegin, answerEnd, answerVote, learnFrom, takeVote } from './voting.ts';

export class RaftMachine {
  readonly #core: RaftCore;
  #retryAtUs: Micros = Number.POSITIVE_INFINITY;

  constructor(options: RaftOptions) {
    this.#core = new RaftCore(options);
  }

  /** `durableOffset`: how much of the log is known to be on disk. */
  start(stored: ElectionState | null, durableOffset: Offset, nowUs: Micros): void {
    this.#core.durableOffset = durableOffset;
    initialize(this.#core, stored, nowUs);
    this.#settle(nowUs);
  }

  get role(): Readonly<Role> {
    return this.#core.role;
  }

  get election(): ElectionState {
    return this.#core.election;
  }

  get epoch(): LeaderEpoch {
    return this.#core.epoch;
  }

  /** Who leads, −1 if unknown or stepping down. */
  get leaderId(): NodeId {
    return this.#core.role.name === 'resigned' ? -1 : this.#core.leaderId;
  }

  get highWatermark(): Offset {
    return this.#core.highWatermark;
  }

  get isVoter(): boolean {
    return this.#core.isLocalVoter;
  }

  /** When `tick` is to be called at the latest. */
  get deadlineUs(): Micros {
    return Math.min(this.#retryAtUs, this.#roleDeadlineUs());
  }

  request(request: RaftRequest, respond: Respond, nowUs: Micros): void {
    const core = this.#core;
    switch (request.kind) {
      case 'fetch':
        serveFetch(core, request, respond, nowUs);
        break;
      case 'vote':
        core.emit({ kind: 'answer', respond, response: answerVote(core, request, nowUs) });
        break;
      case 'begin-quorum-epoch':
        core.emit({ kind: 'answer', respond, response: answerBegin(core, request, nowUs) });
        break;
      case 'end-quorum-epoch':
        core.emit({ kind: 'answer', respond, response: answerEnd(core, request, nowUs) });
        break;
      default:
        unreachable(request, 'RaftMachine.request');
    }
    this.#settle(nowUs);
  }

  /**
   * An answer to a request that was sent. Answers to what is no longer wanted still tell of epochs
   * and leaders.
   */
  response(from: NodeId, requestId: number, response: RaftResponse, nowUs: Micros): void {
    const core = this.#core;
    const isWanted = settleRequest(core, from, requestId);
    const before = core.role;
    const isOfOurEpoch = learnFrom(core, response, nowUs);
    if (isWanted) {
      const wasOfUse = isOfOurEpoch ? this.#take(from, response, nowUs) : core.role !== before;
      if (!wasOfUse) backOffFrom(core, from, nowUs);
    }
    this.#settle(nowUs);
  }

  requestFailed(from: NodeId, requestId: number, nowUs: Micros): void {
    if (settleRequest(this.#core, from, requestId)) backOffFrom(this.#core, from, nowUs);
    this.#settle(nowUs);
  }

  /** The log is on disk up to `offset`, and as it was when the flush `flushId` was asked for. */
  logDurable(offset: Offset, flushId: number, nowUs: Micros): void {
    const core = this.#core;
    assert(offset <= core.log.endOffset, 'what is durable was appended');
    core.durableOffset = offset;
    if (flushId < core.cutFlushId) mark('cut-during-flush');
    core.durableFlushId = flushId;
    if (core.role.name === 'leader') afterAppend(core, core.role);
    else if (core.role.name === 'follower') followHighWatermark(core, core.role);
    this.#settle(nowUs);
  }

  /** This leader's driver appended records of its epoch, from `from` on. */
  appended(from: Offset, nowUs: Micros): void {
    const { role } = this.#core;
    assert(role.name === 'leader', 'only a leader appends');
    lingerAppend(this.#core, role, from, nowUs);
    role.settledEnd = this.#core.log.endOffset;
  }

  /** Steps down, if it leads; the voters are told. */
  resign(nowUs: Micros): void {
    if (this.#core.role.name === 'leader') resign(this.#core, nowUs);
    this.#settle(nowUs);
  }

  /** From here on it seeks no election. */
  shutDown(nowUs: Micros): void {
    this.#core.shuttingDown = true;
    this.resign(nowUs);
  }

  tick(nowUs: Micros): void {
    const core = this.#core;
    const { role } = core;
    if (this.#roleDeadlineUs() <= nowUs) {
      switch (role.name) {
        case 'leader':
          tickLeader(core, role, nowUs);
          break;
        case 'unattached':
        case 'follower':
          beginElection(core, 1, nowUs);
          break;
        case 'prospective':
          endPreVote(core, nowUs);
          break;
        case 'candidate':
          if (role.backoffDeadlineUs !== null) beginElection(core, role.attempt + 1, nowUs);
          else backOff(core, role, nowUs);
          break;
        case 'resigned':
          becomeUnattached(core, core.epoch + 1, nowUs);
          break;
        default:
          unreachable(role, 'RaftMachine.tick');
      }
    }
    this.#settle(nowUs);
  }

  #take(from: NodeId, response: RaftResponse, nowUs: Micros): boolean {
    const core = this.#core;
    switch (response.kind) {
      case 'fetch':
        return takeFetch(core, response, nowUs);
      case 'vote':
        takeVote(core, from, response, nowUs);
        return response.errorCode === errorCode.none;
      case 'begin-quorum-epoch':
        return response.errorCode === errorCode.none;
      case 'end-quorum-epoch':
        if (core.role.name === 'resigned') core.role.unacknowledged.delete(from);
        return true;
      default:
        return unreachable(response, 'RaftMachine.response');
    }
  }

  #settle(nowUs: Micros): void {
    const core = this.#core;
    const { role } = core;
    if (role.name === 'leader' && role.settledEnd < core.log.endOffset) afterAppend(core, role);
    this.#retryAtUs = sendDue(core, nowUs);
  }

  /** Only voters stand for election; observers wait for news. */
  #roleDeadlineUs(): Micros {
    const { role, isLocalVoter, shuttingDown } = this.#core;
    if (role.name === 'leader') return leaderDeadlineUs(role);
    if (!isLocalVoter || shuttingDown) return Number.POSITIVE_INFINITY;
    switch (role.name) {
      case 'follower':
        return role.fetchDeadlineUs;
      case 'candidate':
        return role.backoffDeadlineUs ?? role.electionDeadlineUs;
      default:
        return role.electionDeadlineUs;
    }
  }
}
