/**
 * One group of the consumer protocol (KIP-848) as a state machine: heartbeats, time and what became
 * of appends come in; records, answers and timers go out (`contract.ts`).
 *
 * Invariants: no partition is with two members at a time, given or not yet given up; a member's
 * epoch never falls while it is a member; the assignment epoch never passes the group's.
 */
import { unreachable } from '../../../base/assert.ts';
import { errorCode, errorName } from '../../protocol/errors.ts';
import { toldOfAppend } from '../append-errors.ts';
import type {
  HeartbeatAnswer as ClassicHeartbeatAnswer,
  ClassicSnapshot,
  JoinAnswer,
  JoinRequest,
  LeaveAnswer,
  LeavingMember,
  MemberClaim,
} from '../classic/contract.ts';
import { refused } from './admission.ts';
import { downgraded, upgraded } from './classic/conversion.ts';
import {
  classicHeartbeat,
  failedJoin,
  failedSync,
  join,
  leaveAll,
  sync,
} from './classic/hosting.ts';
import type {
  ClassicRequest,
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
import { type HeartbeatWork, heartbeat } from './heartbeating.ts';
import { fence } from './leaving.ts';
import { epochIn } from './partitions.ts';
import { type Draft, GroupState } from './state.ts';
import { allNames } from './subscriptions.ts';
import { describeGroup, stateOf, tombstonesOf } from './views.ts';

/** Somebody who is answered when the log has what the answer tells, or has not. */
interface Waiting {
  readonly tell: () => void;
  readonly fail: (code: number) => void;
}

/** An append under way, who waits for it, and the timer that caused it. */
interface PendingAppend {
  readonly waiting: Waiting[];
  readonly timer: string | null;
}

const sessionPrefix = 'session ';
const rebalancePrefix = 'rebalance ';
/** Of a classic member that was told to join again. */
const joinPrefix = 'join ';
/** Of an id that was made for a classic member, which has not come with it yet (KIP-394). */
const pendingPrefix = 'pending ';

/** A member that was to be fenced and whose record could not be written: when it is due again. */
const retryFencingMs = 500;

export class ConsumerGroup {
  readonly #context: ConsumerContext;
  readonly #state: GroupState;
  readonly #timers = new Set<string>();
  readonly #appends = new Map<number, PendingAppend>();
  /** Members whose assignment changed since timers were last set. */
  readonly #touched = new Set<string>();
  readonly #pending = new Set<string>();
  #effects: ConsumerEffect[] = [];
  #now: Now = { us: 0, wallMs: -1 };
  #nextAppendId = 1;
  #topicsChanged = true;
  /** The append under way brings the group up to the topics there are. */
  #isRefresh = false;
  #hasApplied = false;
  #hasEnded = false;
  #subscribed: ReadonlySet<string> | null = null;
  /** What stands for the classic group whose place it takes, until that is in the log. */
  #seed: readonly ConsumerRecord[] = [];

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

  /** Takes the place of a stable classic group with its next append; false where it cannot. */
  adopt(snapshot: ClassicSnapshot): boolean {
    const { settings, topics } = this.#context;
    const isSmall = snapshot.members.length <= settings.maxSize;
    const seed = settings.mayUpgrade && isSmall ? upgraded(snapshot, topics) : null;
    if (seed !== null) this.#seed = seed;
    return seed !== null;
  }

  step(input: ConsumerInput, now: Now): readonly ConsumerEffect[] {
    this.#now = now;
    switch (input.kind) {
      case 'heartbeat':
        this.#heartbeat(input.request, input.respond);
        break;
      case 'classic':
        this.#classic(input.input);
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
    if (this.#hasApplied) this.#seed = [];
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
    const code = this.#context.rules.judgeCommit({ claimed: epoch, current, since });
    const isClassic = state.subscriptions.get(memberId)?.classic;
    return isClassic && code !== errorCode.none ? errorCode.illegalGeneration : code;
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
    const fail = (code: number): HeartbeatAnswer =>
      refused({ code, message: errorName(code) }, request.memberId);
    const work = this.#begin(respond, fail);
    if (work === null) return;
    const answer = heartbeat(work, request);
    const isTaken = answer.errorCode === errorCode.none && answer.memberEpoch >= 0;
    this.#finish(work, isTaken, { respond, answer, fail });
    if (isTaken) this.#renewSession(answer.memberId, this.#context.timeouts().sessionTimeoutMs);
  }

  #classic(input: ClassicRequest): void {
    if (input.kind === 'join') this.#join(input.request, input.respond);
    else if (input.kind === 'leave') this.#leave(input.members, input.respond);
    else if (input.kind === 'sync') {
      const { request, respond } = input;
      const work = this.#begin(respond, failedSync);
      if (work === null) return;
      const answer = sync(this.#state, this.#context, request);
      this.#finish(work, false, { respond, answer, fail: failedSync });
    } else this.#classicHeartbeat(input.request, input.respond);
  }

  #join(request: JoinRequest, respond: Respond<JoinAnswer>): void {
    const fail = (code: number): JoinAnswer => failedJoin(request.memberId, code);
    const work = this.#begin(respond, fail);
    if (work === null) return;
    const answer = join(work, request, this.#pending);
    const { errorCode: code, memberId } = answer;
    const isTaken = code === errorCode.none;
    this.#finish(work, isTaken, { respond, answer, fail });
    if (code === errorCode.memberIdRequired) {
      this.#pending.add(memberId);
      this.#timer(pendingPrefix + memberId, request.sessionTimeoutMs);
    }
    if (!isTaken) return;
    this.#pending.delete(memberId);
    this.#timer(pendingPrefix + memberId, null);
    this.#timer(joinPrefix + memberId, null);
    this.#renewSession(memberId, request.sessionTimeoutMs);
  }

  #leave(leaving: readonly LeavingMember[], respond: Respond<LeaveAnswer>): void {
    const fail = (code: number): LeaveAnswer => ({ errorCode: code, members: [] });
    const work = this.#begin(respond, fail);
    if (work === null) return;
    const answer = leaveAll(work.draft, this.#context, leaving);
    this.#finish(work, false, { respond, answer, fail });
  }

  #classicHeartbeat(claim: MemberClaim, respond: Respond<ClassicHeartbeatAnswer>): void {
    const fail = (code: number): ClassicHeartbeatAnswer => ({ errorCode: code });
    const work = this.#begin(respond, fail);
    if (work === null) return;
    const { memberId } = claim;
    const answer = classicHeartbeat(this.#state, this.#context, claim);
    this.#finish(work, false, { respond, answer, fail });
    const joinsAgain = answer.errorCode === errorCode.rebalanceInProgress;
    if (answer.errorCode === errorCode.none || joinsAgain) this.#renewSession(memberId);
    const timer = joinPrefix + memberId;
    const withinMs = this.#state.subscriptions.get(memberId)?.rebalanceTimeoutMs ?? -1;
    if (joinsAgain && !this.#timers.has(timer)) this.#timer(timer, withinMs);
  }

  /** Null, and answered, where the group has ended. */
  #begin<T>(respond: Respond<T>, fail: (code: number) => T): HeartbeatWork | null {
    if (this.#hasEnded) {
      this.#tell(() => respond(fail(errorCode.notCoordinator)));
      return null;
    }
    const { wallMs } = this.#now;
    const topicsChanged = this.#topicsChanged;
    return { draft: this.#draft(), context: this.#context, wallMs, topicsChanged };
  }

  #draft(): Draft {
    const draft = this.#state.draft();
    for (const record of this.#seed) draft.put(record);
    return draft;
  }

  /** What was decided is appended, and then told; `isRefresh`: it looked at the topics. */
  #finish<T extends { readonly errorCode: number }>(
    { draft, topicsChanged }: HeartbeatWork,
    isRefresh: boolean,
    asked: { respond: Respond<T>; answer: T; fail: (code: number) => T },
  ): void {
    const { answer, fail, respond } = asked;
    const waiting = {
      tell: () => respond(answer),
      fail: (code: number) => respond(fail(code)),
    };
    const hasFailed = answer.errorCode !== errorCode.none;
    if (hasFailed) this.#tell(waiting.tell);
    else {
      const isNews = draft.records.length > this.#seed.length;
      if (isRefresh && !isNews) this.#topicsChanged = false;
      if (isNews) this.#append(draft, null, [waiting], isRefresh && topicsChanged);
      else this.#tellWhenStored(waiting);
    }
  }

  /** What it is told may still be on its way into the log. */
  #tellWhenStored(waiting: Waiting): void {
    const last = [...this.#appends.values()].at(-1);
    if (last === undefined) this.#tell(waiting.tell);
    else last.waiting.push(waiting);
  }

  #append(draft: Draft, timer: string | null, waiting: Waiting[], isRefresh: boolean): void {
    const { settings, topics } = this.#context;
    const id = this.#nextAppendId++;
    this.#appends.set(id, { timer, waiting });
    this.#isRefresh = isRefresh;
    // The last member of the new protocol may just have gone.
    const hasShrunk = draft.memberCount < this.#state.memberCount;
    const nextEpoch = this.#state.epoch + 1;
    const mayBe = hasShrunk && settings.mayDowngrade;
    const classic = mayBe ? downgraded(draft, topics, nextEpoch) : null;
    const records = classic === null ? draft.records : tombstonesOf(this.#state);
    this.#effects.push({ kind: 'append', id, records, classic });
  }

  #appended(id: number, code: number): void {
    const pending = this.#appends.get(id);
    if (pending === undefined) return;
    this.#appends.delete(id);
    for (const { fail, tell } of pending.waiting) {
      this.#tell(code === errorCode.none ? tell : () => fail(code));
    }
    const { timer } = pending;
    if (timer === null || code === errorCode.none || this.#hasEnded) return;
    const memberId = timer.slice(timer.indexOf(' ') + 1);
    if (this.#state.subscriptions.has(memberId)) this.#timer(timer, retryFencingMs);
  }

  #timedOut(name: string): void {
    const at = name.indexOf(' ') + 1;
    const memberId = name.slice(at);
    if (name.startsWith(pendingPrefix)) this.#pending.delete(memberId);
    if (!this.#state.subscriptions.has(memberId)) return;
    const isRevoking = this.#state.currentOf(memberId).state === 'unrevoked';
    if (name.startsWith(rebalancePrefix) && !isRevoking) return;
    const draft = this.#draft();
    fence(draft, this.#context, memberId);
    this.#append(draft, name, [], false);
  }

  /** Null: who waits for an append is told when it is done; the rest is over. */
  #end(code: number | null): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    for (const name of [...this.#timers]) this.#timer(name, null);
    if (code === null) return;
    for (const { waiting } of this.#appends.values()) {
      for (const { fail } of waiting) this.#tell(() => fail(code));
    }
    this.#appends.clear();
  }

  #timeMember(memberId: string): void {
    const subscription = this.#state.subscriptions.get(memberId);
    const isRevoking = this.#state.currentOf(memberId).state === 'unrevoked';
    const session = sessionPrefix + memberId;
    if (subscription === undefined) {
      this.#timer(session, null);
      this.#timer(joinPrefix + memberId, null);
    } else if (!this.#timers.has(session)) this.#renewSession(memberId);
    const waits = subscription !== undefined && isRevoking;
    this.#timer(rebalancePrefix + memberId, waits ? subscription.rebalanceTimeoutMs : null);
  }

  #renewSession(memberId: string, ms: number | null = null): void {
    const classic = this.#state.subscriptions.get(memberId)?.classic ?? null;
    const ownMs = classic?.sessionTimeoutMs ?? this.#context.timeouts().sessionTimeoutMs;
    this.#timer(sessionPrefix + memberId, ms ?? ownMs);
  }

  #timer(name: string, afterMs: number | null): void {
    if (afterMs === null) {
      if (this.#timers.delete(name)) this.#effects.push({ kind: 'timer', name, atUs: null });
      return;
    }
    this.#timers.add(name);
    this.#effects.push({ kind: 'timer', name, atUs: this.#now.us + afterMs * 1000 });
  }

  #tell(tell: () => void): void {
    this.#effects.push({ kind: 'answer', tell });
  }

  #takeEffects(): readonly ConsumerEffect[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }
}
