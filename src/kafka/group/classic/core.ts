/**
 * What the parts of a classic group share: its state, its members, the moment of the running step
 * and the effects it has so far. Changes of state and removals go through here, so that nobody who
 * waits is forgotten and no timer outlives its purpose.
 */
import type { WallMs } from '../../../base/ids.ts';
import { mark } from '../../../base/mark.ts';
import { errorCode } from '../../protocol/errors.ts';
import type { Now } from '../machine.ts';
import type {
  ClassicContext,
  ClassicEffect,
  ClassicState,
  GroupRecord,
  JoinAnswer,
  Respond,
  SyncAnswer,
} from './contract.ts';
import { type Member, Members, metadataOf, noBytes } from './members.ts';

/** An append under way, and what follows when it is done. */
export type PendingAppend =
  | { readonly kind: 'empty' }
  | {
      readonly kind: 'assignment';
      readonly generation: number;
      readonly assignments: ReadonlyMap<string, Uint8Array>;
    }
  | {
      readonly kind: 'replacement';
      /** The static member as it was, and its new id. */
      readonly former: Member;
      readonly memberId: string;
      readonly respond: Respond<JoinAnswer>;
      readonly formerLeader: string | null;
      readonly maySkipAssignment: boolean;
    };

/** The wait of an empty group for more members: how long still, and how long it was last. */
export interface InitialDelay {
  readonly delayMs: number;
  readonly remainingMs: number;
}

export const rebalanceTimer = 'rebalance';
export const syncTimer = 'sync';
export const sessionPrefix = 'session ';

export class ClassicCore {
  readonly context: ClassicContext;
  members = new Members();
  state: ClassicState = 'Empty';
  generation = 0;
  protocolType = '';
  protocol: string | null = null;
  leader: string | null = null;
  stateSinceMs: WallMs = -1;
  now: Now = { us: 0, wallMs: -1 };
  /** Not null while a group that was empty gathers its first members. */
  initialDelay: InitialDelay | null = null;
  hasNewMember = false;
  readonly appends = new Map<number, PendingAppend>();
  readonly #timers = new Set<string>();
  #effects: ClassicEffect[] = [];
  #nextAppendId = 1;

  constructor(context: ClassicContext) {
    this.context = context;
  }

  takeEffects(): readonly ClassicEffect[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  answer<T extends (ClassicEffect & { kind: 'answer' })['answer']>(
    respond: Respond<T>,
    answer: T,
  ): void {
    this.#effects.push({ kind: 'answer', respond, answer } as unknown as ClassicEffect);
  }

  become(state: ClassicState): void {
    this.state = state;
    this.stateSinceMs = this.now.wallMs;
  }

  /** Runs a timer for so long; null stops it. */
  timer(name: string, afterMs: number | null): void {
    if (afterMs === null) {
      if (!this.#timers.delete(name)) return;
      this.#effects.push({ kind: 'timer', name, atUs: null });
      return;
    }
    const atUs = this.now.us + afterMs * 1000;
    this.#timers.add(name);
    this.#effects.push({ kind: 'timer', name, atUs });
  }

  /** A timer runs out; false of one that was stopped in the meantime. */
  takeTimer(name: string): boolean {
    return this.#timers.delete(name);
  }

  stopTimers(): void {
    for (const name of [...this.#timers]) this.timer(name, null);
  }

  /** The member's session begins anew. */
  renewSession(member: Member, timeoutMs = member.sessionTimeoutMs): void {
    this.timer(sessionPrefix + member.memberId, timeoutMs);
  }

  append(pending: PendingAppend): void {
    const id = this.#nextAppendId++;
    this.appends.set(id, pending);
    const assignments = pending.kind === 'assignment' ? pending.assignments : null;
    this.#effects.push({ kind: 'append', id, record: recordOf(this, assignments) });
  }

  /** Ends a member's wait for the rebalance, if it waits. */
  answerJoin(member: Member, answer: JoinAnswer): void {
    const respond = this.members.setJoin(member, null);
    if (respond !== null) this.answer(respond, answer);
  }

  /** Ends a member's wait for the assignment, if it waits; tells if it did. */
  answerSync(member: Member, code: number): boolean {
    const respond = member.sync;
    if (respond === null) return false;
    member.sync = null;
    this.answer(respond, code === 0 ? syncAnswer(this, member) : failedSync(code));
    return true;
  }

  /** A member joins; who waited under its id is told to try again. */
  waitForJoin(member: Member, respond: Respond<JoinAnswer>): void {
    const before = this.members.setJoin(member, respond);
    if (before !== null)
      this.answer(before, failedJoin(member.memberId, errorCode.rebalanceInProgress));
  }

  /** Takes a member out; whoever waits for it learns `code`. */
  remove(member: Member, code: number): void {
    this.answerJoin(member, failedJoin('', code));
    this.answerSync(member, code);
    this.members.remove(member);
    // The next joining ends with another.
    if (this.leader === member.memberId) this.leader = null;
    if (this.context.rules.sessionEndsWithMembership())
      this.timer(sessionPrefix + member.memberId, null);
  }

  removePending(memberId: string): void {
    if (this.members.pending.delete(memberId)) this.timer(sessionPrefix + memberId, null);
  }

  /** The error code for who claims to be a member. */
  judgeIdentity(memberId: string, instanceId: string | null): number {
    const code = this.context.rules.judgeIdentity(this.identity(memberId, instanceId));
    if (code === errorCode.fencedInstanceId) mark('static-member-fenced');
    return code;
  }

  identity(memberId: string, instanceId: string | null) {
    const { members } = this;
    const holder = instanceId === null ? null : members.staticId(instanceId);
    return { memberId, instanceId, isMember: members.has(memberId), holder };
  }
}

function recordOf(
  core: ClassicCore,
  assignments: ReadonlyMap<string, Uint8Array> | null,
): GroupRecord {
  const { protocol } = core;
  return {
    protocolType: core.protocolType,
    generation: core.generation,
    protocol,
    leader: core.leader,
    currentStateTimestamp: core.stateSinceMs,
    members: [...core.members.values()].map((member) => ({
      memberId: member.memberId,
      instanceId: member.instanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      rebalanceTimeoutMs: member.rebalanceTimeoutMs,
      sessionTimeoutMs: member.sessionTimeoutMs,
      subscription: metadataOf(member, protocol),
      assignment:
        assignments === null ? member.assignment : (assignments.get(member.memberId) ?? noBytes),
    })),
  };
}

export const failedJoin = (memberId: string, code: number): JoinAnswer => ({
  errorCode: code,
  generation: -1,
  protocolType: null,
  protocol: null,
  leader: '',
  memberId,
  skipAssignment: false,
  members: [],
});

/** The current generation as a member is told it; the leader is told the members too. */
export function joinAnswer(core: ClassicCore, memberId: string): JoinAnswer {
  const { generation, protocolType, protocol, leader } = core;
  const isLeader = leader === memberId;
  return {
    errorCode: errorCode.none,
    generation,
    protocolType,
    protocol,
    leader: leader ?? '',
    memberId,
    skipAssignment: false,
    members: isLeader
      ? [...core.members.values()].map((member) => ({
          memberId: member.memberId,
          instanceId: member.instanceId,
          metadata: metadataOf(member, protocol),
        }))
      : [],
  };
}

export const failedSync = (code: number): SyncAnswer => ({
  errorCode: code,
  protocolType: null,
  protocol: null,
  assignment: noBytes,
});

export const syncAnswer = (core: ClassicCore, member: Member): SyncAnswer => ({
  errorCode: errorCode.none,
  protocolType: core.protocolType,
  protocol: core.protocol,
  assignment: member.assignment,
});
