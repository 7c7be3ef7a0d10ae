/** Requests of members of the classic protocol: who asks, what is stored, when they come again. */
import { errorCode } from '../../../protocol/errors.ts';
import type {
  HeartbeatAnswer,
  JoinAnswer,
  JoinRequest,
  LeaveAnswer,
  LeavingMember,
  MemberClaim,
  SyncAnswer,
  SyncRequest,
} from '../../classic/contract.ts';
import type { ClassicRequest, Respond } from '../contract.ts';
import { type ConsumerCore, timerOf } from '../core.ts';
import { classicHeartbeat, failedJoin, failedSync, join, leaveAll, sync } from './hosting.ts';

export function serveClassic(core: ConsumerCore, input: ClassicRequest): void {
  if (input.kind === 'join') serveJoin(core, input.request, input.respond);
  else if (input.kind === 'sync') serveSync(core, input.request, input.respond);
  else if (input.kind === 'leave') serveLeave(core, input.members, input.respond);
  else serveHeartbeat(core, input.request, input.respond);
}

function serveJoin(core: ConsumerCore, request: JoinRequest, respond: Respond<JoinAnswer>): void {
  const fail = (code: number): JoinAnswer => failedJoin(request.memberId, code);
  const work = core.begin(respond, fail);
  if (work === null) return;
  const answer = join(work, request, core.pendingIds);
  const { errorCode: code, memberId } = answer;
  const isTaken = code === errorCode.none;
  core.finish(work, isTaken, { respond, answer, fail });
  if (code === errorCode.memberIdRequired) {
    core.pendingIds.add(memberId);
    core.timer(timerOf.pending(memberId), request.sessionTimeoutMs);
  }
  if (!isTaken) return;
  core.pendingIds.delete(memberId);
  core.timer(timerOf.pending(memberId), null);
  core.timer(timerOf.join(memberId), null);
  core.renewSession(memberId, request.sessionTimeoutMs);
}

function serveSync(core: ConsumerCore, request: SyncRequest, respond: Respond<SyncAnswer>): void {
  const work = core.begin(respond, failedSync);
  if (work === null) return;
  const answer = sync(core.state, core.context, request);
  core.finish(work, false, { respond, answer, fail: failedSync });
}

function serveLeave(
  core: ConsumerCore,
  leaving: readonly LeavingMember[],
  respond: Respond<LeaveAnswer>,
): void {
  const fail = (code: number): LeaveAnswer => ({ errorCode: code, members: [] });
  const work = core.begin(respond, fail);
  if (work === null) return;
  const answer = leaveAll(work.draft, core.context, leaving);
  core.finish(work, false, { respond, answer, fail });
}

function serveHeartbeat(
  core: ConsumerCore,
  claim: MemberClaim,
  respond: Respond<HeartbeatAnswer>,
): void {
  const fail = (code: number): HeartbeatAnswer => ({ errorCode: code });
  const work = core.begin(respond, fail);
  if (work === null) return;
  const { memberId } = claim;
  const answer = classicHeartbeat(core.state, core.context, claim);
  core.finish(work, false, { respond, answer, fail });
  const joinsAgain = answer.errorCode === errorCode.rebalanceInProgress;
  if (answer.errorCode !== errorCode.none && !joinsAgain) return;
  core.renewSession(memberId);
  const timer = timerOf.join(memberId);
  const withinMs = core.state.subscriptions.get(memberId)?.rebalanceTimeoutMs ?? -1;
  if (joinsAgain && !core.runs(timer)) core.timer(timer, withinMs);
}
