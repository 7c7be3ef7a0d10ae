/**
 * What a partition remembers of one producer: its epoch, its last batches and its open transaction.
 */
import type { Offset, ProducerEpoch, ProducerId, WallMs } from '../../base/ids.ts';
import type { Row } from './checkpoint.ts';
import type { KnownSequence } from './rules.ts';

/** Retries of this many batches are recognised: as many as a producer may have in flight. */
export const keptBatches = 5;

export interface RememberedBatch {
  firstSequence: number;
  lastSequence: number;
  baseOffset: Offset;
  lastOffset: Offset;
  timestamp: WallMs;
}

export class ProducerEntry implements KnownSequence {
  readonly producerId: ProducerId;
  producerEpoch: ProducerEpoch = -1;
  /** Epoch of the coordinator that wrote the last marker; −1 before one came. */
  coordinatorEpoch = -1;
  lastActiveMs: WallMs = -1;
  /** First offset of the open transaction, −1 if none is open. */
  transactionStart: Offset = -1;
  /** Oldest first, all of `producerEpoch`. */
  readonly batches: RememberedBatch[] = [];

  constructor(producerId: ProducerId) {
    this.producerId = producerId;
  }

  get lastSequence(): number {
    return this.batches[this.batches.length - 1]?.lastSequence ?? -1;
  }

  /** The remembered batch of exactly these sequences. */
  find(epoch: ProducerEpoch, first: number, last: number): RememberedBatch | null {
    if (epoch !== this.producerEpoch) return null;
    for (let index = this.batches.length - 1; index >= 0; index--) {
      const batch = this.batches[index] as RememberedBatch;
      if (batch.firstSequence === first && batch.lastSequence === last) return batch;
    }
    return null;
  }

  enterEpoch(epoch: ProducerEpoch): void {
    if (epoch === this.producerEpoch) return;
    this.producerEpoch = epoch;
    this.batches.length = 0;
  }

  /** A slot for one more batch, to be filled by the caller; the oldest one's is used again. */
  nextBatch(): RememberedBatch {
    const { batches } = this;
    if (batches.length === keptBatches) {
      const oldest = batches[0] as RememberedBatch;
      for (let index = 1; index < keptBatches; index++) {
        batches[index - 1] = batches[index] as RememberedBatch;
      }
      batches[keptBatches - 1] = oldest;
      return oldest;
    }
    const slot = { firstSequence: 0, lastSequence: 0, baseOffset: 0, lastOffset: 0, timestamp: 0 };
    batches.push(slot);
    return slot;
  }

  toRow(): Row {
    const row = [
      this.producerId,
      this.producerEpoch,
      this.coordinatorEpoch,
      this.lastActiveMs,
      this.transactionStart,
    ];
    for (const batch of this.batches) {
      row.push(batch.firstSequence, batch.lastSequence, batch.baseOffset, batch.lastOffset);
      row.push(batch.timestamp);
    }
    return row;
  }

  /** Null where the row is not one of `toRow`. */
  static fromRow(row: Row): ProducerEntry | null {
    if (row.length < 5 || row.length % 5 !== 0 || !row.every(Number.isSafeInteger)) return null;
    const at = (index: number): number => row[index] as number;
    const entry = new ProducerEntry(at(0));
    entry.producerEpoch = at(1);
    entry.coordinatorEpoch = at(2);
    entry.lastActiveMs = at(3);
    entry.transactionStart = at(4);
    for (let index = 5; index < row.length; index += 5) {
      entry.batches.push({
        firstSequence: at(index),
        lastSequence: at(index + 1),
        baseOffset: at(index + 2),
        lastOffset: at(index + 3),
        timestamp: at(index + 4),
      });
    }
    return entry;
  }
}
