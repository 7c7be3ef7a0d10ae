/**
 * What of a log is durable: its recovery point, the flushes that move it, and whether the disk has
 * failed. A failure stays: bytes of a failed sync are gone although the disk calls them clean, so
 * no later flush may claim them.
 */

import type { Offset } from '../../base/ids.ts';
import { mark } from '../../base/mark.ts';
import { DiskError } from '../../host/disk.ts';
import { encodeCheckpoint } from './checkpoint.ts';
import type { Durability } from './durability.ts';
import type { EpochCache } from './epoch-cache.ts';
import { epochCheckpointName } from './names.ts';
import type { Segments } from './segments.ts';

/** Told when all below `end` is durable; `coversCuts`: no cut came while the flush ran. */
export type OnFlushed = (end: Offset, coversCuts: boolean) => void;

export class Flushing {
  readonly #durability: Durability;
  readonly #segments: Segments;
  readonly #epochs: EpochCache;
  readonly #onFlushed: OnFlushed;
  #recoveryPoint: Offset;
  /** What the flush under way will have made durable. */
  #target: Offset = 0;
  #cuts = 0;
  #storedEpochs = -1;
  #failure: unknown = null;

  constructor(
    durability: Durability,
    segments: Segments,
    epochs: EpochCache,
    recoveryPoint: Offset,
    onFlushed: OnFlushed,
  ) {
    this.#durability = durability;
    this.#segments = segments;
    this.#epochs = epochs;
    this.#recoveryPoint = recoveryPoint;
    this.#onFlushed = onFlushed;
  }

  get recoveryPoint(): Offset {
    return this.#recoveryPoint;
  }

  /** The first DiskError; null while there was none. */
  get failure(): unknown {
    return this.#failure;
  }

  /** The log was cut: a flush under way covers no more than is left, even if other records come. */
  lower(end: Offset): void {
    this.#cuts += 1;
    this.#recoveryPoint = Math.min(this.#recoveryPoint, end);
    this.#target = Math.min(this.#target, end);
  }

  flush(): Promise<void> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    return this.#durability.flush(() => this.#flush());
  }

  /** As Kafka does with what is full or deleted; a failure is met by the next call. */
  inBackground(): void {
    this.flush().catch(() => {});
  }

  /** Runs what writes to the disk, and remembers if that failed. */
  guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      throw this.failed(error);
    }
  }

  failed(error: unknown): unknown {
    if (error instanceof DiskError) this.#failure ??= error;
    return error;
  }

  async #flush(): Promise<void> {
    this.#target = this.#segments.endOffset;
    const cuts = this.#cuts;
    if (this.#storedEpochs !== this.#epochs.version) {
      this.#durability.put(epochCheckpointName, encodeCheckpoint(this.#epochs.toRows()));
      this.#storedEpochs = this.#epochs.version;
    }
    try {
      await this.#durability.sync(this.#segments.all);
    } catch (error) {
      mark('flush-failed');
      throw this.failed(error);
    }
    if (this.#target > this.#recoveryPoint) this.#recoveryPoint = this.#target;
    if (!this.#durability.isStopped) this.#onFlushed(this.#target, cuts === this.#cuts);
  }
}
