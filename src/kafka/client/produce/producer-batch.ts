/**
 * Records of one partition that travel and succeed or fail together, unless the broker finds them
 * too many: then they go on in smaller batches. Once its first attempt is made
 * the batch is closed, and its bytes stay as they are for all attempts; only a renumbering under a
 * new producer epoch makes new ones, in a new array: bytes handed to a connection are never changed
 * (KAFKA-19012).
 */
import { assert } from '../../../base/assert.ts';
import type { LeaderEpoch, Micros, ProducerEpoch, ProducerId, Uuid } from '../../../base/ids.ts';
import { zeroUuid } from '../../../base/ids.ts';
import { batchHeaderSize, type Compression } from '../../records/batch.ts';
import { buildBatch, estimateRecordSize, type NewRecord } from '../../records/builder.ts';
import type { PartitionQueue } from './partition-queue.ts';
import type { OnSent } from './producer-types.ts';

export class ProducerBatch {
  readonly queue: PartitionQueue;
  /** Rises as batches are made, over all partitions of the producer; pieces of one share it. */
  readonly order: number;
  readonly createdUs: Micros;
  /** After this the batch is given up. */
  readonly deadlineUs: Micros;
  readonly records: NewRecord[] = [];
  readonly callbacks: OnSent[] = [];
  /** Upper bound of its uncompressed bytes. */
  sizeBytes = batchHeaderSize;
  full = false;

  producerId: ProducerId = -1;
  producerEpoch: ProducerEpoch = -1;
  /** −1 until numbered; stays −1 without idempotence. */
  baseSequence = -1;
  #bytes: Uint8Array | null = null;

  attempts = 0;
  /** A request that holds this batch waits for its answer. */
  inRequest = false;
  /** The leader epoch of the last attempt: behind a newer one the next attempt need not wait. */
  attemptEpoch: LeaderEpoch = -1;
  /** The topic's id at the last attempt. */
  topicId: Uuid = zeroUuid;
  notBeforeUs: Micros = 0;
  /**
   * The outcome of some attempt under its present numbering, or any without numbers, is not known.
   */
  mayBeWritten = false;
  /** The last error a broker gave for it, 0 if none. */
  lastCode = 0;
  /** Its callbacks have run. */
  finished = false;

  constructor(queue: PartitionQueue, order: number, createdUs: Micros, deadlineUs: Micros) {
    this.queue = queue;
    this.order = order;
    this.createdUs = createdUs;
    this.deadlineUs = deadlineUs;
  }

  add(record: NewRecord, sizeBytes: number, onSent: OnSent): void {
    assert(this.attempts === 0, 'records are added before the first attempt');
    this.records.push(record);
    this.callbacks.push(onSent);
    this.sizeBytes += sizeBytes;
  }

  /** Its records in at least two smaller batches, in order: the broker found it too large. */
  split(): ProducerBatch[] {
    assert(this.records.length > 1, 'a single record cannot be split');
    const mostBytes = (this.sizeBytes - batchHeaderSize) / 2;
    const pieces: ProducerBatch[] = [];
    let piece: ProducerBatch | null = null;
    for (const [at, record] of this.records.entries()) {
      const sizeBytes = estimateRecordSize(record);
      if (piece === null || piece.sizeBytes - batchHeaderSize + sizeBytes > mostBytes) {
        piece = new ProducerBatch(this.queue, this.order, this.createdUs, this.deadlineUs);
        piece.full = true;
        piece.mayBeWritten = this.mayBeWritten;
        piece.lastCode = this.lastCode;
        pieces.push(piece);
      }
      piece.add(record, sizeBytes, this.callbacks[at] as OnSent);
    }
    return pieces;
  }

  number(producerId: ProducerId, producerEpoch: ProducerEpoch, baseSequence: number): void {
    assert(!this.inRequest, 'a batch under way keeps its numbers');
    this.producerId = producerId;
    this.producerEpoch = producerEpoch;
    this.baseSequence = baseSequence;
    this.#bytes = null;
  }

  bytes(compression: Compression): Uint8Array {
    this.#bytes ??= buildBatch({
      records: this.records,
      producerId: this.producerId,
      producerEpoch: this.producerEpoch,
      baseSequence: this.baseSequence,
      compression,
    });
    return this.#bytes;
  }
}
