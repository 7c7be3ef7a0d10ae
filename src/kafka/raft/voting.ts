/** Elections: Vote, BeginQuorumEpoch and EndQuorumEpoch, asked and answered (KIP-595, KIP-996). */

import type { LeaderEpoch, Micros, NodeId } from '../../base/ids.ts';
import { noNode } from '../../base/ids.ts';
import { mark } from '../../base/mark.ts';
import { errorCode } from '../protocol/errors.ts';
import { errorAnswer, voteAnswer } from './answers.ts';
import type { RaftCore } from './core.ts';
import type { ReplicaKey } from './election-state.ts';
import type {
  BeginQuorumEpochRequest,
  EndQuorumEpochRequest,
  RaftResponse,
  VoteRequest,
  VoteResponse,
} from './messages.ts';
import { isUpToDate } from './rules.ts';
import { afterVote, becomeFollower, becomeUnattached, becomeVoted } from './transitions.ts';

export function answerVote(core: RaftCore, request: VoteRequest, nowUs: Micros): RaftResponse {
  const { lastEpoch, lastOffset, epoch, preVote, candidate } = request;
  const impossible =
    lastOffset < 0 || lastEpoch < 0 || (preVote ? lastEpoch > epoch : lastEpoch >= epoch);
  if (impossible) return errorAnswer(core, 'vote', errorCode.invalidRequest);
  const problem = fromVoter(core, candidate.id, epoch);
  if (problem !== errorCode.none) return errorAnswer(core, 'vote', problem);
  if (epoch > core.epoch) becomeUnattached(core, epoch, nowUs);
  if (!isMeantForUs(core, request.voter)) {
    mark('vote-for-replaced-disk');
    return errorAnswer(core, 'vote', errorCode.invalidVoterKey);
  }

  const { role, election, log } = core;
  const hasVoted = !preVote && election.votedKey !== null;
  if (hasVoted && election.votedKey.id !== candidate.id) mark('vote-asked-again');
  const granted = core.rules.grantsVote({
    preVote,
    candidate,
    isUpToDate: isUpToDate(request, { lastEpoch: log.latestEpoch, lastOffset: log.endOffset }),
    role: role.name,
    leaderKnown: core.hasLeader,
    votedKey: election.votedKey,
    hasFetched: role.name === 'follower' && role.hasFetched,
  });
  if (!granted) mark(preVote ? 'pre-vote-refused' : 'vote-refused');
  if (granted && !preVote && election.votedKey === null) becomeVoted(core, candidate, nowUs);
  if (granted && !preVote) core.emit({ kind: 'vote-granted', epoch, candidate });
  return voteAnswer(core, granted);
}

export function takeVote(
  core: RaftCore,
  from: NodeId,
  response: VoteResponse,
  nowUs: Micros,
): void {
  const { role } = core;
  if (role.name !== 'prospective' && role.name !== 'candidate') return;
  if (response.errorCode !== errorCode.none && response.errorCode !== errorCode.invalidVoterKey)
    return;
  if (response.granted) role.granted.add(from);
  else role.rejected.add(from);
  afterVote(core, nowUs);
}

export function answerBegin(
  core: RaftCore,
  request: BeginQuorumEpochRequest,
  nowUs: Micros,
): RaftResponse {
  const problem = fromVoter(core, request.leaderId, request.epoch);
  if (problem !== errorCode.none) return errorAnswer(core, request.kind, problem);
  learn(core, request.epoch, request.leaderId, nowUs);
  const meant = isMeantForUs(core, request.voter);
  return errorAnswer(core, request.kind, meant ? errorCode.none : errorCode.invalidVoterKey);
}

/**
 * The leader steps down: its follower begins an election, the sooner the better a successor it is.
 */
export function answerEnd(
  core: RaftCore,
  request: EndQuorumEpochRequest,
  nowUs: Micros,
): RaftResponse {
  const problem = fromVoter(core, request.leaderId, request.epoch);
  if (problem !== errorCode.none) return errorAnswer(core, request.kind, problem);
  learn(core, request.epoch, request.leaderId, nowUs);
  const { role } = core;
  if (role.name === 'follower' && core.leaderId === request.leaderId) {
    role.fetchDeadlineUs = nowUs + successionDelayUs(core, request.preferredCandidates);
    // What it knows of its leader's health no longer speaks against another's election.
    role.hasFetched = false;
  }
  return errorAnswer(core, request.kind, errorCode.none);
}

/**
 * What every answer tells: a later epoch, or the leader of ours. True if the answer is of our epoch
 * and may be used for what was asked.
 */
export function learnFrom(core: RaftCore, response: RaftResponse, nowUs: Micros): boolean {
  const { errorCode: code, epoch, leaderId } = response;
  if (epoch < core.epoch || code === errorCode.unknownLeaderEpoch) return false;
  const stale = code === errorCode.fencedLeaderEpoch || code === errorCode.notLeaderOrFollower;
  if (epoch > core.epoch || stale) {
    learn(core, epoch, leaderId, nowUs);
    return false;
  }
  if (leaderId !== noNode && !core.hasLeader) learn(core, epoch, leaderId, nowUs);
  return true;
}

/**
 * Someone says that `leaderId` leads in `epoch`. What contradicts what we know of an epoch is not
 * believed.
 */
export function learn(core: RaftCore, epoch: LeaderEpoch, leaderId: NodeId, nowUs: Micros): void {
  if (epoch < core.epoch || leaderId === core.local.id) return;
  if (epoch > core.epoch) {
    if (leaderId === noNode) becomeUnattached(core, epoch, nowUs);
    else becomeFollower(core, epoch, leaderId, nowUs);
  } else if (leaderId !== noNode && !core.hasLeader) {
    becomeFollower(core, epoch, leaderId, nowUs);
  }
}

function fromVoter(core: RaftCore, sender: NodeId, epoch: LeaderEpoch): number {
  if (epoch < core.epoch) return errorCode.fencedLeaderEpoch;
  return sender < 0 ? errorCode.invalidRequest : errorCode.none;
}

/**
 * A request names the voter it is for, so that a replaced disk does not answer for the one before
 * (KIP-853).
 */
function isMeantForUs(core: RaftCore, voter: ReplicaKey): boolean {
  const { local, rules } = core;
  if (voter.id === noNode) return true;
  return voter.id === local.id && rules.isSameReplica(voter.directoryId, local.directoryId);
}

/**
 * First of the list at once, the others after shares of the maximal backoff that double down the
 * list.
 */
function successionDelayUs(core: RaftCore, preferred: readonly ReplicaKey[]): Micros {
  const { local, timing } = core;
  const position = preferred.findIndex((candidate) => candidate.id === local.id);
  if (position === 0 || preferred.length === 0) return 0;
  const maxUs = timing.electionBackoffMaxUs;
  if (position < 0) return maxUs;
  const shareUs = Math.floor(maxUs / (1 << (preferred.length - 1)));
  return Math.min(maxUs, shareUs * (1 << (position - 1)));
}
