/**
 * The roles a replica can be in, with what each needs to know. Deadlines are on the replica's
 * monotonic clock.
 */
import type { Micros, NodeId, Offset } from '../../base/ids.ts';
import type { ReplicaKey } from './election-state.ts';
import type { FetchRequest, Respond } from './messages.ts';

export type Role = Unattached | Follower | Nominee | Leader | Resigned;
export type RoleName = Role['name'];

/** Knows no leader of its epoch; may have voted in it. */
export interface Unattached {
  readonly name: 'unattached';
  readonly electionDeadlineUs: Micros;
}

export interface Follower {
  readonly name: 'follower';
  /** Without a good answer to a fetch by then, a voter takes its leader for gone. */
  fetchDeadlineUs: Micros;
  /** It has fetched from this leader: the leader lives. */
  hasFetched: boolean;
  /** As the leader last told; ours follows as our log reaches it. */
  leaderHighWatermark: Offset;
}

/** Asks for votes: real ones (candidate), or whether it would get them (prospective, KIP-996). */
export interface Nominee {
  readonly name: 'prospective' | 'candidate';
  readonly electionDeadlineUs: Micros;
  /** Set once a candidate has lost: when it tries again. */
  backoffDeadlineUs: Micros | null;
  readonly granted: Set<NodeId>;
  readonly rejected: Set<NodeId>;
  /** Elections in a row that led to nothing, this one counted. */
  readonly attempt: number;
}

export interface Leader {
  readonly name: 'leader';
  /** Offset of the LeaderChange record that opens this epoch. */
  readonly epochStart: Offset;
  /** −1 until a record of this epoch is committed. Never falls. */
  highWatermark: Offset;
  /** The other voters. */
  readonly voters: Map<NodeId, Progress>;
  /** Others who fetch, by id and directory. */
  readonly observers: Map<string, Progress>;
  /** Voters that fetched since the check-quorum deadline was last moved. */
  readonly fetched: Set<NodeId>;
  checkQuorumDeadlineUs: Micros;
  /** When silent voters are told again who leads. */
  beginDeadlineUs: Micros;
  /** When appends that linger are flushed and shown to followers; Infinity: none linger. */
  lingerDeadlineUs: Micros;
  /** Where those begin. */
  lingerFrom: Offset;
  /** Log end up to which appends were counted and shown. */
  settledEnd: Offset;
  /** Fetches that wait for data, for a higher high watermark, or for their deadline. */
  waiting: WaitingFetch[];
}

/** It led, and steps down: it tells the voters, and leads no more in this epoch. */
export interface Resigned {
  readonly name: 'resigned';
  readonly electionDeadlineUs: Micros;
  readonly unacknowledged: Set<NodeId>;
  readonly preferredCandidates: readonly ReplicaKey[];
}

/** What a leader knows of a replica that fetches from it. */
export interface Progress {
  /** Of a voter: with the directory it last fetched under. */
  key: ReplicaKey;
  /**
   * End of its log as it last told, all of it flushed if it is a voter; −1 before its first fetch.
   */
  endOffset: Offset;
  lastFetchUs: Micros;
  lastCaughtUpUs: Micros;
  /** Leader's end at its last fetch: when it has reached that, it was caught up back then. */
  leaderEndAtLastFetch: Offset;
}

export interface WaitingFetch {
  readonly request: FetchRequest;
  readonly respond: Respond;
  readonly deadlineUs: Micros;
}

export function newProgress(key: ReplicaKey): Progress {
  return {
    key,
    endOffset: -1,
    lastFetchUs: -1,
    lastCaughtUpUs: -1,
    leaderEndAtLastFetch: -1,
  };
}
