/**
 * What a fetch answer means for a partition: records to keep, a position to reset, or a reason to
 * try again.
 */
import { mark } from '../../../base/mark.ts';
import type { FetchResponse } from '../../protocol/apis/01-fetch.ts';
import { errorCode } from '../../protocol/errors.ts';
import type { StoredRecord } from '../../records/reader.ts';
import type { ClientParts } from '../client-parts.ts';
import { BadBatchError, ClientError } from '../errors.ts';
import type { AssignedPartition, Buffered } from './assigned-partition.ts';
import { resetByPolicy } from './consumer-position.ts';
import type { ConsumedRecord, ConsumerOptions, ConsumerSettings } from './consumer-types.ts';
import type { FetchedPartition } from './fetch-request.ts';
import { type BadBatch, RecordStream, scan } from './record-stream.ts';

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
    const { bad, nextOffset, lastEpoch, end } = scan(bytes, from, checkCrcs);
    if (bad !== null) {
      this.#failAt(partition, bad);
      return;
    }
    const aborted = readCommitted ? (answer.abortedTransactions ?? []) : null;
    const stream = new RecordStream(bytes, end, from, aborted);
    const { topicId } = partition;
    partition.buffered = { topicId, stream, nextOffset, records: [], at: 0 };
    partition.fetchOffset = nextOffset;
    partition.positionEpoch = lastEpoch;
  }

  /** Hands all of it to the application at once, up to a batch that cannot be read. */
  deliver(partition: AssignedPartition, { topicId, stream, nextOffset }: Buffered): void {
    const records = stream.rest();
    const { bad } = stream;
    partition.position = bad === null ? nextOffset : bad.offset;
    const { generation } = partition;
    if (records.length > 0) {
      this.#parts.options.onRecords?.(partition.topic, partition.index, records, topicId);
    }
    // The application may have gone elsewhere meanwhile.
    if (bad !== null && partition.generation === generation) this.#failAt(partition, bad);
  }

  /**
   * Moves records into `polled` until that has `maxRecords`; takes `buffered` away when it is used
   * up. A batch that cannot be read is reported by the poll after the one that gave the records
   * before it.
   */
  take(partition: AssignedPartition, maxRecords: number, polled: ConsumedRecord[]): void {
    const { topic, index, buffered } = partition;
    if (buffered === null) return;
    const before = polled.length;
    while (hasMore(buffered) && polled.length < maxRecords) {
      const record = buffered.records[buffered.at++] as StoredRecord;
      partition.position = record.offset + 1;
      polled.push({ ...record, topic, partition: index, topicId: buffered.topicId });
    }
    if (hasMore(buffered)) return;
    const { bad } = buffered.stream;
    if (bad === null) {
      partition.position = buffered.nextOffset;
      partition.buffered = null;
    } else if (polled.length === before) {
      partition.position = bad.offset;
      this.#failAt(partition, bad);
    }
  }

  /** Stops the partition in front of the batch. */
  #failAt(partition: AssignedPartition, bad: BadBatch): void {
    this.#parts.fail(partition, new BadBatchError(partition.topic, partition.index, bad));
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
        mark('consumer-refused-leader');
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
    mark('consumer-out-of-range');
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

/** Whether a record waits, after the next batch was decoded where there is one. */
function hasMore(buffered: Buffered): boolean {
  if (buffered.at < buffered.records.length) return true;
  const more = buffered.stream.next();
  if (more === null) return false;
  buffered.records = more;
  buffered.at = 0;
  return true;
}
