/**
 * What the workload's clients did and saw. A send is recorded when it is invoked and completed as
 * ok, fail (certainly did not happen) or info (unknown); a poll when its records are handed over.
 * Values are unique numbers, given in order of invocation, so that `sends[value]` is the send of a
 * value.
 */
import { assert } from '../../base/assert.ts';
import type { Micros, Offset, Uuid, WallMs } from '../../base/ids.ts';
import { GroupHistory } from './groups.ts';
import { Incarnations } from './incarnations.ts';
import { type BrokerView, Operations } from './operations.ts';
import type { Outcome } from './outcome.ts';

export interface Send {
  readonly value: number;
  readonly producer: number;
  /** Rises with each incarnation of the producer: order is promised within one. */
  readonly incarnation: number;
  readonly topic: string;
  readonly key: string | null;
  readonly acks: 'all' | 0 | 1;
  readonly invokedUs: Micros;
  outcome: Outcome;
  completedUs: Micros;
  /** `orders-0`, or `orders-0#2` of the second topic of that name; null until acknowledged. */
  partition: string | null;
  /** −1 until acknowledged, and for acks=0. */
  offset: Offset;
  /**
   * The record's time, or an earlier one where it got its time on append; −1 until acknowledged.
   */
  timestamp: WallMs;
  /** Why it failed or is unknown; null otherwise. */
  error: string | null;
  /** The name of that error, the same for all of its kind: `NOT_ENOUGH_REPLICAS`, `timeout`. */
  cause: string | null;
}

export interface Poll {
  readonly consumer: number;
  /** The stay in a group (`groups.stays`) that was given these; null where it is in none. */
  readonly stay: number | null;
  /** Rises whenever the consumer's position was set anew: order is promised within one. */
  readonly session: number;
  /** `final`: the last reading of everything from the beginning, after healing. */
  readonly phase: 'workload' | 'final';
  readonly partition: string;
  readonly atUs: Micros;
  /** Offsets and values of the records, in the order they were handed over. */
  readonly offsets: readonly Offset[];
  readonly values: readonly number[];
}

/** How far the final reader has to come: the partition's high watermark after healing. */
export interface FinalRead {
  readonly partition: string;
  readonly end: Offset;
}

export class History {
  readonly sends: Send[] = [];
  readonly polls: Poll[] = [];
  readonly finalReads: FinalRead[] = [];
  readonly operations = new Operations();
  readonly groups = new GroupHistory();
  readonly views: BrokerView[] = [];
  acknowledged = 0;
  consumed = 0;
  #completed = 0;
  readonly incarnations: Incarnations;

  constructor(incarnations = new Incarnations()) {
    this.incarnations = incarnations;
  }

  /** `orders-0`: one string for all that happens to a partition. */
  nameOf(topic: string, index: number, topicId: Uuid): string {
    return this.incarnations.nameOf(topic, index, topicId);
  }

  invokeSend(
    from: Pick<Send, 'producer' | 'incarnation' | 'topic' | 'key' | 'acks' | 'invokedUs'>,
  ): Send {
    const send: Send = {
      value: this.sends.length,
      producer: from.producer,
      incarnation: from.incarnation,
      topic: from.topic,
      key: from.key,
      acks: from.acks,
      invokedUs: from.invokedUs,
      outcome: 'pending',
      completedUs: -1,
      partition: null,
      offset: -1,
      timestamp: -1,
      error: null,
      cause: null,
    };
    this.sends.push(send);
    return send;
  }

  acknowledge(
    send: Send,
    atUs: Micros,
    partition: string,
    offset: Offset,
    timestamp: WallMs = -1,
  ): void {
    this.#complete(send, 'ok', atUs);
    send.partition = partition;
    send.offset = offset;
    send.timestamp = timestamp;
    this.acknowledged++;
  }

  /** `cause` is the error's name, the same for all of its kind. */
  failSend(
    send: Send,
    atUs: Micros,
    outcome: 'fail' | 'info',
    { error, cause }: { readonly error: string; readonly cause: string },
  ): void {
    this.#complete(send, outcome, atUs);
    send.error = error;
    send.cause = cause;
  }

  poll(poll: Poll): void {
    assert(poll.offsets.length === poll.values.length, 'a poll has a value for each offset');
    this.polls.push(poll);
    this.consumed += poll.offsets.length;
  }

  finalRead(read: FinalRead): void {
    this.finalReads.push(read);
  }

  /** Sends that wait for their outcome. */
  get pending(): number {
    return this.sends.length - this.#completed;
  }

  /** The producer's process ended before it was told of these: nobody knows. */
  abandonPending(producer: number, atUs: Micros): void {
    for (const send of this.sends) {
      if (send.outcome !== 'pending' || send.producer !== producer) continue;
      const error = 'its producer died';
      this.failSend(send, atUs, 'info', { error, cause: error });
    }
  }

  #complete(send: Send, outcome: Outcome, atUs: Micros): void {
    assert(send.outcome === 'pending', 'a send completes once');
    this.#completed++;
    send.outcome = outcome;
    send.completedUs = atUs;
  }
}
