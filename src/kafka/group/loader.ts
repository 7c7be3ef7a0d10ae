/**
 * Reads a coordinator's partition from its start to where loading ends, a piece an event, so that
 * requests pass in between however long the log is. Records of kinds that are none of ours are
 * skipped, whatever else cannot be read ends it: a coordinator that does not know all must not
 * answer.
 */
import type { Offset } from '../../base/ids.ts';
import type { Host } from '../../host/host.ts';
import { KafkaError } from '../protocol/errors.ts';
import { MalformedError } from '../protocol/malformed.ts';
import { isControl, lastOffset } from '../records/batch.ts';
import { forEachBatch, readRecords } from '../records/reader.ts';
import type { LedPartition } from '../replication/led-partition.ts';
import { decodeGroupRecord, type GroupRecord } from './records.ts';

export interface LoaderOptions {
  readonly host: Host;
  readonly led: LedPartition;
  readonly bytesPerEvent: number;
  /** Where it ends, as the log stands when it begins. */
  readonly end: Offset;
  readonly onRecord: (record: GroupRecord, at: Offset) => void;
  /** Once, in a later event: null, or why it could not be read. Never where it was cancelled. */
  readonly done: (problem: string | null) => void;
}

export class Loader {
  readonly #options: LoaderOptions;
  #next: Offset;
  #isCancelled = false;

  constructor(options: LoaderOptions) {
    this.#options = options;
    this.#next = options.led.log?.logStartOffset ?? 0;
    this.#schedule();
  }

  cancel(): void {
    this.#isCancelled = true;
  }

  #schedule(): void {
    this.#options.host.timers.after(0, () => this.#step());
  }

  #step(): void {
    const { done, end, led } = this.#options;
    if (this.#isCancelled || led.log === null) return;
    let problem: string | null = null;
    try {
      if (this.#next < end) this.#readSome();
    } catch (error) {
      const isExpected = error instanceof KafkaError || error instanceof MalformedError;
      if (!isExpected) throw error;
      problem = error.message;
    }
    if (problem !== null || this.#next >= end) done(problem);
    else this.#schedule();
  }

  #readSome(): void {
    const { bytesPerEvent, end, led, onRecord } = this.#options;
    // Retention or DeleteRecords may have moved the start on.
    const from = Math.max(this.#next, led.log?.logStartOffset ?? 0);
    const bytes = led.read(from, bytesPerEvent);
    if (bytes.length === 0) this.#next = end;
    forEachBatch(bytes, (_, position) => {
      this.#next = lastOffset(bytes, position) + 1;
      if (isControl(bytes, position)) return;
      for (const { offset, key, value } of readRecords(bytes, position)) {
        if (key === null || offset < from || offset >= end) continue;
        const record = decodeGroupRecord(key, value);
        if (record !== null) onRecord(record, offset);
      }
    });
  }
}
