/**
 * What the quorum's replicas say to each other, flat: one partition, no nesting, times in
 * microseconds. `wire.ts` turns them into Kafka's requests and back. Every request and every answer
 * carries the sender's epoch, and every answer the leader as the sender knows it: that is how news
 * of elections travels.
 */
import type { LeaderEpoch, NodeId, Offset } from '../../base/ids.ts';
import type { ReplicaKey } from './election-state.ts';

export interface VoteRequest {
  readonly kind: 'vote';
  /** The epoch stood for; with `preVote` the epoch the sender is in, and it stays in it. */
  readonly epoch: LeaderEpoch;
  readonly candidate: ReplicaKey;
  /** Whom it is meant for. */
  readonly voter: ReplicaKey;
  readonly lastEpoch: LeaderEpoch;
  /** End of the candidate's log. */
  readonly lastOffset: Offset;
  readonly preVote: boolean;
}

export interface BeginQuorumEpochRequest {
  readonly kind: 'begin-quorum-epoch';
  readonly epoch: LeaderEpoch;
  readonly leaderId: NodeId;
  readonly voter: ReplicaKey;
}

export interface EndQuorumEpochRequest {
  readonly kind: 'end-quorum-epoch';
  readonly epoch: LeaderEpoch;
  readonly leaderId: NodeId;
  /** Voters by how much of the log they have, best first. */
  readonly preferredCandidates: readonly ReplicaKey[];
}

export interface FetchRequest {
  readonly kind: 'fetch';
  readonly epoch: LeaderEpoch;
  readonly replica: ReplicaKey;
  /** End of the sender's log, and so its acknowledgement of all before it. */
  readonly fetchOffset: Offset;
  readonly lastFetchedEpoch: LeaderEpoch;
  readonly maxWaitUs: number;
  readonly maxBytes: number;
  /**
   * The high watermark the sender knows, −1 none; the largest integer where its version cannot say
   * (KIP-1166).
   */
  readonly highWatermark: Offset;
}

export type RaftRequest =
  | VoteRequest
  | BeginQuorumEpochRequest
  | EndQuorumEpochRequest
  | FetchRequest;

interface Answer {
  readonly errorCode: number;
  readonly epoch: LeaderEpoch;
  readonly leaderId: NodeId;
}

export interface VoteResponse extends Answer {
  readonly kind: 'vote';
  readonly granted: boolean;
}

export interface BeginQuorumEpochResponse extends Answer {
  readonly kind: 'begin-quorum-epoch';
}

export interface EndQuorumEpochResponse extends Answer {
  readonly kind: 'end-quorum-epoch';
}

export interface FetchResponse extends Answer {
  readonly kind: 'fetch';
  /** −1 while the leader has none to expose. */
  readonly highWatermark: Offset;
  readonly logStartOffset: Offset;
  /**
   * Set where the fetch position is not in the leader's log: the largest epoch it can agree on and
   * its end.
   */
  readonly diverging: EpochEnd | null;
  readonly records: Uint8Array;
}

export type RaftResponse =
  | VoteResponse
  | BeginQuorumEpochResponse
  | EndQuorumEpochResponse
  | FetchResponse;

export interface EpochEnd {
  readonly leaderEpoch: LeaderEpoch;
  readonly endOffset: Offset;
}

/** Where the answer to a request goes. */
export type Respond = (response: RaftResponse) => void;

export const noRecords = new Uint8Array(0);
