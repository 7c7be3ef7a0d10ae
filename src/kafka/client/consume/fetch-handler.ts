/**
 * What a fetch answer means for a partition: records to keep, a position to reset, or a reason to
 * try again.
 */
import type { FetchResponse } from '../../protocol/apis/01-fetch.ts';
import { errorCode, KafkaError } from '../../protocol/errors.ts';
import type { StoredRecord } from '../../records/reader.ts';
import type { ClientParts } from '../client-parts.ts';
import { ClientError } from '../errors.ts';
import type { AssignedPartition, Buffered } from './assigned-partition.ts';
import { resetByPolicy } from './consumer-position.ts';
import type { ConsumedRecord, ConsumerOptions, ConsumerSettings } from './consumer-types.ts';
import type { FetchedPartition } from './fetch-request.ts';
import { RecordStream, scan } from './record-stream.ts';

/** What the parts of a consumer share. */
export interface ConsumerParts {
  readonly client: ClientParts;
  readonly settings: ConsumerSettings;
  readonly options: ConsumerOptions;
  readonly retryLater: (partition: AssignedPartition) => void;
  readonly pump: () => void;
  /** Stops the partition and reports why. */
  readonly fail: (partition: AssignedPartition, error: ClientError) => void;
  readonly isOpen: () => boolean;
}

export class FetchHandler {
  readonly #parts: ConsumerParts;

  constructor(parts: ConsumerParts) {
    this.#parts = parts;
  }

  /** Keeps the records as `buffered`, or deals with the error. */
  accept(
    partition: AssignedPartition,
    answer: FetchedPartition | undefined,
    endpoints: FetchResponse['nodeEndpoints'],
  ): void {
    if (answer === undefined) {
      this.#parts.retryLater(partition);
      return;
    }
    if (answer.errorCode !== errorCode.none) {
      this.#rejected(partition, answer, endpoints);
      return;
    }
    partition.succeeded();
    partition.highWatermark = answer.highWatermark;
    partition.logStartOffset = answer.logStartOffset;
    const bytes = answer.records;
    if (bytes === null || bytes.length === 0) return;
    const { checkCrcs, readCommitted } = this.#parts.settings;
    const from = partition.fetchOffset;
    const { problem, nextOffset, lastEpoch, end } = scan(bytes, from, checkCrcs);
    if (problem !== null) {
      const text = `${partition.topic}-${partition.index} at offset ${from}: ${problem}`;
      this.#parts.fail(partition, new ClientError('corrupt-records', text));
      return;
    }
    const aborted = readCommitted ? (answer.abortedTransactions ?? []) : null;
    const stream = new RecordStream(bytes, end, from, aborted);
    partition.buffered = { stream, nextOffset, records: [], at: 0 };
    partition.fetchOffset = nextOffset;
    partition.positionEpoch = lastEpoch;
  }

  /** Hands all of it to the application at once. */
  deliver(partition: AssignedPartition, buffered: Buffered): void {
    const records = this.#rest(partition, buffered);
    if (records === null) return;
    partition.position = buffered.nextOffset;
    if (records.length === 0) return;
    this.#parts.options.onRecords?.(partition.topic, partition.index, records);
  }

  /**
   * Moves records into `polled` until that has `maxRecords`; takes `buffered` away when it is used
   * up.
   */
  take(partition: AssignedPartition, maxRecords: number, polled: ConsumedRecord[]): void {
    const { topic, index } = partition;
    const buffered = partition.buffered;
    while (buffered !== null && polled.length < maxRecords) {
      const record = buffered.records[buffered.at];
      if (record !== undefined) {
        buffered.at++;
        partition.position = record.offset + 1;
        polled.push({ ...record, topic, partition: index });
        continue;
      }
      const more = this.#next(partition, buffered);
      if (more === null) break;
      buffered.records = more;
      buffered.at = 0;
    }
    if (buffered === null || partition.buffered === null) return;
    if (buffered.at < buffered.records.length) return;
    const more = this.#next(partition, buffered);
    if (more !== null) {
      buffered.records = more;
      buffered.at = 0;
    } else if (partition.phase !== 'stopped') {
      partition.position = buffered.nextOffset;
      partition.buffered = null;
    }
  }

  /** All that is left of it; null, and the partition has failed, where that is damaged. */
  #rest(partition: AssignedPartition, { stream }: Buffered): StoredRecord[] | null {
    try {
      return stream.rest();
    } catch (error) {
      this.#damaged(partition, error);
      return null;
    }
  }

  /** The next batch; null at the end or where it is damaged. */
  #next(partition: AssignedPartition, { stream }: Buffered): StoredRecord[] | null {
    try {
      return stream.next();
    } catch (error) {
      this.#damaged(partition, error);
      return null;
    }
  }

  #damaged(partition: AssignedPartition, error: unknown): void {
    if (!(error instanceof KafkaError)) throw error;
    const text = `${partition.topic}-${partition.index}: ${error.message}`;
    this.#parts.fail(partition, new ClientError('corrupt-records', text, 'failed', error.code));
  }

  #rejected(
    partition: AssignedPartition,
    answer: FetchedPartition,
    endpoints: FetchResponse['nodeEndpoints'],
  ): void {
    const { cache, updater } = this.#parts.client;
    const { topic, index } = partition;
    const code = answer.errorCode;
    switch (code) {
      case errorCode.offsetOutOfRange:
        this.#outOfRange(partition);
        return;
      case errorCode.notLeaderOrFollower:
      case errorCode.fencedLeaderEpoch: {
        const { leaderId, leaderEpoch } = answer.currentLeader;
        const news =
          leaderId >= 0 && cache.noteLeader(topic, index, leaderId, leaderEpoch, endpoints);
        if (!news) updater.request();
        this.#parts.retryLater(partition);
        return;
      }
      case errorCode.unknownLeaderEpoch:
      case errorCode.offsetNotAvailable:
      case errorCode.corruptMessage:
      case errorCode.requestTimedOut:
        this.#parts.retryLater(partition);
        return;
      case errorCode.topicAuthorizationFailed:
      case errorCode.unsupportedVersion:
      case errorCode.unsupportedCompressionType:
      case errorCode.invalidRequest: {
        const text = `fetch from ${topic}-${index}`;
        this.#parts.fail(partition, new ClientError('broker', text, 'failed', code));
        return;
      }
      default:
        updater.request();
        this.#parts.retryLater(partition);
    }
  }

  #outOfRange(partition: AssignedPartition): void {
    const reset = resetByPolicy(this.#parts.settings, 'out-of-range');
    if (reset !== null) {
      partition.lookUp(reset);
      return;
    }
    const { topic, index, position } = partition;
    const text = `offset ${position} of ${topic}-${index} is not in the log`;
    const code = errorCode.offsetOutOfRange;
    this.#parts.fail(partition, new ClientError('offset-out-of-range', text, 'failed', code));
  }
}
