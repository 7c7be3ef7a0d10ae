/**
 * What consumers of groups did and were told. A stay is one consumer object's time in its group:
 * it begins with the object and ends when it has closed, its membership failed or its process died.
 * Partitions are named as in the rest of the history: `orders-0`, `orders-0#2`.
 */
import { assert } from '../../base/assert.ts';
import type { Micros, Offset } from '../../base/ids.ts';
import type { Outcome } from './outcome.ts';

/** As a member signs: generation or member epoch; empty and −1 where it is none at present. */
export interface Signature {
  readonly memberId: string;
  readonly epoch: number;
}

export interface Stay {
  readonly id: number;
  readonly group: string;
  /** The client's machine, `m1`. */
  readonly by: string;
  readonly protocol: 'classic' | 'consumer';
  /** By preference, as the member offers them; of the broker's with KIP-848 one at most. */
  readonly assignors: readonly string[];
  readonly instanceId: string | null;
  /** After this long without word from its coordinator it takes itself for lost. */
  readonly sessionTimeoutUs: Micros;
  readonly createdUs: Micros;
  /** Topics it reads from a moment on, each time they changed; null: a pattern's source. */
  readonly subscriptions: Subscription[];
  endedUs: Micros;
  ended: 'closed' | 'failed' | 'died' | null;
}

export interface Subscription {
  readonly atUs: Micros;
  readonly topics: readonly string[];
  readonly pattern: string | null;
}

/**
 * The application was told of partitions: `assigned` when the listener is called; `revoked` when
 * nothing of them is read any more and the listener is done; `lost` when somebody else may have
 * them already. `signature` is the member's at that moment. Of a topic that was made anew under its
 * name the application is not told: it is revoked and assigned when the member first meets it.
 */
export interface OwnershipChange {
  readonly id: number;
  readonly stay: number;
  readonly does: 'assigned' | 'revoked' | 'lost';
  readonly atUs: Micros;
  readonly signature: Signature;
  readonly partitions: readonly string[];
}

export interface Commit {
  readonly id: number;
  readonly stay: number;
  readonly invokedUs: Micros;
  /** The member's, when the commit was invoked. */
  readonly signature: Signature;
  readonly offsets: readonly { readonly partition: string; readonly offset: Offset }[];
  completedUs: Micros;
  outcome: Outcome;
  /** The name of the error, the same for all of its kind; null where it succeeded. */
  error: string | null;
}

/** Where a member began to read a partition that it was given. */
export interface Start {
  readonly stay: number;
  readonly atUs: Micros;
  readonly partition: string;
  /** What it was told is committed; null: nothing. */
  readonly committed: Offset | null;
  /** The first position; −1 where the reset policy was not applied yet. */
  readonly position: Offset;
}

/** An application is done with records that it was handed, in their order. */
export interface Processed {
  readonly stay: number;
  readonly atUs: Micros;
  readonly partition: string;
  readonly offsets: readonly Offset[];
}

export interface Close {
  readonly stay: number;
  readonly invokedUs: Micros;
  /** It promises to be back within this. */
  readonly withinUs: Micros;
  completedUs: Micros;
  outcome: Outcome;
  error: string | null;
}

/** What it reads at present; null where that is nothing yet. */
export const subscriptionOf = ({ subscriptions }: Stay): Subscription | null =>
  subscriptions.at(-1) ?? null;

export class GroupHistory {
  readonly stays: Stay[] = [];
  readonly ownership: OwnershipChange[] = [];
  readonly commits: Commit[] = [];
  readonly starts: Start[] = [];
  readonly closes: Close[] = [];
  readonly processed: Processed[] = [];

  begin(
    from: Omit<Stay, 'id' | 'subscriptions' | 'endedUs' | 'ended'>,
    first: Subscription | null = null,
  ): Stay {
    const stay: Stay = {
      id: this.stays.length,
      ...from,
      subscriptions: first === null ? [] : [first],
      endedUs: -1,
      ended: null,
    };
    this.stays.push(stay);
    return stay;
  }

  end(stay: Stay, how: NonNullable<Stay['ended']>, atUs: Micros): void {
    assert(stay.ended === null, 'a stay ends once');
    stay.ended = how;
    stay.endedUs = atUs;
  }

  owns(change: Omit<OwnershipChange, 'id'>): void {
    this.ownership.push({ id: this.ownership.length, ...change });
  }

  invokeCommit(from: Pick<Commit, 'stay' | 'invokedUs' | 'signature' | 'offsets'>): Commit {
    const commit: Commit = {
      id: this.commits.length,
      ...from,
      completedUs: -1,
      outcome: 'pending',
      error: null,
    };
    this.commits.push(commit);
    return commit;
  }

  invokeClose(from: Pick<Close, 'stay' | 'invokedUs' | 'withinUs'>): Close {
    const close: Close = { ...from, completedUs: -1, outcome: 'pending', error: null };
    this.closes.push(close);
    return close;
  }

  /** Of commits and closes alike. */
  complete(
    of: Commit | Close,
    outcome: Exclude<Outcome, 'pending'>,
    atUs: Micros,
    error: string | null = null,
  ): void {
    assert(of.outcome === 'pending', 'it completes once');
    of.outcome = outcome;
    of.completedUs = atUs;
    of.error = error;
  }

  start(start: Start): void {
    this.starts.push(start);
  }

  process(processed: Processed): void {
    this.processed.push(processed);
  }

  /** The process of these ended before they were told: nobody knows. */
  abandon(by: string, atUs: Micros): void {
    for (const stay of this.stays) {
      if (stay.by !== by || stay.ended !== null) continue;
      for (const one of [...this.commits, ...this.closes]) {
        if (one.stay !== stay.id || one.outcome !== 'pending') continue;
        this.complete(one, 'info', atUs, 'its client died');
      }
      this.end(stay, 'died', atUs);
    }
  }
}
