/**
 * The course of a rebalance: prepare (wait until all members have joined, at most as long as the
 * slowest of them was promised), complete the joining (a new generation, a leader, a protocol), and
 * wait for the leader's assignment. A group that was empty waits a little for more members first.
 */
import { mark } from '../../../base/mark.ts';
import { errorCode } from '../../protocol/errors.ts';
import { type ClassicCore, joinAnswer, rebalanceTimer, syncTimer } from './core.ts';
import { noBytes } from './members.ts';

/** Something about the members has changed: rebalance, or see whether the running one is done. */
export function rebalance(core: ClassicCore): void {
  if (core.state === 'PreparingRebalance') completeIfAllJoined(core);
  else prepareRebalance(core);
}

function prepareRebalance(core: ClassicCore): void {
  const { members, context } = core;
  const wasEmpty = core.state === 'Empty';
  if (core.state === 'CompletingRebalance') {
    mark('rebalance-overtaken');
    failSyncs(core, errorCode.rebalanceInProgress);
  }
  core.timer(syncTimer, null);
  core.become('PreparingRebalance');
  if (wasEmpty) {
    const delayMs = context.settings.initialRebalanceDelayMs;
    const remainingMs = Math.max(members.maxRebalanceTimeoutMs() - delayMs, 0);
    core.initialDelay = { delayMs, remainingMs };
    core.hasNewMember = false;
    core.timer(rebalanceTimer, delayMs);
  } else if (!completeIfAllJoined(core)) {
    core.timer(rebalanceTimer, members.maxRebalanceTimeoutMs());
  }
}

/** Those who wait for an assignment will not get this one. */
export function failSyncs(core: ClassicCore, code: number): void {
  for (const member of core.members.values()) {
    member.assignment = noBytes;
    if (core.answerSync(member, code)) core.renewSession(member);
  }
}

/** Ends the joining if nobody is missing. */
export function completeIfAllJoined(core: ClassicCore): boolean {
  if (core.state !== 'PreparingRebalance' || core.initialDelay !== null) return false;
  const { size, joined, pending } = core.members;
  if (!core.context.rules.allHaveJoined(size, joined, pending.size)) return false;
  completeJoin(core);
  return true;
}

export function rebalanceTimedOut(core: ClassicCore): void {
  if (core.state !== 'PreparingRebalance') return;
  const { initialDelay } = core;
  if (initialDelay !== null && core.hasNewMember && initialDelay.remainingMs > 0) {
    const { delayMs, remainingMs } = initialDelay;
    const nextMs = Math.min(core.context.settings.initialRebalanceDelayMs, remainingMs);
    core.hasNewMember = false;
    core.initialDelay = { delayMs: nextMs, remainingMs: Math.max(remainingMs - delayMs, 0) };
    core.timer(rebalanceTimer, nextMs);
    return;
  }
  core.initialDelay = null;
  completeJoin(core);
}

function completeJoin(core: ClassicCore): void {
  const { members } = core;
  core.timer(rebalanceTimer, null);
  if (members.joined < members.size) removeAbsent(core);
  if (members.size > 0 && !electJoinedLeader(core)) {
    mark('group-waits-for-static');
    // Static members alone, and none is back: wait until one is, or their sessions end.
    core.timer(rebalanceTimer, members.maxRebalanceTimeoutMs());
    return;
  }
  core.generation++;
  members.unsynced.clear();
  if (members.size === 0) {
    core.protocol = null;
    core.leader = null;
    core.become('Empty');
    core.append({ kind: 'empty' });
    return;
  }
  core.protocol = members.chosenProtocol();
  core.become('CompletingRebalance');
  for (const member of members.values()) {
    if (member.join !== null) core.answerJoin(member, joinAnswer(core, member.memberId));
    member.isNew = false;
    core.renewSession(member);
    members.unsynced.add(member.memberId);
  }
  core.timer(syncTimer, members.maxRebalanceTimeoutMs());
}

/** Dynamic members that did not join are gone; static ones stay as long as their session. */
function removeAbsent(core: ClassicCore): void {
  for (const member of [...core.members.values()]) {
    if (member.join !== null || member.instanceId !== null) continue;
    mark('group-members-absent');
    core.remove(member, errorCode.unknownMemberId);
  }
}

/** The leader stays if it has joined; else the first who has. */
function electJoinedLeader(core: ClassicCore): boolean {
  const { members } = core;
  if (core.leader !== null && members.get(core.leader)?.join) return true;
  for (const member of members.values()) {
    if (member.join === null) continue;
    mark('group-leader-replaced');
    core.leader = member.memberId;
    return true;
  }
  return false;
}

/** Members that have not synced in the time of a rebalance are gone: the group begins anew. */
export function syncTimedOut(core: ClassicCore): void {
  const { members, state } = core;
  if (state !== 'CompletingRebalance' && state !== 'Stable') return;
  if (members.unsynced.size === 0) return;
  mark('group-members-unsynced');
  for (const memberId of [...members.unsynced]) {
    const member = members.get(memberId);
    if (member !== undefined) core.remove(member, errorCode.unknownMemberId);
  }
  prepareRebalance(core);
}
