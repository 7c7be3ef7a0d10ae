/**
 * One group of the consumer protocol (KIP-848) as a state machine: heartbeats, time and what became
 * of appends come in; records, answers and timers go out (`contract.ts`).
 *
 * Invariants: no partition is with two members at a time, given or not yet given up; a member's
 * epoch never falls while it is a member; the assignment epoch never passes the group's.
 */

import { unreachable } from '../../../base/assert.ts';
import { mark } from '../../../base/mark.ts';
import { errorCode, errorName } from '../../protocol/errors.ts';
import { toldOfAppend } from '../append-errors.ts';
import type { ClassicSnapshot } from '../classic/contract.ts';
import type { Now } from '../machine.ts';
import { refused } from './admission.ts';
import { upgraded } from './classic/conversion.ts';
import { serveClassic } from './classic/serving.ts';
import type {
  ConsumerContext,
  ConsumerEffect,
  ConsumerGroupDescription,
  ConsumerGroupState,
  ConsumerInput,
  ConsumerRecord,
  HeartbeatAnswer,
  HeartbeatRequest,
  OffsetClaim,
  Respond,
} from './contract.ts';
import { ConsumerCore, readTimer } from './core.ts';
import { heartbeat } from './heartbeating.ts';
import { fence } from './leaving.ts';
import { epochIn } from './partitions.ts';
import { allNames } from './subscriptions.ts';
import { describeGroup, stateOf, tombstonesOf } from './views.ts';

export class ConsumerGroup {
  readonly #core: ConsumerCore;
  #hasApplied = false;
  #subscribed: ReadonlySet<string> | null = null;

  constructor(context: ConsumerContext) {
    this.#core = new ConsumerCore(context);
  }

  get groupId(): string {
    return this.#core.context.groupId;
  }

  get state(): ConsumerGroupState {
    return this.#core.hasEnded ? 'Dead' : stateOf(this.#core.state);
  }

  get memberCount(): number {
    return this.#core.state.memberCount;
  }

  /** Neither the log nor what is under way to it says anything of this group. */
  get isGone(): boolean {
    return this.#core.state.isGone && !this.#core.isWriting;
  }

  /** Takes the place of a stable classic group with its next append; false where it cannot. */
  adopt(snapshot: ClassicSnapshot): boolean {
    const { settings, topics } = this.#core.context;
    const isSmall = snapshot.members.length <= settings.maxSize;
    const seed = settings.mayUpgrade && isSmall ? upgraded(snapshot, topics) : null;
    if (seed !== null) this.#core.seed = seed;
    return seed !== null;
  }

  step(input: ConsumerInput, now: Now): readonly ConsumerEffect[] {
    const core = this.#core;
    core.now = now;
    this.#hasApplied = false;
    switch (input.kind) {
      case 'heartbeat':
        serveHeartbeat(core, input.request, input.respond);
        break;
      case 'classic':
        serveClassic(core, input.input);
        break;
      case 'topics-changed':
        core.topicsChanged = true;
        break;
      case 'appended':
        core.appended(input.id, toldOfAppend(input.errorCode));
        break;
      case 'timer':
        if (core.takeTimer(input.name)) timedOut(core, input.name);
        break;
      case 'end':
        core.end(input.errorCode);
        break;
      default:
        unreachable(input, 'ConsumerGroup.step');
    }
    return core.takeEffects();
  }

  /** A record of the group is in the log. */
  apply(record: ConsumerRecord): void {
    const { state, touched } = this.#core;
    state.apply(record);
    this.#hasApplied = true;
    if (record.kind === 'member' || record.kind === 'regex') this.#subscribed = null;
    const isTouched =
      record.kind === 'current' || (record.kind === 'member' && record.value === null);
    if (isTouched) touched.add(record.memberId);
  }

  /** The records of the last append are applied, if it was accepted: its timers follow. */
  applied(now: Now): readonly ConsumerEffect[] {
    const core = this.#core;
    core.now = now;
    if (this.#hasApplied) core.accepted();
    else core.refused();
    this.#hasApplied = false;
    core.timeTouched();
    return core.takeEffects();
  }

  /** All records are applied: members have a whole session before they must be heard. */
  restored(now: Now): readonly ConsumerEffect[] {
    const core = this.#core;
    core.now = now;
    this.#hasApplied = false;
    for (const memberId of core.state.subscriptions.keys()) core.touched.add(memberId);
    core.timeTouched();
    return core.takeEffects();
  }

  /** The error code for a commit; 0: it may be taken. */
  judgeCommit({ epoch, memberId, partitions }: OffsetClaim): number {
    const { context, state } = this.#core;
    if (epoch < 0 && state.memberCount === 0) return errorCode.none;
    const subscription = state.subscriptions.get(memberId);
    if (subscription === undefined) return errorCode.unknownMemberId;
    const { assigned, epoch: current, revoking } = state.currentOf(memberId);
    const since = partitions.map(
      ({ topicId, partition }) =>
        epochIn(assigned, topicId, partition) ?? epochIn(revoking, topicId, partition),
    );
    const code = context.rules.judgeCommit({ claimed: epoch, current, since });
    const isRefused = code !== errorCode.none;
    if (epoch !== current) mark(isRefused ? 'commit-fenced' : 'commit-of-former-epoch');
    return isRefused && subscription.classic !== null ? errorCode.illegalGeneration : code;
  }

  /** The error code for who asks for offsets; nobody's member may always. */
  judgeFetch(memberId: string | null, epoch: number): number {
    const { state } = this.#core;
    if (memberId === null && epoch < 0) return errorCode.none;
    if (memberId === null || !state.subscriptions.has(memberId)) return errorCode.unknownMemberId;
    return state.currentOf(memberId).epoch === epoch ? errorCode.none : errorCode.staleMemberEpoch;
  }

  judgeDelete(): number {
    if (this.#core.hasEnded) return errorCode.groupIdNotFound;
    return this.memberCount === 0 ? errorCode.none : errorCode.nonEmptyGroup;
  }

  subscribedTopics(): ReadonlySet<string> {
    this.#subscribed ??= allNames(this.#core.state);
    return this.#subscribed;
  }

  /** A topic of any name may concern it. */
  get hasPatterns(): boolean {
    return this.#core.state.regexes.size > 0;
  }

  describe(): ConsumerGroupDescription {
    return describeGroup(this.#core.state, this.#core.context);
  }

  tombstones(): readonly ConsumerRecord[] {
    return tombstonesOf(this.#core.state);
  }
}

function serveHeartbeat(
  core: ConsumerCore,
  request: HeartbeatRequest,
  respond: Respond<HeartbeatAnswer>,
): void {
  const fail = (code: number): HeartbeatAnswer => refused({ code, message: errorName(code) });
  const work = core.begin(respond, fail);
  if (work === null) return;
  const answer = heartbeat(work, request);
  const isTaken = answer.errorCode === errorCode.none && answer.memberEpoch >= 0;
  core.finish(work, isTaken, { respond, answer, fail });
  const { memberId } = answer;
  if (isTaken && memberId !== null)
    core.renewSession(memberId, core.context.timeouts().sessionTimeoutMs);
}

/** Whoever has not done in time what was to be done is fenced. */
function timedOut(core: ConsumerCore, name: string): void {
  const [kind, memberId] = readTimer(name);
  if (kind === 'pending') core.pendingIds.delete(memberId);
  if (!core.state.subscriptions.has(memberId)) return;
  const isRevoking = core.state.currentOf(memberId).state === 'unrevoked';
  if (kind === 'rebalance' && !isRevoking) return;
  const draft = core.draft();
  fence(draft, core.context, memberId);
  core.append(draft, name, [], false);
}
