/**
 * A member's commits, in the order in which they were asked for, one on its way at a time, each
 * repeated until it is acknowledged, refused, or out of time. It is signed by what the member is
 * when it is sent. When the member is lost all that waits is refused: it must not reach the
 * coordinator under the name of a later life of the member.
 */

import type { Micros } from '../../../base/ids.ts';
import { mark } from '../../../base/mark.ts';
import { offsetCommitApi } from '../../protocol/apis/08-offset-commit.ts';
import { offsetFetchApi } from '../../protocol/apis/09-offset-fetch.ts';
import { errorCode, isRetriable } from '../../protocol/errors.ts';
import { backoffDelayUs } from '../backoff.ts';
import { ClientError } from '../errors.ts';
import type { ClientSettings } from '../settings.ts';
import { isCoordinatorError, leavesOpen } from './coordinator-errors.ts';
import type { CoordinatorLink, LinkOptions } from './coordinator-link.ts';
import type { MemberIdentity } from './member/membership.ts';
import {
  type CommittedOffset,
  commitError,
  commitRequest,
  fetchedOffsets,
  fetchRequest,
  newestByName,
  type OffsetToCommit,
  takesSome,
} from './offset-requests.ts';
import type { TopicPartition } from './topic-partition.ts';

export type OnCommitted = (error: ClientError | null) => void;
export type OnOffsets = (
  offsets: readonly CommittedOffset[] | null,
  error: ClientError | null,
) => void;

export interface CommitterParts {
  readonly settings: ClientSettings;
  readonly link: CoordinatorLink;
  readonly groupId: string;
  readonly identity: () => MemberIdentity;
  readonly refused: (identity: MemberIdentity, code: number) => void;
  /** Told of each commit as it is asked for; what it returns, of its outcome. */
  readonly asked?: ((offsets: readonly OffsetToCommit[]) => OnCommitted) | undefined;
}

interface Waiting {
  readonly offsets: readonly OffsetToCommit[];
  readonly deadlineUs: Micros;
  readonly onCommitted: OnCommitted;
  attempts: number;
  /** An attempt may have arrived. */
  maybeDone: boolean;
}

/** These say that the member is not, or not any more, who it believes to be. */
const fencing: ReadonlySet<number> = new Set([
  errorCode.unknownMemberId,
  errorCode.illegalGeneration,
  errorCode.fencedInstanceId,
  errorCode.fencedMemberEpoch,
  errorCode.rebalanceInProgress,
]);

export class Committer {
  readonly #parts: CommitterParts;
  #queue: Waiting[] = [];
  /** The first of the queue is on its way, or pauses before another attempt. */
  #busy = false;
  #whenIdle: (() => void)[] = [];
  /** Questions that wait for an answer. */
  readonly #asked = new Set<OnOffsets>();

  constructor(parts: CommitterParts) {
    this.#parts = parts;
  }

  commit(offsets: readonly OffsetToCommit[], timeoutUs: Micros, onCommitted: OnCommitted): void {
    const deadlineUs = this.#nowUs() + timeoutUs;
    const told = this.#parts.asked?.(offsets);
    const settled: OnCommitted = (error) => {
      told?.(error);
      onCommitted(error);
    };
    this.#queue.push({ offsets, deadlineUs, onCommitted: settled, attempts: 0, maybeDone: false });
    this.#next();
  }

  /** `callback` runs when nothing waits any more, perhaps at once. */
  whenIdle(callback: () => void): void {
    if (this.#queue.length === 0) callback();
    else this.#whenIdle.push(callback);
  }

  get isIdle(): boolean {
    return this.#queue.length === 0;
  }

  /** The member is no more who asked: nothing of the queue is sent any more. */
  abandon(why: string): void {
    const queue = this.#queue;
    if (queue.length > 0) mark('commit-abandoned');
    this.#queue = [];
    this.#busy = false;
    for (const each of queue) {
      const outcome = each.maybeDone || each.attempts > 0 ? 'unknown' : 'failed';
      each.onCommitted(new ClientError('fenced', `the commit: ${why}`, outcome));
    }
    this.#settleIdle();
  }

  /** What the group has committed, with a bound in time. */
  fetch(partitions: readonly TopicPartition[], timeoutUs: Micros, onOffsets: OnOffsets): void {
    const settle: OnOffsets = (offsets, error) => {
      if (this.#asked.delete(settle)) onOffsets(offsets, error);
    };
    this.#asked.add(settle);
    this.#fetch(partitions, this.#nowUs() + timeoutUs, 1, settle);
  }

  /** No answer comes any more. */
  close(): void {
    this.abandon('the consumer was closed');
    const error = new ClientError('closed', 'the consumer was closed');
    for (const settle of [...this.#asked]) settle(null, error);
  }

  #fetch(
    partitions: readonly TopicPartition[],
    deadlineUs: Micros,
    attempt: number,
    onOffsets: OnOffsets,
  ): void {
    const { link, groupId, settings } = this.#parts;
    const identity = this.#parts.identity();
    const body = fetchRequest(groupId, identity, partitions);
    const options = this.#linkOptions(deadlineUs);
    link.send(offsetFetchApi, body, options, (response, failure) => {
      const answer = response === null ? null : fetchedOffsets(response);
      const code = answer?.errorCode ?? errorCode.networkException;
      if (answer !== null && code === errorCode.none) {
        onOffsets(answer.offsets, null);
        return;
      }
      const passes = passesBy(code) || code === errorCode.rebalanceInProgress;
      const delayUs = backoffDelayUs(settings.retryBackoff, attempt, settings.random);
      if (isCoordinatorError(code)) link.lost();
      if (fencing.has(code)) this.#parts.refused(identity, code);
      const inTime = this.#nowUs() + delayUs < deadlineUs;
      if (failure !== 'unsupported-version' && passes && inTime) {
        settings.host.timers.after(delayUs, () =>
          this.#fetch(partitions, deadlineUs, attempt + 1, onOffsets),
        );
      } else {
        const kind = passes ? 'timeout' : 'broker';
        onOffsets(null, new ClientError(kind, 'the committed offsets', 'failed', code));
      }
    });
  }

  #nowUs(): Micros {
    return this.#parts.settings.host.clock.monotonicUs();
  }

  #linkOptions(deadlineUs: Micros): LinkOptions {
    const leftUs = Math.max(1000, deadlineUs - this.#nowUs());
    const timeoutUs = Math.min(this.#parts.settings.requestTimeoutUs, leftUs);
    return { timeoutUs, lane: 'offsets', maxVersion: newestByName };
  }

  #next(): void {
    const first = this.#queue[0];
    if (first === undefined || this.#busy) return;
    this.#busy = true;
    const { link, groupId } = this.#parts;
    const identity = this.#parts.identity();
    if (identity.epoch < 0) {
      this.#settle(first, this.#error(first, 'the consumer is no member of its group', 0));
      return;
    }
    const body = commitRequest(groupId, identity, first.offsets);
    first.attempts++;
    const options = this.#linkOptions(first.deadlineUs);
    link.send(offsetCommitApi, body, options, (response, failure) => {
      if (this.#queue[0] !== first) return;
      const code = response === null ? errorCode.networkException : commitError(response);
      const isPartly = response !== null && code !== errorCode.none && takesSome(response);
      if (failure === 'no-answer' || leavesOpen.has(code) || isPartly) first.maybeDone = true;
      if (code === errorCode.none) this.#settle(first, null);
      else this.#refused(first, identity, code, failure === 'unsupported-version');
    });
  }

  #refused(first: Waiting, identity: MemberIdentity, code: number, unsupported: boolean): void {
    const { link, settings, host } = { ...this.#parts, host: this.#parts.settings.host };
    if (unsupported) {
      const text = 'the coordinator takes no commits that we know';
      this.#settle(first, new ClientError('unsupported-version', text));
      return;
    }
    if (isCoordinatorError(code)) link.lost();
    if (fencing.has(code)) {
      // A generation that was old when the answer came says nothing: it is signed anew.
      const isOld = this.#parts.identity().epoch > identity.epoch;
      if (!isOld || code !== errorCode.illegalGeneration) {
        const error = this.#error(first, 'the commit is refused', code);
        this.#settle(first, error, () => this.#parts.refused(identity, code));
        return;
      }
    } else if (!passesBy(code)) {
      const outcome = first.maybeDone ? 'unknown' : 'failed';
      this.#settle(first, new ClientError('broker', 'the commit', outcome, code));
      return;
    }
    const delayUs = backoffDelayUs(settings.retryBackoff, first.attempts, settings.random);
    if (this.#nowUs() + delayUs >= first.deadlineUs) {
      const outcome = first.maybeDone ? 'unknown' : 'failed';
      this.#settle(first, new ClientError('timeout', 'the commit took too long', outcome, code));
      return;
    }
    host.timers.after(delayUs, () => {
      if (this.#queue[0] !== first) return;
      this.#busy = false;
      this.#next();
    });
  }

  #error(commit: Waiting, text: string, code: number): ClientError {
    return new ClientError('fenced', text, commit.maybeDone ? 'unknown' : 'failed', code);
  }

  /** `then` runs before the next one goes out. */
  #settle(first: Waiting, error: ClientError | null, then?: () => void): void {
    this.#queue.shift();
    first.onCommitted(error);
    then?.();
    this.#busy = false;
    this.#next();
    this.#settleIdle();
  }

  #settleIdle(): void {
    while (this.#queue.length === 0) {
      const callback = this.#whenIdle.shift();
      if (callback === undefined) return;
      callback();
    }
  }
}

/** The epoch of a member may be about to rise: its next heartbeat tells (KIP-848). */
function passesBy(code: number): boolean {
  // A topic that is gone stays so.
  if (code === errorCode.unknownTopicOrPartition) return false;
  return isCoordinatorError(code) || isRetriable(code) || code === errorCode.staleMemberEpoch;
}
