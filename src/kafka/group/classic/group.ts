/**
 * One group of the classic protocol as a state machine: requests, stored records and time come in,
 * answers, appends and timers go out, in order (`contract.ts`). Empty → PreparingRebalance →
 * CompletingRebalance → Stable, and round again with each change of its members; Dead at the end.
 *
 * Invariants: the generation never falls; whoever waits is a member; members of a Stable group have
 * what the leader of this generation gave them.
 */
import { unreachable } from '../../../base/assert.ts';
import type { WallMs } from '../../../base/ids.ts';
import { mark } from '../../../base/mark.ts';
import { errorCode } from '../../protocol/errors.ts';
import { toldOfAppend } from '../append-errors.ts';
import type { Now } from '../machine.ts';
import type {
  ClassicContext,
  ClassicEffect,
  ClassicGroupMachine,
  ClassicInput,
  ClassicSnapshot,
  ClassicState,
  CommitClaim,
  GroupDescription,
  GroupRecord,
  HeartbeatAnswer,
  MemberClaim,
  Respond,
} from './contract.ts';
import { ClassicCore, failedJoin, rebalanceTimer, sessionPrefix, syncTimer } from './core.ts';
import { join, replacementAppended } from './joining.ts';
import { leave, sessionTimedOut } from './leaving.ts';
import { Members } from './members.ts';
import { rebalance, rebalanceTimedOut, syncTimedOut } from './rebalance.ts';
import { restore } from './restoring.ts';
import { assignmentAppended, sync } from './syncing.ts';
import { describeGroup, subscribedTopics } from './views.ts';

export class ClassicGroup implements ClassicGroupMachine {
  readonly #core: ClassicCore;

  constructor(context: ClassicContext) {
    this.#core = new ClassicCore(context);
  }

  get groupId(): string {
    return this.#core.context.groupId;
  }

  get state(): ClassicState {
    return this.#core.state;
  }

  get generation(): number {
    return this.#core.generation;
  }

  get protocolType(): string {
    return this.#core.protocolType;
  }

  get memberCount(): number {
    return this.#core.members.size;
  }

  /** Nobody is in it, nobody was, and nobody was told an id to come with. */
  get isUnused(): boolean {
    const { generation, members, state } = this.#core;
    return state === 'Empty' && generation === 0 && members.size + members.pending.size === 0;
  }

  get stateSinceMs(): WallMs {
    return this.#core.stateSinceMs;
  }

  step(input: ClassicInput, now: Now): readonly ClassicEffect[] {
    const core = this.#core;
    core.now = now;
    switch (input.kind) {
      case 'join':
        join(core, input.request, input.respond);
        break;
      case 'sync':
        sync(core, input.request, input.respond);
        break;
      case 'heartbeat':
        heartbeat(core, input.request, input.respond);
        break;
      case 'leave':
        leave(core, input.members, input.respond);
        break;
      case 'rebalance':
        if (core.members.size > 0) rebalance(core);
        break;
      case 'commit-taken':
        commitTaken(core, input.memberId);
        break;
      case 'appended':
        appended(core, input.id, input.errorCode);
        break;
      case 'timer':
        if (core.takeTimer(input.name)) timedOut(core, input.name);
        break;
      case 'end':
        end(core, input.errorCode);
        break;
      default:
        unreachable(input, 'ClassicGroup.step');
    }
    return core.takeEffects();
  }

  restored(record: GroupRecord, now: Now): readonly ClassicEffect[] {
    this.#core.now = now;
    restore(this.#core, record);
    return this.#core.takeEffects();
  }

  judgeCommit(claim: CommitClaim): number {
    const { state, generation, context } = this.#core;
    const identity = this.#core.identity(claim.memberId, claim.instanceId);
    const question = { claim, identity, state, generation };
    const code = context.rules.judgeCommit(question, context.rules);
    if (code === errorCode.illegalGeneration) mark('stale-commit-refused');
    return code;
  }

  judgeDelete(): number {
    const { state } = this.#core;
    if (state === 'Dead') return errorCode.groupIdNotFound;
    return state === 'Empty' ? errorCode.none : errorCode.nonEmptyGroup;
  }

  subscribedTopics(): ReadonlySet<string> | null {
    return subscribedTopics(this.#core);
  }

  describe(): GroupDescription {
    return describeGroup(this.#core);
  }

  snapshot(): ClassicSnapshot {
    const { generation, members, protocol, protocolType } = this.#core;
    return { generation, protocolType, protocol, members: [...members.values()] };
  }
}

/** A sign of life, answered with whether to join anew. */
function heartbeat(
  core: ClassicCore,
  { memberId, instanceId, generation }: MemberClaim,
  respond: Respond<HeartbeatAnswer>,
): void {
  const code =
    core.state === 'Dead'
      ? errorCode.coordinatorNotAvailable
      : core.judgeIdentity(memberId, instanceId) ||
        core.context.rules.judgeGeneration(generation, core.generation);
  const member = core.members.get(memberId);
  if (code !== errorCode.none || member === undefined) {
    core.answer(respond, { errorCode: code || errorCode.unknownMemberId });
    return;
  }
  core.renewSession(member);
  const isPreparing = core.state === 'PreparingRebalance';
  core.answer(respond, {
    errorCode: isPreparing ? errorCode.rebalanceInProgress : errorCode.none,
  });
}

function commitTaken(core: ClassicCore, memberId: string): void {
  const member = core.members.get(memberId);
  const isServing = core.state === 'Stable' || core.state === 'PreparingRebalance';
  if (member !== undefined && isServing) core.renewSession(member);
}

function appended(core: ClassicCore, id: number, failure: number): void {
  const pending = core.appends.get(id);
  if (!core.appends.delete(id) || pending === undefined || core.state === 'Dead') return;
  const code = toldOfAppend(failure);
  if (pending.kind === 'assignment') assignmentAppended(core, pending, code);
  else if (pending.kind === 'replacement') replacementAppended(core, pending, code);
}

function timedOut(core: ClassicCore, name: string): void {
  if (name === rebalanceTimer) rebalanceTimedOut(core);
  else if (name === syncTimer) syncTimedOut(core);
  else sessionTimedOut(core, name.slice(sessionPrefix.length));
}

function end(core: ClassicCore, code: number): void {
  if (core.state === 'Dead') return;
  for (const member of core.members.values()) {
    core.answerJoin(member, failedJoin(member.memberId, code));
    core.answerSync(member, code);
  }
  core.stopTimers();
  core.members = new Members();
  core.leader = null;
  core.become('Dead');
}
