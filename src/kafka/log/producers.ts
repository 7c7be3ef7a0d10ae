/**
 * Producer state of one partition (KIP-98): which batches of which idempotent producers stand in
 * the log, and which transactions are open. `check` decides about a batch before it is appended;
 * `record` takes in every batch that was, in log order, on leaders and followers and when a log is
 * read again.
 */

import type { Offset, ProducerId, WallMs } from '../../base/ids.ts';
import { mark } from '../../base/mark.ts';
import { errorCode, KafkaError } from '../protocol/errors.ts';
import {
  baseOffset,
  baseSequence,
  hasProducerId,
  isControl,
  isTransactional,
  lastOffset,
  lastSequence,
  maxTimestamp,
  producerEpoch,
  producerId,
} from '../records/batch.ts';
import { readEndMarker } from '../records/control.ts';
import type { Row } from './checkpoint.ts';
import { ProducerEntry, type RememberedBatch } from './producer-entry.ts';
import type { LogRules } from './rules.ts';

export class Producers {
  readonly #rules: LogRules;
  readonly #expirationMs: number;
  readonly #byId = new Map<ProducerId, ProducerEntry>();
  /** First offsets of open transactions; in insertion order, hence rising. */
  readonly #open = new Map<ProducerId, Offset>();
  /** Ended transactions whose marker may still be above the high watermark, by marker offset. */
  readonly #ended: { readonly firstOffset: Offset; readonly markerOffset: Offset }[] = [];

  constructor(rules: LogRules, expirationMs: number) {
    this.#rules = rules;
    this.#expirationMs = expirationMs;
  }

  get isEmpty(): boolean {
    return this.#byId.size === 0 && this.#ended.length === 0;
  }

  get entries(): Iterable<ProducerEntry> {
    return this.#byId.values();
  }

  /**
   * Returns the batch of which this is a retry, null if it may be appended; throws KafkaError where
   * it must not. Batches without a producer id may always be appended. `logEnd` is the log's.
   */
  check(bytes: Uint8Array, position: number, logEnd: Offset): RememberedBatch | null {
    if (!hasProducerId(bytes, position)) return null;
    const id = producerId(bytes, position);
    const entry = this.#byId.get(id);
    if (isControl(bytes, position)) {
      if (entry !== undefined) checkMarker(entry, bytes, position);
      return null;
    }
    const epoch = producerEpoch(bytes, position);
    const first = baseSequence(bytes, position);
    if (entry !== undefined && this.#rules.recognisesDuplicates()) {
      const retried = entry.find(epoch, first, lastSequence(bytes, position));
      if (retried !== null) {
        mark('duplicate-batch');
        return retried;
      }
    }
    const verdict = this.#rules.judgeSequence(entry ?? null, epoch, first, logEnd === 0);
    if (verdict === 'stale-epoch') {
      mark('producer-fenced');
      throw new KafkaError(errorCode.invalidProducerEpoch, describe(entry, epoch, first));
    }
    if (verdict === 'out-of-order') {
      mark('sequence-gap');
      throw new KafkaError(errorCode.outOfOrderSequenceNumber, describe(entry, epoch, first));
    }
    const isOpen = entry !== undefined && entry.transactionStart >= 0;
    if (isOpen && !isTransactional(bytes, position)) {
      throw new KafkaError(errorCode.invalidTxnState, `producer ${id} has an open transaction`);
    }
    return null;
  }

  /** `nowMs` counts as the time of a batch that has none. */
  record(bytes: Uint8Array, position: number, nowMs: WallMs): void {
    if (!hasProducerId(bytes, position)) return;
    const id = producerId(bytes, position);
    let entry = this.#byId.get(id);
    if (isControl(bytes, position)) {
      const marker = readEndMarker(bytes, position);
      if (marker === null) return;
      entry ??= this.#add(new ProducerEntry(id));
      entry.enterEpoch(producerEpoch(bytes, position));
      entry.coordinatorEpoch = marker.coordinatorEpoch;
      const markedMs = marker.timestamp >= 0 ? marker.timestamp : nowMs;
      entry.lastActiveMs = this.#rules.lastActiveMs(entry.lastActiveMs, markedMs, true);
      this.#endTransaction(entry, lastOffset(bytes, position));
      return;
    }
    entry ??= this.#add(new ProducerEntry(id));
    entry.enterEpoch(producerEpoch(bytes, position));
    const batch = entry.nextBatch();
    batch.firstSequence = baseSequence(bytes, position);
    batch.lastSequence = lastSequence(bytes, position);
    batch.baseOffset = baseOffset(bytes, position);
    batch.lastOffset = lastOffset(bytes, position);
    batch.timestamp = maxTimestamp(bytes, position);
    const writtenMs = batch.timestamp >= 0 ? batch.timestamp : nowMs;
    entry.lastActiveMs = this.#rules.lastActiveMs(entry.lastActiveMs, writtenMs, false);
    if (entry.transactionStart < 0 && isTransactional(bytes, position)) {
      entry.transactionStart = batch.baseOffset;
      this.#open.set(id, batch.baseOffset);
    }
  }

  /** The offset below which all transactions are decided and their markers replicated. */
  lastStableOffset(highWatermark: Offset): Offset {
    if (this.#open.size === 0 && this.#ended.length === 0) return highWatermark;
    while (this.#ended.length > 0) {
      const oldest = this.#ended[0];
      if (oldest === undefined || oldest.markerOffset >= highWatermark) break;
      this.#ended.shift();
    }
    let stable = highWatermark;
    for (const ended of this.#ended) stable = Math.min(stable, ended.firstOffset);
    for (const firstOffset of this.#open.values()) return Math.min(stable, firstOffset);
    return stable;
  }

  /** Forgets producers that wrote nothing for the expiry time and have no transaction open. */
  expire(nowMs: WallMs): void {
    for (const entry of this.#byId.values()) {
      if (this.#isExpired(entry, nowMs)) this.#byId.delete(entry.producerId);
    }
  }

  clear(): void {
    this.#byId.clear();
    this.#open.clear();
    this.#ended.length = 0;
  }

  toRows(): Row[] {
    return Array.from(this.#byId.values(), (entry) => entry.toRow());
  }

  /** Takes over a snapshot's rows; false, and empty, where one is not a producer's. */
  load(rows: readonly Row[], nowMs: WallMs): boolean {
    this.clear();
    const entries = rows.map((row) => ProducerEntry.fromRow(row));
    const open: ProducerEntry[] = [];
    for (const entry of entries) {
      if (entry === null) {
        this.clear();
        return false;
      }
      if (this.#isExpired(entry, nowMs)) continue;
      this.#add(entry);
      if (entry.transactionStart >= 0) open.push(entry);
    }
    open.sort((a, b) => a.transactionStart - b.transactionStart);
    for (const entry of open) this.#open.set(entry.producerId, entry.transactionStart);
    return true;
  }

  #add(entry: ProducerEntry): ProducerEntry {
    this.#byId.set(entry.producerId, entry);
    return entry;
  }

  #endTransaction(entry: ProducerEntry, markerOffset: Offset): void {
    if (entry.transactionStart < 0) return;
    this.#ended.push({ firstOffset: entry.transactionStart, markerOffset });
    this.#open.delete(entry.producerId);
    entry.transactionStart = -1;
  }

  #isExpired(entry: ProducerEntry, nowMs: WallMs): boolean {
    return entry.transactionStart < 0 && nowMs - entry.lastActiveMs >= this.#expirationMs;
  }
}

function checkMarker(entry: ProducerEntry, bytes: Uint8Array, position: number): void {
  const epoch = producerEpoch(bytes, position);
  if (epoch < entry.producerEpoch) {
    throw new KafkaError(errorCode.invalidProducerEpoch, describe(entry, epoch, -1));
  }
  const marker = readEndMarker(bytes, position);
  if (marker !== null && marker.coordinatorEpoch < entry.coordinatorEpoch) {
    throw new KafkaError(errorCode.transactionCoordinatorFenced, 'marker of an older coordinator');
  }
}

function describe(entry: ProducerEntry | undefined, epoch: number, first: number): string {
  const known = entry === undefined ? 'none' : `${entry.producerEpoch}/${entry.lastSequence}`;
  return `producer ${entry?.producerId ?? -1}: epoch ${epoch} sequence ${first} after ${known}`;
}
