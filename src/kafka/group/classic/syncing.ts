/**
 * SyncGroup: the leader's assignment is appended before anybody is told of it, so that the next
 * coordinator knows it too. Members that ask before it is stored wait, those that ask later are
 * told at once.
 */
import { mark } from '../../../base/mark.ts';
import { errorCode } from '../../protocol/errors.ts';
import type { Respond, SyncAnswer, SyncRequest } from './contract.ts';
import { type ClassicCore, failedSync, type PendingAppend, syncAnswer, syncTimer } from './core.ts';
import { type Member, noBytes } from './members.ts';
import { failSyncs, rebalance } from './rebalance.ts';

export function sync(core: ClassicCore, request: SyncRequest, respond: Respond<SyncAnswer>): void {
  const code = judgeSync(core, request);
  const member = core.members.get(request.memberId);
  if (code !== errorCode.none || member === undefined) {
    core.answer(respond, failedSync(code || errorCode.unknownMemberId));
    return;
  }
  core.members.unsynced.delete(member.memberId);
  if (core.members.unsynced.size === 0) core.timer(syncTimer, null);
  if (core.state === 'Stable') {
    core.answer(respond, syncAnswer(core, member));
    return;
  }
  core.answerSync(member, errorCode.rebalanceInProgress);
  member.sync = respond;
  if (core.leader === member.memberId && !isAssigning(core)) appendAssignment(core, request);
}

function judgeSync(core: ClassicCore, request: SyncRequest): number {
  const { state, context } = core;
  if (state === 'Dead') return errorCode.coordinatorNotAvailable;
  const code =
    core.judgeIdentity(request.memberId, request.instanceId) ||
    context.rules.judgeGeneration(request.generation, core.generation);
  if (code !== errorCode.none) return code;
  const { protocolType, protocol } = request;
  const isOther =
    (protocolType !== null && protocolType !== core.protocolType) ||
    (protocol !== null && protocol !== core.protocol);
  if (isOther) return errorCode.inconsistentGroupProtocol;
  if (state === 'Empty') return errorCode.unknownMemberId;
  return state === 'PreparingRebalance' ? errorCode.rebalanceInProgress : errorCode.none;
}

/** The assignment of this generation is being stored: a leader that repeats itself waits for it. */
function isAssigning({ appends, generation }: ClassicCore): boolean {
  for (const pending of appends.values()) {
    if (pending.kind === 'assignment' && pending.generation === generation) return true;
  }
  return false;
}

function appendAssignment(core: ClassicCore, { assignments }: SyncRequest): void {
  const byMember = new Map<string, Uint8Array>();
  for (const { memberId, assignment } of assignments) {
    if (core.members.has(memberId)) byMember.set(memberId, assignment.slice());
  }
  core.append({ kind: 'assignment', generation: core.generation, assignments: byMember });
}

/** The assignment is stored, or could not be. */
export function assignmentAppended(
  core: ClassicCore,
  { generation, assignments }: PendingAppend & { kind: 'assignment' },
  code: number,
): void {
  if (!core.context.rules.assignmentStands(generation, core.state, core.generation)) {
    mark('assignment-overtaken');
    return;
  }
  if (code !== errorCode.none) {
    mark('assignment-not-stored');
    failSyncs(core, code);
    rebalance(core);
    return;
  }
  core.become('Stable');
  for (const member of core.members.values()) assign(core, member, assignments);
}

function assign(
  core: ClassicCore,
  member: Member,
  assignments: ReadonlyMap<string, Uint8Array>,
): void {
  member.assignment = assignments.get(member.memberId) ?? noBytes;
  // Its session may have run out while it waited, which nobody held against it.
  if (core.answerSync(member, errorCode.none)) core.renewSession(member);
}
