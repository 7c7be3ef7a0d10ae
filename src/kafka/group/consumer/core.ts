/**
 * What the parts of a consumer group's machine share: the state, the appends under way with who
 * waits for them, the timers and the effects of the running step. All that is told passes here, so
 * that nobody hears of what is not committed.
 */
import { errorCode } from '../../protocol/errors.ts';
import type { Now } from '../machine.ts';
import { downgraded } from './classic/conversion.ts';
import type { ConsumerContext, ConsumerEffect, ConsumerRecord, Respond } from './contract.ts';
import type { HeartbeatWork } from './heartbeating.ts';
import { type Draft, GroupState } from './state.ts';
import { tombstonesOf } from './views.ts';

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

/** A request, its answer, and the answer where that cannot be stored. */
export interface Asked<T> {
  readonly respond: Respond<T>;
  readonly answer: T;
  readonly fail: (code: number) => T;
}

/** Timers go by what ends and whose it is: `session m1`. */
export const timerOf = {
  session: (memberId: string) => `session ${memberId}`,
  /** Of a member that is to give something up. */
  rebalance: (memberId: string) => `rebalance ${memberId}`,
  /** Of a classic member that was told to join again. */
  join: (memberId: string) => `join ${memberId}`,
  /** Of an id that was made for a classic member, which has not come with it yet (KIP-394). */
  pending: (memberId: string) => `pending ${memberId}`,
};

export type TimerKind = keyof typeof timerOf;

export function readTimer(name: string): readonly [kind: TimerKind, memberId: string] {
  const at = name.indexOf(' ');
  return [name.slice(0, at) as TimerKind, name.slice(at + 1)];
}

/** A member that was to be fenced and whose record could not be written: when it is due again. */
const retryFencingMs = 500;

export class ConsumerCore {
  readonly context: ConsumerContext;
  readonly state: GroupState;
  /** Ids that were made for classic members, which have not come with them yet. */
  readonly pendingIds = new Set<string>();
  /** Members whose assignment changed since timers were last set. */
  readonly touched = new Set<string>();
  /** What stands for the classic group whose place it takes, until that is in the log. */
  seed: readonly ConsumerRecord[] = [];
  now: Now = { us: 0, wallMs: -1 };
  topicsChanged = true;
  hasEnded = false;
  /** The append under way brings the group up to the topics there are. */
  #isRefresh = false;
  readonly #timers = new Set<string>();
  readonly #appends = new Map<number, PendingAppend>();
  #nextAppendId = 1;
  #effects: ConsumerEffect[] = [];

  constructor(context: ConsumerContext) {
    this.context = context;
    this.state = new GroupState(context.rules);
  }

  get isWriting(): boolean {
    return this.#appends.size > 0;
  }

  /** The work of a request; null, and answered, where the group has ended. */
  begin<T>(respond: Respond<T>, fail: (code: number) => T): HeartbeatWork | null {
    if (this.hasEnded) {
      this.#tell(() => respond(fail(errorCode.notCoordinator)));
      return null;
    }
    const { context, topicsChanged } = this;
    return { draft: this.draft(), context, wallMs: this.now.wallMs, topicsChanged };
  }

  draft(): Draft {
    const draft = this.state.draft();
    for (const record of this.seed) draft.put(record);
    return draft;
  }

  /** What was decided is appended, and then told; `isRefresh`: it looked at the topics. */
  finish<T extends { readonly errorCode: number }>(
    { draft, topicsChanged }: HeartbeatWork,
    isRefresh: boolean,
    { answer, fail, respond }: Asked<T>,
  ): void {
    const waiting = {
      tell: () => respond(answer),
      fail: (code: number) => respond(fail(code)),
    };
    if (answer.errorCode !== errorCode.none) {
      this.#tell(waiting.tell);
      return;
    }
    const isNews = draft.records.length > this.seed.length;
    if (isRefresh && !isNews) this.topicsChanged = false;
    if (isNews) this.append(draft, null, [waiting], isRefresh && topicsChanged);
    else this.#tellWhenStored(waiting);
  }

  /** What it is told may still be on its way into the log. */
  #tellWhenStored(waiting: Waiting): void {
    const last = [...this.#appends.values()].at(-1);
    if (last === undefined) this.#tell(waiting.tell);
    else last.waiting.push(waiting);
  }

  append(draft: Draft, timer: string | null, waiting: Waiting[], isRefresh: boolean): void {
    const { settings, topics } = this.context;
    const id = this.#nextAppendId++;
    this.#appends.set(id, { timer, waiting });
    this.#isRefresh = isRefresh;
    // The last member of the new protocol may just have gone.
    const nextEpoch = this.state.epoch + 1;
    const mayBe = settings.mayDowngrade && draft.memberCount < this.state.memberCount;
    const classic = mayBe ? downgraded(draft, topics, nextEpoch) : null;
    const records = classic === null ? draft.records : tombstonesOf(this.state);
    this.#effects.push({ kind: 'append', id, records, classic });
  }

  /** The records of the last append are applied. */
  accepted(): void {
    if (this.#isRefresh) this.topicsChanged = false;
    this.#isRefresh = false;
    this.seed = [];
  }

  /** The last append was refused. */
  refused(): void {
    this.#isRefresh = false;
  }

  appended(id: number, code: number): void {
    const pending = this.#appends.get(id);
    if (pending === undefined) return;
    this.#appends.delete(id);
    for (const { fail, tell } of pending.waiting) {
      this.#tell(code === errorCode.none ? tell : () => fail(code));
    }
    const { timer } = pending;
    if (timer === null || code === errorCode.none || this.hasEnded) return;
    const [, memberId] = readTimer(timer);
    if (this.state.subscriptions.has(memberId)) this.timer(timer, retryFencingMs);
  }

  /** Null: who waits for an append is told when it is done; the rest is over. */
  end(code: number | null): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    for (const name of [...this.#timers]) this.timer(name, null);
    if (code === null) return;
    for (const { waiting } of this.#appends.values()) {
      for (const { fail } of waiting) this.#tell(() => fail(code));
    }
    this.#appends.clear();
  }

  /** Timers follow what members have by now. */
  timeTouched(): void {
    for (const memberId of this.touched) {
      const subscription = this.state.subscriptions.get(memberId);
      const isRevoking = this.state.currentOf(memberId).state === 'unrevoked';
      const session = timerOf.session(memberId);
      if (subscription === undefined) {
        this.timer(session, null);
        this.timer(timerOf.join(memberId), null);
      } else if (!this.#timers.has(session)) this.renewSession(memberId);
      const waits = subscription !== undefined && isRevoking;
      this.timer(timerOf.rebalance(memberId), waits ? subscription.rebalanceTimeoutMs : null);
    }
    this.touched.clear();
  }

  renewSession(memberId: string, ms: number | null = null): void {
    const classic = this.state.subscriptions.get(memberId)?.classic ?? null;
    const ownMs = classic?.sessionTimeoutMs ?? this.context.timeouts().sessionTimeoutMs;
    this.timer(timerOf.session(memberId), ms ?? ownMs);
  }

  /** Runs a timer for so long; null stops it. */
  timer(name: string, afterMs: number | null): void {
    if (afterMs === null) {
      if (this.#timers.delete(name)) this.#effects.push({ kind: 'timer', name, atUs: null });
      return;
    }
    this.#timers.add(name);
    this.#effects.push({ kind: 'timer', name, atUs: this.now.us + afterMs * 1000 });
  }

  runs(name: string): boolean {
    return this.#timers.has(name);
  }

  /** A timer runs out; false of one that was stopped in the meantime. */
  takeTimer(name: string): boolean {
    return this.#timers.delete(name);
  }

  #tell(tell: () => void): void {
    this.#effects.push({ kind: 'answer', tell });
  }

  takeEffects(): readonly ConsumerEffect[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }
}
