/**
 * One group of the consumer protocol (KIP-848) as a state machine: heartbeats, time and what became
 * of appends come in; records, answers and timers go out (`contract.ts`).
 *
 * Invariants: no partition is with two members at a time, given or not yet given up; a member's
 * epoch never falls while it is a member; the assignment epoch never passes the group's.
 */
import { assert, unreachable } from '../../../base/assert.ts';
import { errorCode, errorName } from '../../protocol/errors.ts';
import { toldOfAppend } from '../append-errors.ts';
import { refused } from './admission.ts';
import type {
  ConsumerContext,
  ConsumerEffect,
  ConsumerGroupDescription,
  ConsumerGroupState,
  ConsumerInput,
  ConsumerRecord,
  HeartbeatAnswer,
  HeartbeatRequest,
  Now,
  OffsetClaim,
  Respond,
} from './contract.ts';
import { heartbeat } from './heartbeating.ts';
import { fence } from './leaving.ts';
import { epochIn } from './partitions.ts';
import { type Draft, GroupState } from './state.ts';
import { allNames } from './subscriptions.ts';
import { describeGroup, stateOf, tombstonesOf } from './views.ts';

interface Waiting {
  readonly respond: Respond<HeartbeatAnswer>;
  readonly answer: HeartbeatAnswer;
}

/** An append under way, who waits for it, and the timer that caused it. */
interface PendingAppend {
  readonly waiting: Waiting[];
  readonly timer: string | null;
}

const sessionPrefix = 'session ';
const rebalancePrefix = 'rebalance ';

/** A member that was to be fenced and whose record could not be written: when it is due again. */
const retryFencingMs = 500;

export class ConsumerGroup {
  readonly #context: ConsumerContext;
  readonly #state: GroupState;
  readonly #timers = new Set<string>();
  readonly #appends = new Map<number, PendingAppend>();
  /** Members whose assignment changed since timers were last set. */
  readonly #touched = new Set<string>();
  #effects: ConsumerEffect[] = [];
  #now: Now = { us: 0, wallMs: -1 };
  #nextAppendId = 1;
  #topicsChanged = true;
  /** The append under way brings the group up to the topics there are. */
  #isRefresh = false;
  #hasApplied = false;
  #hasEnded = false;
  #subscribed: ReadonlySet<string> | null = null;

  constructor(context: ConsumerContext) {
    this.#context = context;
    this.#state = new GroupState(context.rules);
  }

  get groupId(): string {
    return this.#context.groupId;
  }

  get state(): ConsumerGroupState {
    return this.#hasEnded ? 'Dead' : stateOf(this.#state);
  }

  get memberCount(): number {
    return this.#state.memberCount;
  }

  /** Neither the log nor what is under way to it says anything of this group. */
  get isGone(): boolean {
    return this.#state.isGone && this.#appends.size === 0;
  }

  step(input: ConsumerInput, now: Now): readonly ConsumerEffect[] {
    this.#now = now;
    switch (input.kind) {
      case 'heartbeat':
        this.#heartbeat(input.request, input.respond);
        break;
      case 'topics-changed':
        this.#topicsChanged = true;
        break;
      case 'appended':
        this.#appended(input.id, toldOfAppend(input.errorCode));
        break;
      case 'timer':
        if (this.#timers.delete(input.name)) this.#timedOut(input.name);
        break;
      case 'end':
        this.#end(input.errorCode);
        break;
      default:
        unreachable(input, 'ConsumerGroup.step');
    }
    return this.#takeEffects();
  }

  /** A record of the group is in the log. */
  apply(record: ConsumerRecord): void {
    this.#state.apply(record);
    this.#hasApplied = true;
    if (record.kind === 'member' || record.kind === 'regex') this.#subscribed = null;
    const isTouched =
      record.kind === 'current' || (record.kind === 'member' && record.value === null);
    if (isTouched) this.#touched.add(record.memberId);
  }

  /** The records of the last append are applied, if it was accepted: its timers follow. */
  applied(now: Now): readonly ConsumerEffect[] {
    this.#now = now;
    if (this.#hasApplied && this.#isRefresh) this.#topicsChanged = false;
    this.#hasApplied = false;
    this.#isRefresh = false;
    for (const memberId of this.#touched) this.#timeMember(memberId);
    this.#touched.clear();
    return this.#takeEffects();
  }

  /** All records are applied: members have a whole session before they must be heard. */
  restored(now: Now): readonly ConsumerEffect[] {
    this.#now = now;
    for (const memberId of this.#state.subscriptions.keys()) {
      this.#renewSession(memberId);
      this.#touched.add(memberId);
    }
    return this.applied(now);
  }

  /** The error code for a commit; 0: it may be taken. */
  judgeCommit({ epoch, memberId, partitions }: OffsetClaim): number {
    const state = this.#state;
    if (epoch < 0 && state.memberCount === 0) return errorCode.none;
    if (!state.subscriptions.has(memberId)) return errorCode.unknownMemberId;
    const { assigned, epoch: current, revoking } = state.currentOf(memberId);
    const since = partitions.map(
      ({ topicId, partition }) =>
        epochIn(assigned, topicId, partition) ?? epochIn(revoking, topicId, partition),
    );
    return this.#context.rules.judgeCommit({ claimed: epoch, current, since });
  }

  /** The error code for who asks for offsets; nobody's member may always. */
  judgeFetch(memberId: string, epoch: number): number {
    if (memberId === '' && epoch < 0) return errorCode.none;
    if (!this.#state.subscriptions.has(memberId)) return errorCode.unknownMemberId;
    return this.#state.currentOf(memberId).epoch === epoch
      ? errorCode.none
      : errorCode.staleMemberEpoch;
  }

  judgeDelete(): number {
    if (this.#hasEnded) return errorCode.groupIdNotFound;
    return this.memberCount === 0 ? errorCode.none : errorCode.nonEmptyGroup;
  }

  subscribedTopics(): ReadonlySet<string> {
    this.#subscribed ??= allNames(this.#state);
    return this.#subscribed;
  }

  /** A topic of any name may concern it. */
  get hasPatterns(): boolean {
    return this.#state.regexes.size > 0;
  }

  describe(): ConsumerGroupDescription {
    return describeGroup(this.#state, this.#context);
  }

  tombstones(): readonly ConsumerRecord[] {
    return tombstonesOf(this.#state);
  }

  #heartbeat(request: HeartbeatRequest, respond: Respond<HeartbeatAnswer>): void {
    if (this.#hasEnded) {
      this.#answer({ respond, answer: failed(errorCode.notCoordinator, request.memberId) });
      return;
    }
    const draft = this.#state.draft();
    const { wallMs } = this.#now;
    const topicsChanged = this.#topicsChanged;
    const work = { draft, context: this.#context, wallMs, topicsChanged };
    const answer = heartbeat(work, request);
    const isTaken = answer.errorCode === errorCode.none && answer.memberEpoch >= 0;
    if (isTaken && draft.records.length === 0) this.#topicsChanged = false;
    this.#append(draft, null, { respond, answer }, isTaken && topicsChanged);
    if (isTaken) this.#renewSession(answer.memberId);
  }

  #append(draft: Draft, timer: string | null, waiting: Waiting | null, isRefresh: boolean): void {
    const { records } = draft;
    if (records.length > 0) {
      const id = this.#nextAppendId++;
      this.#appends.set(id, { timer, waiting: waiting === null ? [] : [waiting] });
      this.#isRefresh = isRefresh;
      this.#effects.push({ kind: 'append', id, records });
      return;
    }
    if (waiting === null) return;
    // What it is told may still be on its way into the log.
    const last = [...this.#appends.values()].at(-1);
    if (last === undefined || waiting.answer.errorCode !== errorCode.none) this.#answer(waiting);
    else last.waiting.push(waiting);
  }

  #appended(id: number, code: number): void {
    const pending = this.#appends.get(id);
    if (pending === undefined) return;
    this.#appends.delete(id);
    for (const { answer, respond } of pending.waiting) {
      const isStored = code === errorCode.none;
      this.#answer({ respond, answer: isStored ? answer : failed(code, answer.memberId) });
    }
    const { timer } = pending;
    if (timer === null || code === errorCode.none) return;
    const memberId = timer.slice(timer.indexOf(' ') + 1);
    if (this.#state.subscriptions.has(memberId)) this.#timer(timer, retryFencingMs);
  }

  #timedOut(name: string): void {
    const isSession = name.startsWith(sessionPrefix);
    const memberId = name.slice((isSession ? sessionPrefix : rebalancePrefix).length);
    if (!this.#state.subscriptions.has(memberId)) return;
    if (!isSession && this.#state.currentOf(memberId).state !== 'unrevoked') return;
    const draft = this.#state.draft();
    fence(draft, this.#context, memberId);
    this.#append(draft, name, null, false);
  }

  #end(code: number): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    for (const { waiting } of this.#appends.values()) {
      for (const { answer, respond } of waiting) {
        this.#answer({ respond, answer: failed(code, answer.memberId) });
      }
    }
    this.#appends.clear();
    for (const name of [...this.#timers]) this.#timer(name, null);
  }

  #timeMember(memberId: string): void {
    const subscription = this.#state.subscriptions.get(memberId);
    const isRevoking = this.#state.currentOf(memberId).state === 'unrevoked';
    if (subscription === undefined) this.#timer(sessionPrefix + memberId, null);
    const waits = subscription !== undefined && isRevoking;
    this.#timer(rebalancePrefix + memberId, waits ? subscription.rebalanceTimeoutMs : null);
  }

  #renewSession(memberId: string): void {
    this.#timer(sessionPrefix + memberId, this.#context.timeouts().sessionTimeoutMs);
  }

  #timer(name: string, afterMs: number | null): void {
    if (afterMs === null) {
      if (this.#timers.delete(name)) this.#effects.push({ kind: 'timer', name, atUs: null });
      return;
    }
    this.#timers.add(name);
    this.#effects.push({ kind: 'timer', name, atUs: this.#now.us + afterMs * 1000 });
  }

  #answer({ answer, respond }: Waiting): void {
    this.#effects.push({ kind: 'answer', respond, answer });
  }

  #takeEffects(): readonly ConsumerEffect[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }
}

function failed(code: number, memberId: string): HeartbeatAnswer {
  assert(code !== errorCode.none, 'who fails has a reason');
  return refused({ code, message: errorName(code) }, memberId);
}
