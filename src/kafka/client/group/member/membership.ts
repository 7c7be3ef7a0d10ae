/**
 * A member's part in its group, behind one interface for the classic protocol and for KIP-848. A
 * membership decides; it has no clock, no timers and no connections but what its world gives it.
 *
 * Contract: at most one listener is at work (`revoke` or `assign`, until its `done`), except that
 * `lose` ends whatever is at work. After `lose` nothing of it is owned any more, at once. `owned`
 * shrinks when a revocation is done, not when it begins, and grows when `assign` is called.
 */
import type { Micros } from '../../../../base/ids.ts';
import type { Api, RequestInput, ResponseOf } from '../../../protocol/schema.ts';
import type { ClientError } from '../../errors.ts';
import type { GroupRules } from '../group-rules.ts';
import type { TopicPartition } from '../topic-partition.ts';

/** As a member signs its commits. */
export interface MemberIdentity {
  readonly memberId: string;
  /** Generation, or member epoch; −1: no member at present. */
  readonly epoch: number;
  readonly instanceId: string | null;
}

/** What a member reads: these topics, or with KIP-848 what a pattern finds at the coordinator. */
export interface TopicSelection {
  readonly topics: readonly string[];
  readonly pattern: string | null;
}

export interface Membership {
  readonly identity: MemberIdentity;
  readonly owned: readonly TopicPartition[];
  /** Null: nothing any more; what is owned is given up and the group is left. */
  subscribe(selection: TopicSelection | null): void;
  /** What the client knows of topics has changed. */
  metadataChanged(): void;
  /** The application polls. */
  polled(): void;
  /** The application waits to be told that there is something to poll for, or no longer. */
  waits(isWaiting: boolean): void;
  /** A commit signed so was refused with this code, which says something about the member. */
  commitRefused(identity: MemberIdentity, code: number): void;
  /** Gives up all and leaves; `done` is called once, perhaps at once. */
  leave(done: () => void): void;
  wake(): void;
}

export interface SendOptions {
  readonly timeoutUs: Micros;
  /** The coordinator may take its time with the answer: what comes behind must not wait for it. */
  readonly mayWait?: boolean;
}

/** What a membership may ask of its driver. */
export interface MemberWorld {
  nowUs(): Micros;
  backoffUs(attempt: number): Micros;
  /** Wakes no later than this. */
  wakeAt(atUs: Micros): void;
  /** A new name for a member (KIP-848), unlike any other. */
  newMemberId(): string;
  /** To the coordinator, once that is found; null where no answer came. In a later event. */
  send<A extends Api>(
    api: A,
    body: RequestInput<A>,
    options: SendOptions,
    onAnswer: (response: ResponseOf<A> | null, failure: SendFailure | null) => void,
  ): void;
  /** Whoever it was is not the coordinator, or is not to be reached: it is looked up anew. */
  coordinatorLost(): void;
  /** Partitions of a topic; 0: there is no such topic; null: not known yet, and asked for. */
  partitionCount(topic: string): number | null;
  /** Null: not known yet, and asked for. */
  topicName(topicId: string): string | null;
  /**
   * Nothing of these is read from now on; `done` when committed, and the application has said so.
   */
  revoke(partitions: readonly TopicPartition[], done: () => void): void;
  /** These are new among the owned ones; `done` when the application has said so. */
  assign(added: readonly TopicPartition[], done: () => void): void;
  /** These belong to somebody else perhaps. */
  lose(partitions: readonly TopicPartition[]): void;
  /** The membership has ended for good. */
  fail(error: ClientError): void;
}

export type SendFailure = 'no-answer' | 'unsupported-version';

export interface MemberSettings {
  readonly groupId: string;
  readonly instanceId: string | null;
  readonly rack: string | null;
  readonly sessionTimeoutUs: Micros;
  readonly heartbeatIntervalUs: Micros;
  readonly maxPollIntervalUs: Micros;
  readonly requestTimeoutUs: Micros;
  readonly rules: GroupRules;
}
