/**
 * The ways from one role to another (KIP-595, KIP-996). Each that changes the election asks to
 * persist it before anything else goes out; each drops the requests of the role before.
 */

import { assert } from '../../base/assert.ts';
import { type LeaderEpoch, type Micros, type NodeId, noNode } from '../../base/ids.ts';
import { mark } from '../../base/mark.ts';
import { errorCode } from '../protocol/errors.ts';
import { fetchAnswer } from './answers.ts';
import type { RaftCore } from './core.ts';
import { type ElectionState, type ReplicaKey, sameElection } from './election-state.ts';
import { type Leader, type Nominee, newProgress, type Role } from './roles.ts';

/**
 * The start of an incarnation, from what the last one wrote down. It leads nobody, whatever it did
 * before.
 */
export function initialize(core: RaftCore, stored: ElectionState | null, nowUs: Micros): void {
  let election = stored ?? core.election;
  if (core.log.latestEpoch > election.epoch) {
    election = { epoch: core.log.latestEpoch, leaderId: noNode, votedKey: null };
  }
  core.election = election;
  let role: Role = unattached(core, nowUs);
  if (election.leaderId === core.local.id) role = resigned(core, [], nowUs);
  else if (election.leaderId !== noNode) role = follower(core, nowUs);
  core.role = role;
  core.emit({ kind: 'persist', election: core.rules.durable(election) });
  core.emitRole();
  // Recovery may have cut the log, and what is in the page cache counts for nothing yet.
  core.flushCut();
  const alone = core.voterIds.length === 1 && core.isLocalVoter;
  if (alone) becomeCandidate(core, 1, nowUs);
}

/** Into `epoch`, of which no leader is known. */
export function becomeUnattached(core: RaftCore, epoch: LeaderEpoch, nowUs: Micros): void {
  assert(epoch > core.epoch, 'an epoch is entered once');
  const { role } = core;
  const keepsDeadline =
    role.name === 'candidate' || role.name === 'prospective' || role.name === 'unattached';
  const next = unattached(core, nowUs, keepsDeadline ? role.electionDeadlineUs : null);
  enter(core, next, { epoch, leaderId: noNode, votedKey: null });
}

/** A real vote for another. It has as good a chance as we have, so we wait anew. */
export function becomeVoted(core: RaftCore, candidate: ReplicaKey, nowUs: Micros): void {
  const election = { epoch: core.epoch, leaderId: core.leaderId, votedKey: candidate };
  if (core.role.name === 'prospective') {
    setElection(core, election);
    core.emitRole();
  } else {
    enter(core, unattached(core, nowUs), election);
  }
}

export function becomeFollower(
  core: RaftCore,
  epoch: LeaderEpoch,
  leaderId: NodeId,
  nowUs: Micros,
): void {
  assert(leaderId !== core.local.id, 'nobody follows himself');
  const votedKey = epoch === core.epoch ? core.election.votedKey : null;
  enter(core, follower(core, nowUs), { epoch, leaderId, votedKey });
}

/** The time to wait for a leader is over. */
export function beginElection(core: RaftCore, attempt: number, nowUs: Micros): void {
  if (core.rules.electionBeginsAs() === 'candidate') becomeCandidate(core, attempt, nowUs);
  else becomeProspective(core, attempt, nowUs);
}

function becomeProspective(core: RaftCore, attempt: number, nowUs: Micros): void {
  enter(core, nominee(core, 'prospective', attempt, nowUs), core.election);
  afterVote(core, nowUs);
}

function becomeCandidate(core: RaftCore, attempt: number, nowUs: Micros): void {
  const election = { epoch: core.epoch + 1, leaderId: noNode, votedKey: core.local };
  enter(core, nominee(core, 'candidate', attempt, nowUs), election);
  core.emit({ kind: 'vote-granted', epoch: election.epoch, candidate: core.local });
  afterVote(core, nowUs);
}

/** Counts a nominee's votes: won, lost, or neither yet. */
export function afterVote(core: RaftCore, nowUs: Micros): void {
  const { role } = core;
  assert(role.name === 'prospective' || role.name === 'candidate', 'only nominees count votes');
  if (role.granted.size >= core.majority) {
    if (role.name === 'prospective') becomeCandidate(core, role.attempt, nowUs);
    else becomeLeader(core, role, nowUs);
  } else if (role.rejected.size > core.voterIds.length - core.majority) {
    if (role.name === 'prospective') endPreVote(core, nowUs);
    else backOff(core, role, nowUs);
  }
}

/**
 * The answer to "could I win" is no, or none came: back to the leader it had, or to waiting for
 * one.
 */
export function endPreVote(core: RaftCore, nowUs: Micros): void {
  mark('pre-vote-in-vain');
  if (core.hasLeader) enter(core, follower(core, nowUs), core.election);
  else enter(core, unattached(core, nowUs), core.election);
}

/** A candidate lost: it waits a random while, longer each time, before it begins again. */
export function backOff(core: RaftCore, role: Nominee, nowUs: Micros): void {
  if (role.backoffDeadlineUs !== null) return;
  mark('election-in-vain');
  const slots = 2 << Math.min(20, role.attempt - 1);
  const backoffUs = Math.min(100_000 * core.random.int(slots), core.timing.electionBackoffMaxUs);
  role.backoffDeadlineUs = nowUs + backoffUs;
}

function becomeLeader(core: RaftCore, nominee: Nominee, nowUs: Micros): void {
  const { log, voterIds, local, timing, rules } = core;
  const epochStart = log.endOffset;
  const checkQuorumUs = rules.checkQuorumTimeoutUs(timing.fetchTimeoutUs);
  const role: Leader = {
    name: 'leader',
    epochStart,
    highWatermark: -1,
    voters: new Map(),
    observers: new Map(),
    fetched: new Set(),
    checkQuorumDeadlineUs:
      checkQuorumUs === null || voterIds.length === 1
        ? Number.POSITIVE_INFINITY
        : nowUs + checkQuorumUs,
    beginDeadlineUs: voterIds.length === 1 ? Number.POSITIVE_INFINITY : nowUs,
    lingerDeadlineUs: Number.POSITIVE_INFINITY,
    lingerFrom: epochStart,
    settledEnd: epochStart,
    waiting: [],
  };
  for (const id of voterIds)
    if (id !== local.id) role.voters.set(id, newProgress(core.voterKey(id)));
  enter(core, role, { epoch: core.epoch, leaderId: local.id, votedKey: core.election.votedKey });
  const grantingVoters = [...nominee.granted].sort((a, b) => a - b);
  log.appendLeaderChange(core.epoch, { leaderId: local.id, voters: voterIds, grantingVoters });
  core.flush();
}

/** The leader steps down, and says who should come next: those who have most of the log. */
export function resign(core: RaftCore, nowUs: Micros): void {
  const { role } = core;
  assert(role.name === 'leader', 'only a leader resigns');
  const voters = [...role.voters.values()].sort(
    (a, b) => b.endOffset - a.endOffset || a.key.id - b.key.id,
  );
  enter(
    core,
    resigned(
      core,
      voters.map((voter) => core.voterKey(voter.key.id)),
      nowUs,
    ),
    core.election,
  );
}

function enter(core: RaftCore, role: Role, election: ElectionState): void {
  const before = core.role;
  core.role = role;
  for (const peer of core.peers.values()) {
    peer.requestId = 0;
    peer.retryAtUs = 0;
  }
  setElection(core, election);
  core.emitRole();
  if (before.name !== 'leader') return;
  // Appends that lingered were not flushed yet, and a follower fetches only behind what is.
  core.flush();
  for (const { respond } of before.waiting) {
    core.emit({
      kind: 'answer',
      respond,
      response: fetchAnswer(core, errorCode.notLeaderOrFollower),
    });
  }
}

function setElection(core: RaftCore, election: ElectionState): void {
  assert(election.epoch >= core.epoch, 'the epoch never falls');
  if (sameElection(election, core.election)) return;
  core.election = election;
  core.emit({ kind: 'persist', election: core.rules.durable(election) });
}

function unattached(core: RaftCore, nowUs: Micros, deadlineUs: Micros | null = null): Role {
  return {
    name: 'unattached',
    electionDeadlineUs: deadlineUs ?? nowUs + core.randomElectionTimeoutUs(),
  };
}

function follower(core: RaftCore, nowUs: Micros): Role {
  return {
    name: 'follower',
    fetchDeadlineUs: nowUs + core.timing.fetchTimeoutUs,
    hasFetched: false,
    leaderHighWatermark: -1,
  };
}

function nominee(core: RaftCore, name: Nominee['name'], attempt: number, nowUs: Micros): Nominee {
  const electionDeadlineUs = nowUs + core.randomElectionTimeoutUs();
  const granted = new Set([core.local.id]);
  return {
    name,
    electionDeadlineUs,
    backoffDeadlineUs: null,
    granted,
    rejected: new Set(),
    attempt,
  };
}

function resigned(core: RaftCore, preferredCandidates: readonly ReplicaKey[], nowUs: Micros): Role {
  const electionDeadlineUs = nowUs + core.randomElectionTimeoutUs();
  return {
    name: 'resigned',
    electionDeadlineUs,
    unacknowledged: new Set(core.peers.keys()),
    preferredCandidates,
  };
}
