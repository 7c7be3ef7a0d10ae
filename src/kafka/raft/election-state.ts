import { type LeaderEpoch, type NodeId, noNode, type Uuid } from '../../base/ids.ts';

/**
 * A replica's identity: its node id, and the directory that holds its log. Zero: directory not
 * known.
 */
export interface ReplicaKey {
  readonly id: NodeId;
  readonly directoryId: Uuid;
}

/** What a replica must remember of elections across restarts: Kafka's quorum-state file. */
export interface ElectionState {
  readonly epoch: LeaderEpoch;
  /** Leader of `epoch`, −1 unknown. */
  readonly leaderId: NodeId;
  /** Whom this replica voted for in `epoch`. */
  readonly votedKey: ReplicaKey | null;
}

export const noElection: ElectionState = { epoch: 0, leaderId: noNode, votedKey: null };

export function sameElection(a: ElectionState, b: ElectionState): boolean {
  return (
    a.epoch === b.epoch &&
    a.leaderId === b.leaderId &&
    (a.votedKey?.id ?? noNode) === (b.votedKey?.id ?? noNode) &&
    (a.votedKey?.directoryId ?? '') === (b.votedKey?.directoryId ?? '')
  );
}
