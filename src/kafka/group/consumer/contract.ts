/**
 * What goes into one consumer group (KIP-848) and what comes out, as data. The state of a group is
 * what its records say and nothing else: a step decides on records, the driver appends them and,
 * when the append is accepted, hands each back to `apply`, as it does with every record when it
 * loads. Then it calls `applied`, for the timers that follow. The group knows no clock, no log and
 * no connection. Who the inputs come from has been checked: the group is this broker's, its
 * partition is loaded, group ids are not empty.
 *
 * Promised: every `respond` is answered exactly once, by an `answer` effect of some step. An answer
 * waits until all that it tells of is committed, so that no member knows an epoch that a fail-over
 * could take back. At most one timer runs per name: a later one replaces it, null cancels it. After
 * an `append` the driver steps `appended` with its id, once.
 */
import type { Uuid, WallMs } from '../../../base/ids.ts';
import type { ClassicInput, GroupRecord, Protocol } from '../classic/contract.ts';
import type { TimerEffect, TimerInput } from '../machine.ts';
import type { ConsumerRules } from './rules.ts';

/** Counts changes of a group; members and partitions carry the epoch in which they took part. */
export type Epoch = number;

export type ConsumerGroupState = 'Empty' | 'Assigning' | 'Reconciling' | 'Stable' | 'Dead';

/**
 * `unrevoked`: told to give partitions up, and has not said that it did. `unreleased`: waits for
 * partitions that others still hold.
 */
export type MemberState = 'stable' | 'unrevoked' | 'unreleased';

/** By topic id, each topic's partitions ascending. */
export type Partitions = ReadonlyMap<Uuid, readonly number[]>;

/** By topic id and partition: the epoch in which the member was given it. */
export type Held = ReadonlyMap<Uuid, ReadonlyMap<number, Epoch>>;

export interface ConsumerSettings {
  /** group.consumer.max.size */
  readonly maxSize: number;
  /** group.consumer.assignors; the first is taken where members do not choose. */
  readonly assignors: readonly string[];
  /** group.min.session.timeout.ms and group.max.session.timeout.ms, of classic members. */
  readonly minSessionTimeoutMs: number;
  readonly maxSessionTimeoutMs: number;
  /** group.consumer.migration.policy: a classic group may become one of these, and back. */
  readonly mayUpgrade: boolean;
  readonly mayDowngrade: boolean;
}

/** What may be set for one group, as it is now. */
export interface GroupTimeouts {
  readonly sessionTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
}

export interface KnownTopic {
  readonly name: string;
  readonly id: Uuid;
  readonly partitionCount: number;
}

/** The topics there are, as this broker knows now. */
export interface Topics {
  byName(name: string): KnownTopic | null;
  byId(id: Uuid): KnownTopic | null;
  names(): Iterable<string>;
}

export interface ConsumerContext {
  readonly groupId: string;
  readonly settings: ConsumerSettings;
  readonly rules: ConsumerRules;
  readonly topics: Topics;
  timeouts(): GroupTimeouts;
  /** A fresh uuid, for a member that brings no id. */
  newUuid(): string;
}

export type Respond<T> = (answer: T) => void;

/** Null: as in the last request. */
export interface HeartbeatRequest {
  /** The member makes its own id (version 1). */
  readonly bringsId: boolean;
  readonly memberId: string;
  /** 0 joins, −1 leaves, −2 leaves as a static member that will be back. */
  readonly memberEpoch: Epoch;
  readonly instanceId: string | null;
  readonly rackId: string | null;
  /** −1: as in the last request. */
  readonly rebalanceTimeoutMs: number;
  readonly topics: readonly string[] | null;
  /** Empty: no pattern. */
  readonly regex: string | null;
  readonly serverAssignor: string | null;
  readonly owned: Partitions | null;
  readonly clientId: string;
  /** As Kafka prints an address: `/10.0.0.1`. */
  readonly clientHost: string;
}

export interface HeartbeatAnswer {
  readonly errorCode: number;
  readonly errorMessage: string | null;
  /** Null where it is refused. */
  readonly memberId: string | null;
  readonly memberEpoch: Epoch;
  readonly heartbeatIntervalMs: number;
  /** Null: what it was. */
  readonly assignment: Partitions | null;
}

export type ConsumerInput =
  | {
      readonly kind: 'heartbeat';
      readonly request: HeartbeatRequest;
      readonly respond: Respond<HeartbeatAnswer>;
    }
  /** A member of the classic protocol, in a group that was one. */
  | { readonly kind: 'classic'; readonly input: ClassicRequest }
  /** Topics came, went or grew: the next heartbeat looks at what the group subscribes to. */
  | { readonly kind: 'topics-changed' }
  /** The append `id` is committed (0), or failed with this code of the append. */
  | { readonly kind: 'appended'; readonly id: number; readonly errorCode: number }
  | TimerInput
  /**
   * This broker no longer coordinates the group, or the group was deleted: all who wait are
   * answered with this code, and all timers stop. Later inputs are refused. Null: it has become a
   * classic group, and who waits for that is answered when it is committed.
   */
  | { readonly kind: 'end'; readonly errorCode: number | null };

export type ClassicRequest = Extract<
  ClassicInput,
  { readonly kind: 'join' | 'sync' | 'heartbeat' | 'leave' }
>;

export type ConsumerEffect =
  /** Call `respond` with the answer that it waits for. */
  | { readonly kind: 'answer'; readonly tell: () => void }
  /**
   * Append as one batch; then `apply` each, `applied`, and later step `appended`. `classic` comes
   * last: the group is a classic one from there on.
   */
  | {
      readonly kind: 'append';
      readonly id: number;
      readonly records: readonly ConsumerRecord[];
      readonly classic: GroupRecord | null;
    }
  | TimerEffect;

/** A member as it describes itself: the contents of Kafka's ConsumerGroupMemberMetadataValue. */
export interface Subscription {
  readonly instanceId: string | null;
  readonly rackId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  /** Ascending. */
  readonly topics: readonly string[];
  readonly regex: string | null;
  readonly rebalanceTimeoutMs: number;
  readonly serverAssignor: string | null;
  /** Of a member that speaks the classic protocol. */
  readonly classic: ClassicMember | null;
}

export interface ClassicMember {
  readonly sessionTimeoutMs: number;
  readonly protocols: readonly Protocol[];
}

/** What a member has: ConsumerGroupCurrentMemberAssignmentValue. */
export interface CurrentAssignment {
  /** −2 of a static member that is away. */
  readonly epoch: Epoch;
  readonly previousEpoch: Epoch;
  readonly state: MemberState;
  readonly assigned: Held;
  /** Taken from it, and not yet known to be given up. */
  readonly revoking: Held;
}

export interface ResolvedRegex {
  readonly topics: readonly string[];
  /** Offset of the metadata it was resolved by; here the moment serves. */
  readonly version: number;
  readonly timestamp: WallMs;
}

/** One record of a group in the log; a value of null takes away what was there. */
export type ConsumerRecord =
  | {
      readonly kind: 'epoch';
      readonly value: { readonly epoch: Epoch; readonly metadataHash: number } | null;
    }
  /** What Kafka before 4.1 kept of subscribed topics: read so that it can be taken away. */
  | { readonly kind: 'old-metadata'; readonly value: 'there' | null }
  | { readonly kind: 'member'; readonly memberId: string; readonly value: Subscription | null }
  | { readonly kind: 'target-epoch'; readonly value: Epoch | null }
  | { readonly kind: 'target'; readonly memberId: string; readonly value: Partitions | null }
  | {
      readonly kind: 'current';
      readonly memberId: string;
      readonly value: CurrentAssignment | null;
    }
  | { readonly kind: 'regex'; readonly regex: string; readonly value: ResolvedRegex | null };

/** A commit or a fetch of offsets, as far as membership is concerned. */
export interface OffsetClaim {
  readonly memberId: string;
  readonly epoch: Epoch;
  readonly partitions: readonly { readonly topicId: Uuid; readonly partition: number }[];
}

export interface ConsumerGroupDescription {
  readonly state: ConsumerGroupState;
  readonly epoch: Epoch;
  readonly assignmentEpoch: Epoch;
  readonly assignor: string;
  readonly members: readonly ConsumerMemberDescription[];
}

export interface ConsumerMemberDescription {
  readonly memberId: string;
  readonly subscription: Subscription;
  readonly current: CurrentAssignment;
  readonly target: Partitions;
}
