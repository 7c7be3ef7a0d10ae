/**
 * What a leader does: it serves fetches, and by their offsets learns what is on a majority; that
 * much is committed. A fetch with nothing to answer waits in a list until data, a higher high
 * watermark or its deadline comes.
 */

import { type Micros, type Offset, zeroUuid } from '../../base/ids.ts';
import { mark } from '../../base/mark.ts';
import { errorCode } from '../protocol/errors.ts';
import { errorAnswer, fetchAnswer } from './answers.ts';
import type { RaftCore } from './core.ts';
import { divergence } from './fetch-position.ts';
import type { FetchRequest, FetchResponse, RaftResponse, Respond } from './messages.ts';
import { type Leader, newProgress, type Progress, type WaitingFetch } from './roles.ts';
import { resign } from './transitions.ts';

export function serveFetch(
  core: RaftCore,
  request: FetchRequest,
  respond: Respond,
  nowUs: Micros,
): void {
  const refusal = refuse(core, request);
  if (refusal !== null) {
    core.emit({ kind: 'answer', respond, response: refusal });
    return;
  }
  const leader = core.role as Leader;
  const diverging = divergence(core.log, request.fetchOffset, request.lastFetchedEpoch);
  if (diverging !== null) {
    mark('quorum-log-diverges');
    const response = fetchAnswer(core, errorCode.none, leader.highWatermark, diverging);
    core.emit({ kind: 'answer', respond, response });
    return;
  }
  const progress = progressOf(core, leader, request);
  if (progress !== null) recordFetch(core, leader, progress, request, nowUs);
  if (request.maxWaitUs > 0 && !hasNews(core, leader, request)) {
    leader.waiting.push({ request, respond, deadlineUs: nowUs + request.maxWaitUs });
    return;
  }
  core.emit({ kind: 'answer', respond, response: dataFor(core, leader, request) });
}

/** Counts and shows what was appended to the leader's log, or became durable in it. */
export function afterAppend(core: RaftCore, leader: Leader): void {
  leader.settledEnd = core.log.endOffset;
  if (!advanceHighWatermark(core, leader)) answerWaiting(core, leader);
}

/**
 * The leader's own records were appended: they wait a little for more to come
 * (controller.quorum.append.linger.ms).
 */
export function lingerAppend(core: RaftCore, leader: Leader, from: Offset, nowUs: Micros): void {
  if (leader.lingerDeadlineUs !== Number.POSITIVE_INFINITY) return;
  leader.lingerDeadlineUs = nowUs + core.timing.appendLingerUs;
  leader.lingerFrom = from;
}

/** Answers waiting fetches that have news, or whose time is over (`nowUs`). */
export function answerWaiting(core: RaftCore, leader: Leader, nowUs: Micros = -1): void {
  if (leader.waiting.length === 0) return;
  const stillWaiting: WaitingFetch[] = [];
  const ready: WaitingFetch[] = [];
  for (const fetch of leader.waiting) {
    const { request, deadlineUs } = fetch;
    const due = deadlineUs <= nowUs || hasNews(core, leader, request);
    (due ? ready : stillWaiting).push(fetch);
  }
  if (ready.length === 0) return;
  leader.waiting = stillWaiting;
  for (const { request, respond } of ready) {
    core.emit({ kind: 'answer', respond, response: dataFor(core, leader, request) });
  }
}

export function leaderDeadlineUs(leader: Leader): Micros {
  let deadlineUs = Math.min(
    leader.checkQuorumDeadlineUs,
    leader.beginDeadlineUs,
    leader.lingerDeadlineUs,
  );
  for (const fetch of leader.waiting) deadlineUs = Math.min(deadlineUs, fetch.deadlineUs);
  return deadlineUs;
}

export function tickLeader(core: RaftCore, leader: Leader, nowUs: Micros): void {
  if (leader.checkQuorumDeadlineUs <= nowUs) {
    mark('quorum-leader-unheard');
    resign(core, nowUs);
    return;
  }
  if (leader.lingerDeadlineUs <= nowUs) {
    leader.lingerDeadlineUs = Number.POSITIVE_INFINITY;
    core.flush();
    afterAppend(core, leader);
  }
  answerWaiting(core, leader, nowUs);
}

function refuse(core: RaftCore, request: FetchRequest): RaftResponse | null {
  const { fetchOffset, lastFetchedEpoch, epoch, maxWaitUs } = request;
  const impossible =
    maxWaitUs < 0 || fetchOffset < 0 || lastFetchedEpoch < 0 || lastFetchedEpoch > epoch;
  if (impossible) return errorAnswer(core, 'fetch', errorCode.invalidRequest);
  if (epoch < core.epoch) {
    mark('quorum-fetch-fenced');
    return errorAnswer(core, 'fetch', errorCode.fencedLeaderEpoch);
  }
  if (epoch > core.epoch) {
    mark('quorum-fetch-ahead');
    return errorAnswer(core, 'fetch', errorCode.unknownLeaderEpoch);
  }
  const leads = core.role.name === 'leader' && request.replica.id !== core.local.id;
  return leads ? null : errorAnswer(core, 'fetch', errorCode.notLeaderOrFollower);
}

function hasNews(core: RaftCore, leader: Leader, request: FetchRequest): boolean {
  return (
    shownEnd(core, leader) > request.fetchOffset || leader.highWatermark > request.highWatermark
  );
}

/** What lingers is not yet worth an answer, though a fetch that comes anyway may have it. */
function shownEnd(core: RaftCore, leader: Leader): Offset {
  return leader.lingerDeadlineUs === Number.POSITIVE_INFINITY
    ? core.log.endOffset
    : leader.lingerFrom;
}

function dataFor(core: RaftCore, leader: Leader, request: FetchRequest): FetchResponse {
  const { log } = core;
  const { fetchOffset, maxBytes } = request;
  const records = fetchOffset < log.endOffset ? log.read(fetchOffset, maxBytes) : undefined;
  return fetchAnswer(core, errorCode.none, leader.highWatermark, null, records);
}

/** Null for those who only read and are no replica. */
function progressOf(core: RaftCore, leader: Leader, { replica }: FetchRequest): Progress | null {
  if (replica.id < 0) return null;
  const voter = leader.voters.get(replica.id);
  if (voter !== undefined && core.isVoter(replica)) return voter;
  const name = `${replica.id}/${replica.directoryId}`;
  let observer = leader.observers.get(name);
  if (observer === undefined) {
    observer = newProgress(replica);
    leader.observers.set(name, observer);
  }
  return observer;
}

function recordFetch(
  core: RaftCore,
  leader: Leader,
  progress: Progress,
  request: FetchRequest,
  nowUs: Micros,
): void {
  const { fetchOffset, replica } = request;
  const moved = fetchOffset !== progress.endOffset;
  if (fetchOffset >= core.log.endOffset) progress.lastCaughtUpUs = nowUs;
  else if (progress.leaderEndAtLastFetch > 0 && fetchOffset >= progress.leaderEndAtLastFetch) {
    progress.lastCaughtUpUs = Math.max(progress.lastCaughtUpUs, progress.lastFetchUs);
  }
  progress.leaderEndAtLastFetch = core.log.endOffset;
  progress.lastFetchUs = nowUs;
  progress.endOffset = fetchOffset;
  if (leader.voters.get(replica.id) !== progress) return;
  const isNewcomer = progress.key.directoryId !== replica.directoryId;
  if (isNewcomer) progress.key = replica;
  checkQuorum(core, leader, replica.id, nowUs);
  if (moved) advanceHighWatermark(core, leader);
  if (isNewcomer) bindVoters(core, leader);
}

/** With a majority, ourselves counted, heard since the deadline was set, it is set anew. */
function checkQuorum(core: RaftCore, leader: Leader, from: number, nowUs: Micros): void {
  leader.fetched.add(from);
  if (leader.fetched.size < core.majority - 1) return;
  leader.fetched.clear();
  const timeoutUs = core.rules.checkQuorumTimeoutUs(core.timing.fetchTimeoutUs);
  if (timeoutUs !== null) leader.checkQuorumDeadlineUs = nowUs + timeoutUs;
}

/** True if it moved; then what waits for that has been answered. */
function advanceHighWatermark(core: RaftCore, leader: Leader): boolean {
  const offset = majorityOffset(core, leader);
  if (offset <= leader.highWatermark || !core.rules.mayExpose(offset, leader.epochStart))
    return false;
  leader.highWatermark = offset;
  if (offset > core.highWatermark) core.highWatermark = offset;
  core.emit({ kind: 'committed', highWatermark: offset, epoch: core.epoch, isLeader: true });
  bindVoters(core, leader);
  answerWaiting(core, leader);
  return true;
}

/** The highest offset that a majority of the voters has reached. */
export function majorityOffset(core: RaftCore, leader: Leader): Offset {
  const ends = core.isLocalVoter ? [core.countedOffset] : [-1];
  for (const voter of leader.voters.values()) ends.push(voter.endOffset);
  ends.sort((a, b) => b - a);
  return ends[core.majority - 1] ?? -1;
}

/**
 * Writes into the log which directory each voter has, once it is first seen to have one: from then
 * on another directory under the same id is another replica, which may read and does not count
 * (KIP-853). One such record at a time: the last must be committed.
 */
function bindVoters(core: RaftCore, leader: Leader): void {
  const { log, local } = core;
  if (leader.highWatermark < 0 || log.votersOffset >= leader.highWatermark) return;
  const known = log.voterDirectories;
  let news = false;
  const directories = new Map<number, string>();
  for (const id of core.voterIds) {
    const seen = id === local.id ? local : leader.voters.get(id)?.key;
    const directory = known.get(id) ?? seen?.directoryId ?? zeroUuid;
    if (directory !== zeroUuid) directories.set(id, directory);
    if (directory !== zeroUuid && !known.has(id)) news = true;
  }
  if (!news) return;
  mark('voters-bound');
  log.appendVoters(core.epoch, directories);
  core.flush();
}
