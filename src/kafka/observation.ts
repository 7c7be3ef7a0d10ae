/**
 * Facts that a node makes visible without being asked. They are pushed to an observer, change
 * nothing in the cluster and are never read back by it; checkers and invariants live on them. A
 * `partition` is its name, `orders-0`; `topicId` tells apart topics that were recreated under one
 * name.
 */
import type {
  BrokerEpoch,
  LeaderEpoch,
  NodeId,
  Offset,
  PartitionEpoch,
  ProducerEpoch,
  ProducerId,
  Uuid,
  WallMs,
} from '../base/ids.ts';
import type { TopicSettings } from './config.ts';

export type Observe = (observation: Observation) => void;

/** For nodes that nobody watches. */
export const observeNothing: Observe = () => {};

export type Observation =
  | LogObservation
  | PartitionObservation
  | QuorumObservation
  | MetadataObservation
  | GroupObservation
  | FailureObservation;

/** Handling a request threw: a bug in us. The node goes on. */
export interface FailureObservation {
  readonly kind: 'request-failed';
  readonly node: NodeId;
  /** Which request of whom. */
  readonly doing: string;
  readonly error: Error;
}

/**
 * Identity of a replica of a partition; the metadata log is partition `__cluster_metadata-0` with
 * the zero topic id.
 */
interface Replica {
  readonly node: NodeId;
  readonly topicId: Uuid;
  readonly partition: string;
}

/** What a log knows beside its batches: it must follow from them. */
export interface LogKnowledge {
  /** Leader epochs and the offset of their first record, both rising. */
  readonly epochs: readonly { readonly epoch: LeaderEpoch; readonly startOffset: Offset }[];
  readonly producers: readonly {
    readonly producerId: ProducerId;
    readonly producerEpoch: ProducerEpoch;
    /** Of the last record of `producerEpoch`; −1 where it has none. */
    readonly lastSequence: number;
  }[];
  /** Producers whose newest batch is of this time or older may be forgotten. */
  readonly forgetsUntilMs: WallMs;
}

export type LogObservation =
  /** A log was opened and recovered: batches at or above `end` that were there before are gone. */
  | (Replica & {
      readonly kind: 'log-opened';
      readonly start: Offset;
      readonly end: Offset;
      /** It is new, or its last process had closed it: nothing had to be recovered. */
      readonly clean: boolean;
      readonly knowledge: LogKnowledge;
    })
  /**
   * One record batch was appended. `crc` is the batch's own CRC-32C, `leaderEpoch` stands in the
   * batch.
   */
  | (Replica & {
      readonly kind: 'batch-appended';
      readonly baseOffset: Offset;
      readonly lastOffset: Offset;
      readonly leaderEpoch: LeaderEpoch;
      readonly crc: number;
    })
  /**
   * Everything at or above `to` was cut off. `highWatermark` is the replica's own at that moment.
   */
  | (Replica & {
      readonly kind: 'log-truncated';
      readonly to: Offset;
      readonly highWatermark: Offset;
      readonly knowledge: LogKnowledge;
    })
  /** The disk failed while everything at or above `to` was being cut off: it may be gone or not. */
  | (Replica & { readonly kind: 'log-cut-failed'; readonly to: Offset })
  /**
   * A flush has ended, and succeeded: everything below `end` is durable. `coversCuts`: and so is
   * every cut of the log; none came while it ran.
   */
  | (Replica & {
      readonly kind: 'log-flushed';
      readonly end: Offset;
      readonly coversCuts: boolean;
    })
  /** Batches were read from `from` on, by whomever; the first of them is this one. */
  | (Replica & {
      readonly kind: 'log-read';
      readonly from: Offset;
      readonly baseOffset: Offset;
      readonly crc: number;
    })
  /** Everything below `start` was deleted. */
  | (Replica & { readonly kind: 'log-start-moved'; readonly start: Offset })
  | (Replica & { readonly kind: 'log-deleted' })
  /** Idle producers, last active by then, were forgotten. */
  | (Replica & { readonly kind: 'producers-expired'; readonly untilMs: WallMs })
  /** These settings hold from now on, in the log or in what the replica does with it. */
  | (Replica & {
      readonly kind: 'settings-used';
      readonly by: 'log' | 'partition';
      readonly settings: TopicSettings;
    });

export type PartitionObservation =
  | (Replica & {
      readonly kind: 'leader-started';
      readonly leaderEpoch: LeaderEpoch;
      /** Log end offset at the moment of taking over: where the epoch starts. */
      readonly epochStart: Offset;
      readonly highWatermark: Offset;
      readonly isr: readonly NodeId[];
    })
  | (Replica & {
      readonly kind: 'follower-started';
      readonly leaderEpoch: LeaderEpoch;
      readonly leader: NodeId;
    })
  /** A replica's high watermark moved (or was set again after a change of role). */
  | (Replica & {
      readonly kind: 'high-watermark';
      readonly role: 'leader' | 'follower';
      readonly leaderEpoch: LeaderEpoch;
      readonly highWatermark: Offset;
      /**
       * Only from leaders: the ISR by which it was computed (committed members and proposed
       * additions).
       */
      readonly maximalIsr?: readonly NodeId[];
    })
  /** The high watermark with which a replica begins that was created, or found on disk. */
  | (Replica & { readonly kind: 'high-watermark-restored'; readonly highWatermark: Offset })
  /** A checkpoint with this high watermark is durable. */
  | (Replica & { readonly kind: 'high-watermark-stored'; readonly highWatermark: Offset })
  /** A leader's view of its ISR changed: proposed, committed, or taken back. */
  | (Replica & {
      readonly kind: 'isr-changed';
      readonly leaderEpoch: LeaderEpoch;
      readonly partitionEpoch: PartitionEpoch;
      readonly committedIsr: readonly NodeId[];
      readonly maximalIsr: readonly NodeId[];
    });

export type QuorumObservation =
  | {
      readonly kind: 'quorum-state';
      readonly node: NodeId;
      readonly epoch: LeaderEpoch;
      readonly role:
        | 'unattached'
        | 'follower'
        | 'prospective'
        | 'candidate'
        | 'leader'
        | 'resigned'
        | 'observer';
      readonly leader: NodeId;
      readonly votedFor: NodeId;
    }
  /** A real vote (not a pre-vote) was granted, after it was made durable. */
  | {
      readonly kind: 'vote-granted';
      readonly node: NodeId;
      readonly epoch: LeaderEpoch;
      readonly candidate: NodeId;
    }
  | {
      readonly kind: 'quorum-high-watermark';
      readonly node: NodeId;
      readonly epoch: LeaderEpoch;
      readonly role: 'leader' | 'follower';
      readonly highWatermark: Offset;
    };

export type MetadataObservation =
  /**
   * A committed partition state, as each node applies it from the metadata log. `offset` is that of
   * its record.
   */
  | {
      readonly kind: 'partition-committed';
      readonly node: NodeId;
      readonly offset: Offset;
      readonly topicId: Uuid;
      readonly partition: string;
      readonly replicas: readonly NodeId[];
      /** Of those, the ones that come and go while the replicas change (KIP-455). */
      readonly adding: readonly NodeId[];
      readonly removing: readonly NodeId[];
      readonly isr: readonly NodeId[];
      readonly elr: readonly NodeId[];
      readonly leader: NodeId;
      readonly leaderEpoch: LeaderEpoch;
      readonly partitionEpoch: PartitionEpoch;
      /** How the leader came about, where this record changed it. */
      readonly election: 'none' | 'clean' | 'elr' | 'last-known-leader' | 'unclean';
    }
  | {
      readonly kind: 'broker-committed';
      readonly node: NodeId;
      readonly offset: Offset;
      readonly broker: NodeId;
      readonly brokerEpoch: BrokerEpoch;
      readonly fenced: boolean;
      readonly inControlledShutdown: boolean;
    }
  | {
      readonly kind: 'topic-committed';
      readonly node: NodeId;
      readonly offset: Offset;
      readonly topicId: Uuid;
      readonly topic: string;
      readonly deleted: boolean;
    }
  /**
   * Once per process: a way to ask, at any later time, what the node's image says then. Lines in
   * one canonical form and order; two images that say the same give the same lines.
   */
  | {
      readonly kind: 'metadata-image';
      readonly node: NodeId;
      readonly describe: () => readonly string[];
    }
  /** A node has applied the metadata log up to and including `offset`. */
  | { readonly kind: 'metadata-applied'; readonly node: NodeId; readonly offset: Offset };

/** What a coordinator of groups says of a partition that it leads in `leaderEpoch`. */
export interface Coordinated {
  readonly node: NodeId;
  /** `__consumer_offsets-7`. */
  readonly coordinator: string;
  readonly leaderEpoch: LeaderEpoch;
}

/**
 * A record of a coordinator's partition that is replicated; `at` is its place there. `found`: not
 * told as it became so, but by a coordinator that has loaded it, of each key the newest alone, in
 * the order of the log, before its `groups-loaded`.
 */
interface Kept extends Coordinated {
  readonly at: Offset;
  readonly group: string;
  readonly found: boolean;
}

/** Why a coordinator takes an offset away. */
export type OffsetRemoval =
  | { readonly why: 'asked' | 'topic-deleted' }
  | { readonly why: 'expired'; readonly age: OffsetAge };

/** By what a coordinator judged that an offset has expired, on its own clock. */
export interface OffsetAge {
  readonly nowMs: WallMs;
  readonly retentionMs: number;
  readonly commitTimestamp: WallMs;
  /** −1: the client asked for no retention of its own. */
  readonly expireTimestamp: WallMs;
  /** `simple`: no member ever was in the group, it only keeps offsets. */
  readonly group: 'simple' | 'empty' | 'stable' | 'rebalancing';
  /** Since when the group is empty; −1 not known. */
  readonly emptySince: WallMs;
  /** Whether a member is subscribed to the topic; null where that cannot be told. */
  readonly isSubscribed: boolean | null;
}

/** A member of a classic group of consumers, in one generation. Partitions as `orders-0`. */
export interface MemberShare {
  readonly memberId: string;
  readonly instanceId: string | null;
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly topics: readonly string[];
  /** What it said to own as it joined, since which generation; −1 where it did not say. */
  readonly owned: readonly string[];
  readonly ownedSince: number;
  readonly assigned: readonly string[];
}

export type GroupObservation =
  /**
   * It has read its partition up to `end`, all of that is committed, and it serves. What it has
   * read was told before.
   */
  | (Coordinated & {
      readonly kind: 'groups-loaded';
      readonly end: Offset;
      readonly groups: number;
    })
  /** It has let go of its groups; nothing of this epoch follows. */
  | (Coordinated & { readonly kind: 'groups-unloaded' })
  /** A commit, or what was committed is taken away (`offset` −1: expired, deleted). */
  | (Kept & {
      readonly kind: 'offset-committed';
      readonly partition: string;
      readonly offset: Offset;
      /** Who committed: empty and −1 where it was no member, or is not known any more. */
      readonly memberId: string;
      readonly generation: number;
      /** Null of a commit, and where it is not known any more. */
      readonly removal: OffsetRemoval | null;
    })
  /** The epoch of a group whose broker assigns; −1: the group is gone. */
  | (Kept & { readonly kind: 'group-epoch'; readonly epoch: number })
  /** A member of such a group as it describes itself, or that it is none any more. */
  | (Kept & {
      readonly kind: 'member-subscribed';
      readonly memberId: string;
      readonly isMember: boolean;
      readonly instanceId: string | null;
      readonly topics: readonly string[];
      readonly pattern: string | null;
      /** Which the coordinator uses for it, were it alone. */
      readonly assignor: string;
      readonly rebalanceTimeoutMs: number;
    })
  /** What a member is to have in the end. */
  | (Kept & {
      readonly kind: 'member-target';
      readonly memberId: string;
      readonly partitions: readonly string[];
    })
  /** The targets are those of this epoch of the group; −1: there are none. */
  | (Kept & { readonly kind: 'targets-set'; readonly epoch: number })
  /**
   * What a member of such a group has: what it was given, and what was taken from it and it may
   * still use. Epoch −1: it is no member any more; −2: a static one is away for a while.
   */
  | (Kept & {
      readonly kind: 'member-assigned';
      readonly memberId: string;
      readonly epoch: number;
      readonly assigned: readonly string[];
      readonly revoking: readonly string[];
    })
  /** A classic group: a generation with its members; −1: the group is gone. */
  | (Kept & {
      readonly kind: 'group-generation';
      readonly generation: number;
      readonly members: readonly string[];
      /** The assignor they agreed on; null where there are no members. */
      readonly protocol: string | null;
      /** Of each member; null where what they say to each other is not consumers' language. */
      readonly shares: readonly MemberShare[] | null;
    });
