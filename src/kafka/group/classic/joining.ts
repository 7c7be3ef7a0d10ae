/**
 * JoinGroup: who comes, who comes again, who comes back. A new dynamic member is told its id first
 * (KIP-394); a static member that comes back takes the place it had, under a new id, and fences the
 * process that had it (KIP-345).
 */
import { mark } from '../../../base/mark.ts';
import { errorCode } from '../../protocol/errors.ts';
import type { JoinAnswer, JoinRequest, Respond } from './contract.ts';
import { type ClassicCore, failedJoin, joinAnswer, sessionPrefix } from './core.ts';
import { hasSameProtocols, keptProtocols, type Member, newMember } from './members.ts';
import { completeIfAllJoined, rebalance } from './rebalance.ts';

/** How long a new member, which cannot heartbeat yet, is taken to wait for its join. */
const newMemberTimeoutMs = 5 * 60_000;
/** Ids made and not yet used; a bound on memory where Kafka has none. */
const maxPending = 10_000;

export function join(core: ClassicCore, request: JoinRequest, respond: Respond<JoinAnswer>): void {
  const { members } = core;
  const { memberId } = request;
  const code = judgeJoin(core, request);
  if (code !== errorCode.none) {
    core.answer(respond, failedJoin(memberId, code));
    return;
  }
  if (!hasRoomFor(core, memberId)) {
    core.answer(respond, failedJoin('', errorCode.groupMaxSizeReached));
    removeRefused(core, memberId);
    return;
  }
  if (!supportsProtocols(core, request)) {
    core.answer(respond, failedJoin(memberId, errorCode.inconsistentGroupProtocol));
    return;
  }
  if (memberId === '') joinNew(core, request, respond);
  else if (members.pending.has(memberId) && request.instanceId === null)
    addMember(core, memberId, request, respond);
  else joinAgain(core, request, respond);
}

function judgeJoin(core: ClassicCore, { sessionTimeoutMs }: JoinRequest): number {
  const { minSessionTimeoutMs, maxSessionTimeoutMs } = core.context.settings;
  if (sessionTimeoutMs < minSessionTimeoutMs || sessionTimeoutMs > maxSessionTimeoutMs)
    return errorCode.invalidSessionTimeout;
  return core.state === 'Dead' ? errorCode.coordinatorNotAvailable : errorCode.none;
}

/** While a rebalance gathers its members, those who have joined count; after that all members. */
function hasRoomFor(core: ClassicCore, memberId: string): boolean {
  const { members, state, context } = core;
  const { maxSize } = context.settings;
  if (memberId === '' && members.pending.size >= maxPending) return false;
  const member = members.get(memberId);
  if (state === 'Empty') return true;
  if (state === 'PreparingRebalance')
    return (member !== undefined && member.join !== null) || members.joined < maxSize;
  return member !== undefined || members.size < maxSize;
}

function removeRefused(core: ClassicCore, memberId: string): void {
  const member = core.members.get(memberId);
  if (member !== undefined) core.remove(member, errorCode.groupMaxSizeReached);
  core.removePending(memberId);
  completeIfAllJoined(core);
}

function supportsProtocols(core: ClassicCore, { protocolType, protocols }: JoinRequest): boolean {
  if (core.members.size === 0) return protocolType !== '' && protocols.length > 0;
  return protocolType === core.protocolType && core.members.supportOneOf(protocols);
}

function joinNew(core: ClassicCore, request: JoinRequest, respond: Respond<JoinAnswer>): void {
  const { members, context } = core;
  const { instanceId } = request;
  const memberId = `${instanceId ?? request.clientId}-${context.newUuid()}`;
  if (instanceId !== null) {
    const former = members.get(members.staticId(instanceId) ?? '');
    if (former === undefined) addMember(core, memberId, request, respond);
    else replaceMember(core, former, memberId, request, respond);
    return;
  }
  if (!request.knowsMemberIdRequired) {
    addMember(core, memberId, request, respond);
    return;
  }
  members.pending.add(memberId);
  core.timer(sessionPrefix + memberId, request.sessionTimeoutMs);
  core.answer(respond, failedJoin(memberId, errorCode.memberIdRequired));
}

function addMember(
  core: ClassicCore,
  memberId: string,
  request: JoinRequest,
  respond: Respond<JoinAnswer>,
): void {
  const member = newMember(memberId, request);
  if (core.members.size === 0) {
    core.protocolType = request.protocolType;
    core.leader = memberId;
  }
  core.members.add(member);
  core.waitForJoin(member, respond);
  core.hasNewMember = true;
  core.renewSession(member, newMemberTimeoutMs);
  rebalance(core);
}

function joinAgain(core: ClassicCore, request: JoinRequest, respond: Respond<JoinAnswer>): void {
  const { members, state } = core;
  const { memberId, protocols } = request;
  const code = core.judgeIdentity(memberId, request.instanceId);
  const member = members.get(memberId);
  if (code !== errorCode.none || member === undefined) {
    core.answer(respond, failedJoin(memberId, code || errorCode.unknownMemberId));
    return;
  }
  const hasChanged = !hasSameProtocols(member, protocols);
  const isLeader = core.leader === memberId;
  if (!core.context.rules.rejoinRebalances({ state, isLeader, hasChanged })) {
    core.answer(respond, joinAnswer(core, memberId));
    return;
  }
  members.update(member, keptProtocols(protocols), request);
  core.waitForJoin(member, respond);
  rebalance(core);
}

/** A static member is back, as another process: the one it was is fenced. */
function replaceMember(
  core: ClassicCore,
  former: Member,
  memberId: string,
  request: JoinRequest,
  respond: Respond<JoinAnswer>,
): void {
  mark('static-member-replaced');
  const { members, state, context } = core;
  const formerLeader = core.leader;
  core.answerJoin(former, failedJoin(former.memberId, errorCode.fencedInstanceId));
  core.answerSync(former, errorCode.fencedInstanceId);
  const member = renameMember(core, former, memberId);
  members.update(member, keptProtocols(request.protocols), request);
  core.waitForJoin(member, respond);
  core.renewSession(member);
  if (state === 'PreparingRebalance') {
    completeIfAllJoined(core);
    return;
  }
  const protocolChanges = state === 'Stable' && members.chosenProtocol() !== core.protocol;
  if (context.rules.replacementRebalances(state, protocolChanges)) {
    rebalance(core);
    return;
  }
  const { maySkipAssignment } = request;
  const pending = { former, memberId, respond, formerLeader, maySkipAssignment };
  if (context.rules.replacementIsPersisted()) core.append({ kind: 'replacement', ...pending });
  else answerReplacement(core, pending);
}

export interface Replacement {
  readonly former: Member;
  readonly memberId: string;
  readonly respond: Respond<JoinAnswer>;
  readonly formerLeader: string | null;
  readonly maySkipAssignment: boolean;
}

/** The new id of a static member is stored, or could not be. */
export function replacementAppended(core: ClassicCore, pending: Replacement, code: number): void {
  const member = core.members.get(pending.memberId);
  // It may have left, been fenced in its turn, or been answered by a rebalance.
  if (member === undefined || member.join !== pending.respond) return;
  if (code === errorCode.none) {
    // In a rebalance that began since, its join counts: that one's end answers it.
    if (core.state === 'Stable') answerReplacement(core, pending);
    return;
  }
  mark('replacement-not-stored');
  core.answerJoin(member, { ...joinAnswer(core, ''), errorCode: code, members: [] });
  const { former } = pending;
  const restored = renameMember(core, member, former.memberId);
  core.members.update(restored, former.protocols, former);
  core.renewSession(restored);
  completeIfAllJoined(core);
}

function answerReplacement(core: ClassicCore, pending: Replacement): void {
  const { memberId, formerLeader, maySkipAssignment } = pending;
  const member = core.members.get(memberId);
  if (member === undefined) return;
  core.renewSession(member);
  const answer = joinAnswer(core, memberId);
  const isLeader = core.leader === memberId;
  // A leader of before KIP-814 would assign anew: it is told that its former self leads.
  core.answerJoin(
    member,
    maySkipAssignment
      ? { ...answer, skipAssignment: isLeader }
      : { ...answer, leader: formerLeader ?? '', members: [] },
  );
}

function renameMember(core: ClassicCore, member: Member, memberId: string): Member {
  const renamed = core.members.rename(member, memberId);
  if (core.leader === member.memberId) core.leader = memberId;
  core.timer(sessionPrefix + member.memberId, null);
  return renamed;
}
