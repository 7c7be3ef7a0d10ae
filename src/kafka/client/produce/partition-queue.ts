/**
 * One partition's batches in a producer: fresh ones in order of arrival, and those under way, which
 * have been in at least one request and are not finished. With idempotence it also numbers them.
 *
 * Order and no duplicates rest on this: a batch keeps its numbers through all retries; while any
 * batch waits for its retry only the first one under way is sent; and after a gap (a batch was
 * given up, or the broker lost state) the partition begins again with a new epoch, but only when no
 * batch under way may have been written under the old one. Until then such batches are retried as
 * they are, to their deadline.
 *
 * A leader takes any sequence from a producer it does not know, so that a later batch in flight may
 * be accepted though the one before it was refused (KAFKA-14359). Hence the first batch under a new
 * identity travels alone until it is acknowledged; and one that was overtaken all the same, by a
 * leader that has forgotten its producer, is never numbered anew: it would stand behind what was
 * sent after it.
 */

import { assert } from '../../../base/assert.ts';
import type { LeaderEpoch, Micros } from '../../../base/ids.ts';
import { mark } from '../../../base/mark.ts';
import type { ClientRules } from '../rules.ts';
import { notTimed } from '../wake-timer.ts';
import type { ProducerBatch } from './producer-batch.ts';
import type { Identity, ProducerIdentity } from './producer-identity.ts';
import { maxIdempotentInFlight, type ProducerSettings } from './producer-types.ts';

/** Where a queue gets its identity from. */
export type IdentitySource = Pick<ProducerIdentity, 'current' | 'ensure' | 'renew'>;

export class PartitionQueue {
  readonly topic: string;
  readonly index: number;
  readonly fresh: ProducerBatch[] = [];
  /** In order of their first attempt, which is that of their sequences. */
  readonly underWay: ProducerBatch[] = [];
  /** Requests out that hold a batch of this partition, finished or not. */
  requestsOut = 0;

  readonly #settings: ProducerSettings;
  readonly #rules: ClientRules;
  /** Null without idempotence. */
  readonly #producer: IdentitySource | null;
  #identity: Identity | null = null;
  #nextSequence = 0;
  /** What follows the highest sequence acknowledged under the present identity. */
  #ackedUpTo = 0;
  /** Something was acknowledged under the present identity: in-sync replicas know the producer. */
  #isKnown = false;
  /** Order of the youngest batch that stands in the log, or may. */
  #writtenUpTo = 0;
  #hasGap = false;

  constructor(
    topic: string,
    index: number,
    settings: ProducerSettings,
    rules: ClientRules,
    producer: IdentitySource | null,
  ) {
    this.topic = topic;
    this.index = index;
    this.#settings = settings;
    this.#rules = rules;
    this.#producer = producer;
  }

  get isEmpty(): boolean {
    return this.fresh.length === 0 && this.underWay.length === 0;
  }

  /** The batch that takes more records, if there is one. */
  get open(): ProducerBatch | null {
    const last = this.fresh[this.fresh.length - 1];
    return last === undefined || last.full ? null : last;
  }

  /** When the next batch may be sent: at once if not above `nowUs`. */
  dueUs(nowUs: Micros, leaderEpoch: LeaderEpoch, flushUpTo: number): Micros {
    if (this.#settings.maxInFlight === 1 && this.requestsOut > 0) return notTimed;
    const retry = this.#firstWaiting();
    if (retry !== null) {
      if (this.#producer !== null && retry !== this.underWay[0]) return notTimed;
      return leaderEpoch > retry.attemptEpoch ? nowUs : retry.notBeforeUs;
    }
    const head = this.fresh[0];
    if (head === undefined || this.#holdsFresh()) return notTimed;
    if (head.full || this.fresh.length > 1 || head.order <= flushUpTo) return nowUs;
    return head.createdUs + this.#settings.lingerUs;
  }

  peek(): ProducerBatch {
    const batch = this.#firstWaiting() ?? this.fresh[0];
    assert(batch !== undefined, 'a due partition has a batch');
    return batch;
  }

  /** Moves the batch `peek` gave into a request. */
  take(leaderEpoch: LeaderEpoch): ProducerBatch {
    const batch = this.peek();
    if (batch === this.fresh[0]) {
      this.fresh.shift();
      this.underWay.push(batch);
      if (this.#producer !== null) this.#number(batch);
    }
    if (batch.mayBeWritten) mark('batch-sent-again');
    const isFirst = this.#producer !== null && !this.#isKnown;
    if (isFirst && batch.attempts > 0) mark('first-batch-sent-again');
    batch.full = true;
    batch.attempts++;
    batch.attemptEpoch = leaderEpoch;
    batch.inRequest = true;
    this.requestsOut++;
    return batch;
  }

  /** A request that held this batch is over. */
  returned(batch: ProducerBatch): void {
    batch.inRequest = false;
    this.requestsOut--;
  }

  /** The batch stands in the log; also called for one that was given up before its answer came. */
  acknowledged(batch: ProducerBatch): void {
    this.#remove(batch);
    this.#noteWritten(batch);
    if (this.#producer === null || !this.#isOfPresent(batch)) return;
    this.#isKnown = true;
    this.#ackedUpTo = this.#rules.sequenceAfter(batch.baseSequence, batch.records.length);
  }

  /** The batch is finished without being known to stand in the log; its numbers leave a gap. */
  givenUp(batch: ProducerBatch): void {
    const at = this.fresh.indexOf(batch);
    if (at >= 0) this.fresh.splice(at, 1);
    this.#remove(batch);
    if (batch.mayBeWritten || batch.inRequest) {
      mark('batch-given-up-in-doubt');
      this.#noteWritten(batch);
    }
    if (batch.baseSequence >= 0 && this.#isOfPresent(batch)) this.#hasGap = true;
  }

  /** The pieces of a batch that was too large take its place and its numbers. */
  replace(batch: ProducerBatch, pieces: readonly ProducerBatch[]): void {
    const at = this.underWay.indexOf(batch);
    assert(at >= 0, 'a batch that was too large is under way');
    mark('batch-split');
    this.underWay.splice(at, 1, ...pieces);
    if (batch.baseSequence < 0) return;
    let sequence = batch.baseSequence;
    for (const piece of pieces) {
      piece.number(batch.producerId, batch.producerEpoch, sequence);
      sequence = this.#rules.sequenceAfter(sequence, piece.records.length);
    }
  }

  /**
   * The broker misses what should stand before this batch. For the first under way that is a gap in
   * its log; for a later one it says only that the first has not got there yet. `overtaken`: what
   * came behind it was accepted, so that it can never be written in order.
   */
  missingBefore(batch: ProducerBatch): 'wait' | 'overtaken' {
    if (batch !== this.underWay[0] || !this.#isOfPresent(batch)) return 'wait';
    if (this.#isOvertaken(batch)) {
      mark('overtaken-batch');
      return 'overtaken';
    }
    this.#hasGap = true;
    return 'wait';
  }

  /** Begins again under a new epoch where there is a gap and it is safe to (KIP-360). */
  resolveGap(): void {
    if (!this.#hasGap || this.#producer === null || this.#identity === null) return;
    if (this.underWay.length === 0 && this.requestsOut === 0 && this.#ackedAll()) {
      mark('gap-was-written');
      this.#hasGap = false;
      return;
    }
    const anyBatchMayBeWritten = this.underWay.some((batch) => batch.mayBeWritten);
    if (!this.#rules.mayRenumber({ requestsOut: this.requestsOut, anyBatchMayBeWritten })) return;
    if (this.underWay.some((batch) => batch.inRequest || this.#isOvertaken(batch))) return;
    this.#producer.renew(this.#identity);
    const identity = this.#producer.current;
    if (identity === null) return;
    mark('batches-renumbered');
    this.#begin(identity);
    for (const batch of this.underWay) this.#assign(batch);
  }

  #firstWaiting(): ProducerBatch | null {
    for (const batch of this.underWay) if (!batch.inRequest) return batch;
    return null;
  }

  #holdsFresh(): boolean {
    if (this.#producer === null) return false;
    const current = this.#producer.current;
    if (current === null) {
      this.#producer.ensure();
      return true;
    }
    if (this.#hasGap) this.resolveGap();
    if (this.#hasGap || this.underWay.length >= maxIdempotentInFlight) return true;
    const isAlone = this.underWay.length === 0;
    if (!isAlone && !this.#isKnown && this.#rules.firstBatchTravelsAlone()) return true;
    // Under another identity the first sequence is 0: all of the old one must have come to an end
    // before.
    return this.#identity !== current && (!isAlone || this.requestsOut > 0);
  }

  #number(batch: ProducerBatch): void {
    const current = this.#producer?.current ?? null;
    assert(current !== null, 'a batch is numbered once there is a producer id');
    if (this.#identity !== current) this.#begin(current);
    this.#assign(batch);
  }

  #begin(identity: Identity): void {
    this.#identity = identity;
    this.#nextSequence = this.#rules.sequenceAfterEpochBump(this.#nextSequence);
    this.#ackedUpTo = this.#nextSequence;
    this.#isKnown = false;
    this.#hasGap = false;
  }

  #assign(batch: ProducerBatch): void {
    const identity = this.#identity;
    assert(identity !== null, 'a partition has an identity before its batches');
    batch.number(identity.id, identity.epoch, this.#nextSequence);
    this.#nextSequence = this.#rules.sequenceAfter(this.#nextSequence, batch.records.length);
  }

  /**
   * A batch was given up in doubt, but what came behind it was accepted: so it had been written.
   */
  #ackedAll(): boolean {
    return this.#ackedUpTo === this.#nextSequence;
  }

  #isOfPresent(batch: ProducerBatch): boolean {
    const identity = this.#identity;
    return (
      identity !== null &&
      batch.producerId === identity.id &&
      batch.producerEpoch === identity.epoch
    );
  }

  #isOvertaken({ order }: ProducerBatch): boolean {
    return this.#rules.isOvertaken({ order, writtenUpTo: this.#writtenUpTo });
  }

  #noteWritten({ order }: ProducerBatch): void {
    if (order > this.#writtenUpTo) this.#writtenUpTo = order;
  }

  #remove(batch: ProducerBatch): void {
    const at = this.underWay.indexOf(batch);
    if (at >= 0) this.underWay.splice(at, 1);
  }
}
