/**
 * What should be on its way to the other voters, by the role we are in: after every step the
 * missing requests are sent. One request to a voter at a time; after a failure the next waits for
 * the retry backoff.
 */
import type { Micros, NodeId } from '../../base/ids.ts';
import type { Peer, RaftCore } from './core.ts';
import type { RaftRequest } from './messages.ts';
import type { Leader, Nominee, Resigned } from './roles.ts';

/** Sends what is due. Returns when a request that backs off may be sent; Infinity if none does. */
export function sendDue(core: RaftCore, nowUs: Micros): Micros {
  const { role } = core;
  switch (role.name) {
    case 'leader':
      sendBegin(core, role, nowUs);
      return Number.POSITIVE_INFINITY;
    case 'prospective':
    case 'candidate':
      return sendVotes(core, role, nowUs);
    case 'resigned':
      return sendEnds(core, role, nowUs);
    case 'follower':
      return core.isLocalVoter
        ? sendFetch(core, core.leaderId, nowUs)
        : sendObserverFetch(core, nowUs);
    case 'unattached':
      return core.isLocalVoter ? Number.POSITIVE_INFINITY : sendObserverFetch(core, nowUs);
  }
}

/** The request was answered, well or not at all. */
export function settleRequest(core: RaftCore, from: NodeId, requestId: number): boolean {
  const peer = core.peers.get(from);
  if (peer === undefined || peer.requestId !== requestId) return false;
  peer.requestId = 0;
  return true;
}

export function backOffFrom(core: RaftCore, from: NodeId, nowUs: Micros): void {
  const peer = core.peers.get(from);
  if (peer !== undefined) peer.retryAtUs = nowUs + core.timing.retryBackoffUs;
}

/** Tells silent voters who leads; those who fetch know. */
function sendBegin(core: RaftCore, leader: Leader, nowUs: Micros): void {
  if (leader.beginDeadlineUs > nowUs) return;
  const periodUs = Math.floor(core.timing.fetchTimeoutUs / 2);
  leader.beginDeadlineUs = nowUs + periodUs;
  const { epoch, local } = core;
  for (const [id, progress] of leader.voters) {
    const isFetching = progress.lastFetchUs >= 0 && progress.lastFetchUs > nowUs - periodUs;
    if (isFetching) continue;
    send(core, id, nowUs, () => ({
      kind: 'begin-quorum-epoch',
      epoch,
      leaderId: local.id,
      voter: core.voterKey(id),
    }));
  }
}

function sendVotes(core: RaftCore, nominee: Nominee, nowUs: Micros): Micros {
  if (nominee.backoffDeadlineUs !== null) return Number.POSITIVE_INFINITY;
  const { epoch, local, log } = core;
  const preVote = nominee.name === 'prospective';
  let retryAtUs = Number.POSITIVE_INFINITY;
  for (const id of core.peers.keys()) {
    if (nominee.granted.has(id) || nominee.rejected.has(id)) continue;
    const request = (): RaftRequest => ({
      kind: 'vote',
      epoch,
      candidate: local,
      voter: core.voterKey(id),
      lastEpoch: log.latestEpoch,
      lastOffset: log.endOffset,
      preVote,
    });
    retryAtUs = Math.min(retryAtUs, send(core, id, nowUs, request));
  }
  return retryAtUs;
}

function sendEnds(core: RaftCore, resigned: Resigned, nowUs: Micros): Micros {
  const { epoch, local } = core;
  const { preferredCandidates } = resigned;
  let retryAtUs = Number.POSITIVE_INFINITY;
  for (const id of resigned.unacknowledged) {
    const request = (): RaftRequest => ({
      kind: 'end-quorum-epoch',
      epoch,
      leaderId: local.id,
      preferredCandidates,
    });
    retryAtUs = Math.min(retryAtUs, send(core, id, nowUs, request));
  }
  return retryAtUs;
}

/**
 * A fetch acknowledges all before its offset: it goes out once that counts as ours, and cuts are
 * done.
 */
function sendFetch(core: RaftCore, to: NodeId, nowUs: Micros): Micros {
  const { log, timing } = core;
  const isSettled = core.countedOffset >= log.endOffset && core.isCutDurable;
  if (!isSettled) return Number.POSITIVE_INFINITY;
  return send(core, to, nowUs, () => ({
    kind: 'fetch',
    epoch: core.epoch,
    replica: core.local,
    fetchOffset: log.endOffset,
    lastFetchedEpoch: log.latestEpoch,
    maxWaitUs: timing.fetchMaxWaitUs,
    maxBytes: timing.fetchMaxBytes,
    highWatermark: core.highWatermark,
  }));
}

/**
 * An observer fetches from the leader; while it knows none, or its leader fails, from any voter, to
 * be told.
 */
function sendObserverFetch(core: RaftCore, nowUs: Micros): Micros {
  for (const peer of core.peers.values()) if (peer.requestId !== 0) return Number.POSITIVE_INFINITY;
  const { role } = core;
  const leader = core.peers.get(core.leaderId);
  const trustsLeader = role.name === 'follower' && role.fetchDeadlineUs > nowUs;
  if (trustsLeader && leader !== undefined && leader.retryAtUs <= nowUs) {
    return sendFetch(core, core.leaderId, nowUs);
  }
  const ready: NodeId[] = [];
  let retryAtUs = Number.POSITIVE_INFINITY;
  for (const [id, peer] of core.peers) {
    if (peer.retryAtUs <= nowUs) ready.push(id);
    else retryAtUs = Math.min(retryAtUs, peer.retryAtUs);
  }
  if (ready.length === 0) return retryAtUs;
  return sendFetch(core, ready[core.random.int(ready.length)] as NodeId, nowUs);
}

function send(core: RaftCore, to: NodeId, nowUs: Micros, request: () => RaftRequest): Micros {
  const peer: Peer | undefined = core.peers.get(to);
  if (peer === undefined || peer.requestId !== 0) return Number.POSITIVE_INFINITY;
  if (peer.retryAtUs > nowUs) return peer.retryAtUs;
  core.lastRequestId += 1;
  peer.requestId = core.lastRequestId;
  core.emit({ kind: 'send', to, requestId: core.lastRequestId, request: request() });
  return Number.POSITIVE_INFINITY;
}
