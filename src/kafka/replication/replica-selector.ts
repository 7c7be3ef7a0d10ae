/**
 * Which replica a leader sends a consumer to (KIP-392), as Kafka's RackAwareReplicaSelector
 * chooses: the leader where it stands in the consumer's rack, or where no other replica does; else
 * of the in-sync ones in that rack that hold the offset the one that has come furthest.
 */
import type { NodeId, Offset } from '../../base/ids.ts';
import type { BrokersView, FollowerProgress, LeaderState } from './leader-state.ts';

/** −1: the leader itself. */
export type SelectReplica = (leader: LeaderState, rack: string, fetchOffset: Offset) => NodeId;

export function rackAware(ownRack: string | null, brokers: () => BrokersView): SelectReplica {
  return (leader, rack, fetchOffset) => {
    if (rack === '' || rack === ownRack) return -1;
    let best: FollowerProgress | null = null;
    for (const follower of leader.followers) {
      const { node, logEndOffset, logStartOffset } = follower;
      if (logEndOffset < fetchOffset || logStartOffset > fetchOffset) continue;
      const broker = brokers().get(node);
      if (broker === undefined || broker.fenced || broker.rack !== rack) continue;
      if (!leader.committedIsr.includes(node)) continue;
      if (best === null || isBetter(follower, best)) best = follower;
    }
    return best === null ? -1 : best.node;
  };
}

function isBetter(one: FollowerProgress, other: FollowerProgress): boolean {
  if (one.logEndOffset !== other.logEndOffset) return one.logEndOffset > other.logEndOffset;
  if (one.lastCaughtUpUs !== other.lastCaughtUpUs) return one.lastCaughtUpUs > other.lastCaughtUpUs;
  return one.node > other.node;
}
