/**
 * How members go: by LeaveGroup, several at once and static ones by their instance id alone
 * (KIP-345), or by silence, when a session has run out.
 */
import { errorCode } from '../../protocol/errors.ts';
import type { LeaveAnswer, LeavingMember, LeftMember, Respond } from './contract.ts';
import type { ClassicCore } from './core.ts';
import { completeIfAllJoined, rebalance } from './rebalance.ts';

export function leave(
  core: ClassicCore,
  leaving: readonly LeavingMember[],
  respond: Respond<LeaveAnswer>,
): void {
  if (core.state === 'Dead') {
    core.answer(respond, { errorCode: errorCode.coordinatorNotAvailable, members: [] });
    return;
  }
  const { size } = core.members;
  const members = leaving.map((member): LeftMember => {
    const { memberId, instanceId } = member;
    return { memberId, instanceId, errorCode: removeLeaving(core, member) };
  });
  core.answer(respond, { errorCode: errorCode.none, members });
  if (core.members.size < size) rebalance(core);
  else completeIfAllJoined(core);
}

function removeLeaving(core: ClassicCore, { memberId, instanceId }: LeavingMember): number {
  const { members } = core;
  if (memberId !== '' && members.pending.has(memberId)) {
    core.removePending(memberId);
    return errorCode.none;
  }
  const isByInstance = memberId === '' && instanceId !== null;
  const id = isByInstance ? (members.staticId(instanceId) ?? '') : memberId;
  const code = core.judgeIdentity(id, instanceId);
  const member = members.get(id);
  if (code !== errorCode.none || member === undefined) return code || errorCode.unknownMemberId;
  core.remove(member, errorCode.unknownMemberId);
  return errorCode.none;
}

/** A session has run out. Who waits for an answer of ours is not silent: we are. */
export function sessionTimedOut(core: ClassicCore, memberId: string): void {
  const { members, context } = core;
  if (members.pending.delete(memberId)) {
    completeIfAllJoined(core);
    return;
  }
  const member = members.get(memberId);
  if (member === undefined) {
    if (!context.rules.sessionEndsWithMembership() && core.state !== 'Empty') rebalance(core);
    return;
  }
  if (!member.isNew && (member.join !== null || member.sync !== null)) return;
  core.remove(member, errorCode.unknownMemberId);
  rebalance(core);
}
