/**
 * The records a producer holds: per partition in batches, in all bounded by `bufferBytes`, until
 * each batch is finished by success, failure or its deadline. Knows nothing of brokers.
 */
import type { Micros } from '../../../base/ids.ts';
import type { NewRecord } from '../../records/builder.ts';
import type { ClientRules } from '../rules.ts';
import { PartitionQueue } from './partition-queue.ts';
import { ProducerBatch } from './producer-batch.ts';
import type { ProducerIdentity } from './producer-identity.ts';
import type { OnSent, ProducerSettings } from './producer-types.ts';

export class Accumulator {
  readonly #settings: ProducerSettings;
  readonly #rules: ClientRules;
  readonly #identity: ProducerIdentity | null;
  readonly #topics = new Map<string, Map<number, PartitionQueue>>();
  /**
   * All batches in order of creation, which is that of their deadlines; finished ones linger till
   * pruned.
   */
  #batches: ProducerBatch[] = [];
  #firstIncomplete = 0;
  #lastOrder = 0;
  #bufferedBytes = 0;
  /** Partitions that have something to send or under way. */
  readonly busy = new Set<PartitionQueue>();

  constructor(settings: ProducerSettings, rules: ClientRules, identity: ProducerIdentity | null) {
    this.#settings = settings;
    this.#rules = rules;
    this.#identity = identity;
  }

  get bufferedBytes(): number {
    return this.#bufferedBytes;
  }

  /** The order of the youngest batch. */
  get lastOrder(): number {
    return this.#lastOrder;
  }

  /** The oldest batch that is not finished. */
  get oldest(): ProducerBatch | null {
    let at = this.#firstIncomplete;
    while (at < this.#batches.length && (this.#batches[at] as ProducerBatch).finished) at++;
    this.#firstIncomplete = at;
    if (at > 256 && at * 2 > this.#batches.length) {
      this.#batches = this.#batches.slice(at);
      this.#firstIncomplete = 0;
    }
    return this.#batches[this.#firstIncomplete] ?? null;
  }

  /** The oldest batch whose deadline has passed, though batches of one age finish in any order. */
  expired(nowUs: Micros): ProducerBatch | null {
    const oldest = this.oldest;
    return oldest !== null && oldest.deadlineUs <= nowUs ? oldest : null;
  }

  hasRoomFor(sizeBytes: number): boolean {
    return this.#bufferedBytes + sizeBytes <= this.#settings.bufferBytes;
  }

  /** Bytes held outside of batches, for records that wait for their topic to be known. */
  reserve(sizeBytes: number): void {
    this.#bufferedBytes += sizeBytes;
  }

  /** Would a record of this size begin a new batch there? */
  opensBatch(topic: string, partition: number, sizeBytes: number): boolean {
    const open = this.#topics.get(topic)?.get(partition)?.open ?? null;
    return open === null || open.sizeBytes + sizeBytes > this.#settings.batchBytes;
  }

  append(
    topic: string,
    partition: number,
    record: NewRecord,
    sizeBytes: number,
    nowUs: Micros,
    onSent: OnSent,
  ): ProducerBatch {
    const queue = this.queue(topic, partition);
    let batch = queue.open;
    if (batch !== null && batch.sizeBytes + sizeBytes > this.#settings.batchBytes) {
      batch.full = true;
      batch = null;
    }
    if (batch === null) {
      const deadlineUs = nowUs + this.#settings.deliveryTimeoutUs;
      batch = new ProducerBatch(queue, ++this.#lastOrder, nowUs, deadlineUs);
      this.#bufferedBytes += batch.sizeBytes;
      this.#batches.push(batch);
      queue.fresh.push(batch);
      this.busy.add(queue);
    }
    batch.add(record, sizeBytes, onSent);
    this.#bufferedBytes += sizeBytes;
    if (batch.sizeBytes >= this.#settings.batchBytes) batch.full = true;
    return batch;
  }

  /** Puts smaller batches in the place of one that was too large. */
  split(batch: ProducerBatch): void {
    const pieces = batch.split();
    const at = this.#batches.indexOf(batch, this.#firstIncomplete);
    this.#batches.splice(at, 1, ...pieces);
    this.#bufferedBytes -= batch.sizeBytes;
    for (const piece of pieces) this.#bufferedBytes += piece.sizeBytes;
    batch.queue.replace(batch, pieces);
  }

  /** Its callbacks are about to run and its memory is free. */
  finish(batch: ProducerBatch): void {
    batch.finished = true;
    this.#bufferedBytes -= batch.sizeBytes;
  }

  queue(topic: string, partition: number): PartitionQueue {
    let partitions = this.#topics.get(topic);
    if (partitions === undefined) {
      partitions = new Map();
      this.#topics.set(topic, partitions);
    }
    let queue = partitions.get(partition);
    if (queue === undefined) {
      queue = new PartitionQueue(topic, partition, this.#settings, this.#rules, this.#identity);
      partitions.set(partition, queue);
    }
    return queue;
  }
}
