/**
 * What goes into one classic group and what comes out, as data. A driver calls
 * `group.step(input, now)` and performs the effects in their order; the group knows no clock, no
 * log and no connection. Who the inputs come from has been checked: the group is this broker's, its
 * partition is loaded, group ids are not empty.
 *
 * Promised: every `respond` is answered exactly once, by an `answer` effect of some step, or waits
 * in a group that was not told to `end`. At most one timer runs per name: a later one replaces
 * it, null cancels it. After an `append` the driver steps `appended` with its id, once.
 */
import type { WallMs } from '../../../base/ids.ts';
import type { Now, TimerEffect, TimerInput } from '../machine.ts';
import type { ClassicRules } from './rules.ts';

export type ClassicState =
  | 'Empty'
  | 'PreparingRebalance'
  | 'CompletingRebalance'
  | 'Stable'
  | 'Dead';

/** Settings of the broker, by Kafka's names. */
export interface ClassicSettings {
  /** group.min.session.timeout.ms and group.max.session.timeout.ms: 6 s to 30 min. */
  readonly minSessionTimeoutMs: number;
  readonly maxSessionTimeoutMs: number;
  /** group.initial.rebalance.delay.ms: how long an empty group waits for more members; 3 s. */
  readonly initialRebalanceDelayMs: number;
  /** group.max.size: 2^31 − 1. */
  readonly maxSize: number;
}

export interface ClassicContext {
  readonly groupId: string;
  readonly settings: ClassicSettings;
  readonly rules: ClassicRules;
  /** A fresh uuid, for a member id: `clientId-uuid`, or `instanceId-uuid`. */
  newUuid(): string;
}

export type Respond<T> = (answer: T) => void;

export interface Protocol {
  readonly name: string;
  /** A view into the request's frame: the group copies what it keeps. */
  readonly metadata: Uint8Array;
}

export interface JoinRequest {
  /** Empty of a member that has none yet. */
  readonly memberId: string;
  readonly instanceId: string | null;
  readonly clientId: string;
  /** As Kafka prints an address: `/10.0.0.1`. */
  readonly clientHost: string;
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly protocolType: string;
  /** In the order of the member's preference. */
  readonly protocols: readonly Protocol[];
  /** Why it joins (KIP-800); for the log. */
  readonly reason: string | null;
  /** Version 4 and later: a new dynamic member is told its id first (KIP-394). */
  readonly knowsMemberIdRequired: boolean;
  /** Version 9 and later: a returning static leader may be told to skip the assignment. */
  readonly maySkipAssignment: boolean;
}

export interface JoinAnswer {
  readonly errorCode: number;
  readonly generation: number;
  readonly protocolType: string | null;
  readonly protocol: string | null;
  readonly leader: string;
  readonly memberId: string;
  readonly skipAssignment: boolean;
  /** All members in the leader's answer, none in others'. */
  readonly members: readonly JoinedMember[];
}

export interface JoinedMember {
  readonly memberId: string;
  readonly instanceId: string | null;
  readonly metadata: Uint8Array;
}

/** Who asks, and of which generation it takes itself to be. */
export interface MemberClaim {
  readonly memberId: string;
  readonly instanceId: string | null;
  readonly generation: number;
}

export interface SyncRequest extends MemberClaim {
  readonly protocolType: string | null;
  readonly protocol: string | null;
  /** The leader's; empty of others. */
  readonly assignments: readonly MemberAssignment[];
}

export interface MemberAssignment {
  readonly memberId: string;
  /** A view into the request's frame: the group copies what it keeps. */
  readonly assignment: Uint8Array;
}

export interface SyncAnswer {
  readonly errorCode: number;
  readonly protocolType: string | null;
  readonly protocol: string | null;
  readonly assignment: Uint8Array;
}

export interface HeartbeatAnswer {
  readonly errorCode: number;
}

export interface LeavingMember {
  /** Empty where an administrator removes a static member by its instance id. */
  readonly memberId: string;
  readonly instanceId: string | null;
  readonly reason: string | null;
}

export interface LeaveAnswer {
  readonly errorCode: number;
  readonly members: readonly LeftMember[];
}

export interface LeftMember {
  readonly memberId: string;
  readonly instanceId: string | null;
  readonly errorCode: number;
}

/** A commit of offsets as far as membership is concerned. */
export interface CommitClaim extends MemberClaim {
  /** It came by TxnOffsetCommit. */
  readonly transactional: boolean;
}

export type ClassicInput =
  | {
      readonly kind: 'join';
      readonly request: JoinRequest;
      readonly respond: Respond<JoinAnswer>;
    }
  | {
      readonly kind: 'sync';
      readonly request: SyncRequest;
      readonly respond: Respond<SyncAnswer>;
    }
  | {
      readonly kind: 'heartbeat';
      readonly request: MemberClaim;
      readonly respond: Respond<HeartbeatAnswer>;
    }
  | {
      readonly kind: 'leave';
      readonly members: readonly LeavingMember[];
      readonly respond: Respond<LeaveAnswer>;
    }
  /** Its members are to join again: it was of another kind, and somebody has gone. */
  | { readonly kind: 'rebalance' }
  /** A commit that was taken is a sign of life; ask `group.judgeCommit` first. */
  | { readonly kind: 'commit-taken'; readonly memberId: string }
  /** The append `id` is committed (0), or failed with this code of the append. */
  | { readonly kind: 'appended'; readonly id: number; readonly errorCode: number }
  | TimerInput
  /**
   * This broker no longer coordinates the group, or the group was deleted: all who wait are
   * answered with this code, all timers stop, and the group is Dead. Later inputs are refused.
   */
  | { readonly kind: 'end'; readonly errorCode: number };

export type ClassicEffect =
  | Answer<JoinAnswer>
  | Answer<SyncAnswer>
  | Answer<HeartbeatAnswer>
  | Answer<LeaveAnswer>
  /** Append to the group's partition; then step `appended`. */
  | { readonly kind: 'append'; readonly id: number; readonly record: GroupRecord }
  | TimerEffect;

export interface Answer<T> {
  readonly kind: 'answer';
  readonly respond: Respond<T>;
  readonly answer: T;
}

/** The whole group as its partition keeps it: the contents of Kafka's GroupMetadataValue. */
export interface GroupRecord {
  readonly protocolType: string;
  readonly generation: number;
  readonly protocol: string | null;
  readonly leader: string | null;
  /** When the group came into the state it is in; −1 unknown. */
  readonly currentStateTimestamp: WallMs;
  readonly members: readonly MemberRecord[];
}

export interface MemberRecord {
  readonly memberId: string;
  readonly instanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly rebalanceTimeoutMs: number;
  readonly sessionTimeoutMs: number;
  /** Its metadata under the group's protocol. */
  readonly subscription: Uint8Array;
  readonly assignment: Uint8Array;
}

/** For DescribeGroups: metadata and assignments are there in Stable alone. */
export interface GroupDescription {
  readonly state: ClassicState;
  readonly protocolType: string;
  readonly protocol: string;
  readonly members: readonly MemberDescription[];
}

export interface MemberDescription {
  readonly memberId: string;
  readonly instanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly metadata: Uint8Array;
  readonly assignment: Uint8Array;
}

/** A group as it is now, for one that takes its place. */
export interface ClassicSnapshot {
  readonly generation: number;
  readonly protocolType: string;
  readonly protocol: string | null;
  readonly members: readonly {
    readonly memberId: string;
    readonly instanceId: string | null;
    readonly clientId: string;
    readonly clientHost: string;
    readonly rebalanceTimeoutMs: number;
    readonly sessionTimeoutMs: number;
    readonly protocols: readonly Protocol[];
    readonly assignment: Uint8Array;
  }[];
}

/** What a driver may do with one classic group; `ClassicGroup` in `group.ts` is it. */
export interface ClassicGroupMachine {
  readonly groupId: string;
  readonly state: ClassicState;
  readonly generation: number;
  /** Empty of a group that only ever kept offsets. */
  readonly protocolType: string;
  readonly memberCount: number;
  /** Nobody is in it, nobody was, and nobody was told an id to come with. */
  readonly isUnused: boolean;
  /** Since when the group is in its state; −1 unknown. Offsets of an Empty group expire by it. */
  readonly stateSinceMs: WallMs;

  step(input: ClassicInput, now: Now): readonly ClassicEffect[];

  /**
   * A group just loaded, from its last record; nothing before it. Members keep their sessions for a
   * whole session time-out from now.
   */
  restored(record: GroupRecord, now: Now): readonly ClassicEffect[];

  /** The error code for a commit; 0: it may be taken. Then append it, and step `commit-taken`. */
  judgeCommit(claim: CommitClaim): number;
  /** The error code for DeleteGroups: 0 where the group is Empty. Then step `end`. */
  judgeDelete(): number;
  /**
   * The topics its members subscribe to, null where the group cannot know: no consumers, or
   * metadata that it does not understand. For OffsetDelete and the expiry of offsets.
   */
  subscribedTopics(): ReadonlySet<string> | null;
  describe(): GroupDescription;
  snapshot(): ClassicSnapshot;
}
