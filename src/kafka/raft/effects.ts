/**
 * What the state machine asks of its driver, in this order and no other: everything after a
 * `persist` waits until that is durable. Changes of the log are not among them; they are made
 * through `RaftLog` at once.
 */
import type { LeaderEpoch, NodeId, Offset } from '../../base/ids.ts';
import type { ElectionState, ReplicaKey } from './election-state.ts';
import type { RaftRequest, RaftResponse, Respond } from './messages.ts';
import type { RoleName } from './roles.ts';

export type Effect =
  | { readonly kind: 'persist'; readonly election: ElectionState }
  /** Answered by `machine.response` or `machine.requestFailed` with the same `requestId`. */
  | {
      readonly kind: 'send';
      readonly to: NodeId;
      readonly requestId: number;
      readonly request: RaftRequest;
    }
  | { readonly kind: 'answer'; readonly respond: Respond; readonly response: RaftResponse }
  /**
   * Make the log durable as it is now, then tell `machine.logDurable`, with the last `flushId` it
   * covers.
   */
  | { readonly kind: 'flush'; readonly flushId: number }
  | {
      readonly kind: 'role';
      readonly role: RoleName;
      readonly isVoter: boolean;
      readonly election: ElectionState;
    }
  | { readonly kind: 'vote-granted'; readonly epoch: LeaderEpoch; readonly candidate: ReplicaKey }
  /** All before `highWatermark` is committed. `epoch` and `isLeader` say on whose word. */
  | {
      readonly kind: 'committed';
      readonly highWatermark: Offset;
      readonly epoch: LeaderEpoch;
      readonly isLeader: boolean;
    }
  /** This replica cannot go on without breaking a promise. */
  | { readonly kind: 'halt'; readonly reason: string };
