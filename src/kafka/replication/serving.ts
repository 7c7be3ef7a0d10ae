/**
 * Produce and fetch over many partitions: each partition's part is done at once where it can be,
 * and the whole waits in `DelayedProduce` or `DelayedFetch` where it cannot.
 */
import type { Offset } from '../../base/ids.ts';
import { msToMicros } from '../../base/time.ts';
import { type RecordError, RecordsRefused } from '../log/record-errors.ts';
import { isReservedTopic } from '../metadata/internal-topics.ts';
import { errorCode, KafkaError } from '../protocol/errors.ts';
import type { Completions } from './completions.ts';
import type {
  FetchPartition,
  FetchResult,
  FetchWork,
  ProducePartition,
  ProduceResult,
  ProduceWork,
} from './contract.ts';
import type { Deadlines } from './deadlines.ts';
import type { FetchReading } from './delayed-fetch.ts';
import { DelayedFetch } from './delayed-fetch.ts';
import { DelayedProduce } from './delayed-produce.ts';
import type { ReadOptions } from './fetch-read.ts';
import {
  bytesAvailable,
  failedFetch,
  isFollower,
  readPartition,
  takeArrival,
} from './fetch-read.ts';
import type { HostedPartitions } from './hosted-partitions.ts';
import type { BrokersView } from './leader-state.ts';
import type { Partition } from './partition.ts';
import type { SelectReplica } from './replica-selector.ts';
import type { ReplicationRules } from './rules.ts';

export interface ServingOptions {
  readonly hosted: HostedPartitions;
  readonly completions: Completions;
  readonly deadlines: Deadlines;
  readonly rules: ReplicationRules;
  readonly brokers: () => BrokersView;
  /** Null where consumers always read from the leader. */
  readonly selectReplica: SelectReplica | null;
  /**
   * The code with which a partition is answered whose part threw: that of a KafkaError. An I/O
   * error ends the process, anything else is reported as a bug; other partitions are not touched.
   */
  readonly codeOf: (error: unknown, doing: string) => number;
}

const noErrors: readonly RecordError[] = [];

/** Errors of a produce that say nothing of the log: Kafka leaves its start out of their answer. */
const withoutLogStart: ReadonlySet<number> = new Set([
  errorCode.unknownTopicOrPartition,
  errorCode.unknownTopicId,
  errorCode.notLeaderOrFollower,
  errorCode.messageTooLarge,
  errorCode.recordListTooLarge,
  errorCode.corruptMessage,
  errorCode.kafkaStorageError,
]);

const reservedMessage = 'Only the cluster writes to its own topics.';

const hinted: ReadonlySet<number> = new Set([
  errorCode.notLeaderOrFollower,
  errorCode.fencedLeaderEpoch,
]);

export class Serving {
  readonly #options: ServingOptions;
  readonly #readAgain = (work: FetchWork): FetchReading => this.#read(work);

  constructor(options: ServingOptions) {
    this.#options = options;
  }

  produce(work: ProduceWork, done: (results: ProduceResult[]) => void): void {
    const { acks, coordinator, partitions } = work;
    if (acks < -1 || acks > 1) {
      done(
        partitions.map((part) => this.#failedProduce(part, errorCode.invalidRequiredAcks, null)),
      );
      return;
    }
    const { completions, deadlines } = this.#options;
    const results: ProduceResult[] = [];
    let waiting: DelayedProduce | null = null;
    for (const part of partitions) {
      const found = this.#options.hosted.find(part);
      if (coordinator === undefined && this.#isReserved(part, found)) {
        results.push(this.#failedProduce(part, errorCode.invalidTopicException, reservedMessage));
        continue;
      }
      if (typeof found === 'number') {
        results.push(this.#failedProduce(part, found, null));
        continue;
      }
      const required = this.#append(found, part, work, results);
      if (required < 0 || acks === 0) continue;
      const slot = results.length - 1;
      coordinator?.appended(results[slot] as ProduceResult);
      if (!mustWait(found, required, acks)) {
        if (acks === -1) this.#failAfterAppend(results, slot, found);
        continue;
      }
      waiting ??= new DelayedProduce(results, done, completions, deadlines);
      waiting.waitFor(slot, required, acks === -1 ? found.waiters.commits : found.waiters.flushes);
    }
    if (waiting === null) done(results);
    else if (work.timeoutMs < Number.POSITIVE_INFINITY) {
      deadlines.add(waiting, msToMicros(Math.max(work.timeoutMs, 0)));
    }
    completions.drain();
  }

  /** Whether a client names a topic of the cluster's own; one that is not there is just unknown. */
  #isReserved(part: ProducePartition, found: Partition | number): boolean {
    if (typeof found !== 'number') return isReservedTopic(found.topic);
    return isReservedTopic(this.#options.hosted.topicOf(part) ?? '');
  }

  fetch(work: FetchWork, done: (results: FetchResult[]) => void): void {
    const { completions, deadlines, hosted } = this.#options;
    const hasNews = this.#takeArrival(work);
    const mayWait = work.maxWaitMs > 0 && work.partitions.length > 0;
    // Most fetches that arrive find nothing, and are read for only when something has come.
    if (hasNews || !mayWait || work.minBytes <= 0) {
      const reading = this.#read(work);
      if (reading.isDue || !mayWait) {
        done(reading.results);
        completions.drain();
        return;
      }
    }
    const delayed = new DelayedFetch(work, this.#readAgain, done, completions, deadlines);
    const fromFollower = isFollower(work);
    for (const part of work.partitions) {
      const found = hosted.find(part);
      if (typeof found === 'number') continue;
      delayed.watch(
        fromFollower ? found.waiters.logEnd : found.waiters.highWatermark,
        part.fetchOffset,
      );
    }
    deadlines.add(delayed, msToMicros(work.maxWaitMs));
    completions.drain();
  }

  /** Appends and adds the result; returns the offset that replicas must reach, −1 with an error. */
  #append(
    partition: Partition,
    part: ProducePartition,
    { acks, coordinator }: ProduceWork,
    results: ProduceResult[],
  ): Offset {
    try {
      const appended = partition.append(part.records, acks, coordinator?.leaderEpoch ?? null);
      results.push({
        topicId: partition.topicId,
        topic: partition.topic,
        index: partition.index,
        errorCode: errorCode.none,
        errorMessage: null,
        baseOffset: appended.baseOffset,
        logAppendTimeMs: appended.appendTimeMs,
        logStartOffset: partition.log.logStartOffset,
        recordErrors: noErrors,
        currentLeader: null,
      });
      return appended.lastOffset + 1;
    } catch (error) {
      if (error instanceof KafkaError) {
        results.push(this.#refusedProduce(partition, part, error));
      } else {
        const code = this.#options.codeOf(error, `appending to ${partition.name}`);
        results.push(this.#failedProduce(part, code, null));
      }
      return -1;
    }
  }

  #failAfterAppend(results: ProduceResult[], slot: number, partition: Partition): void {
    const code = partition.errorAfterAppend();
    const result = results[slot];
    if (code === errorCode.none || result === undefined) return;
    results[slot] = {
      ...result,
      errorCode: code,
      baseOffset: -1,
      logAppendTimeMs: -1,
      logStartOffset: -1,
    };
  }

  /** What the log, or who keeps it, had against the records. */
  #refusedProduce(partition: Partition, part: ProducePartition, error: KafkaError): ProduceResult {
    const { code, message } = error;
    const failed = this.#failedProduce(part, code, message);
    if (withoutLogStart.has(code)) return failed;
    const recordErrors = error instanceof RecordsRefused ? error.recordErrors : noErrors;
    return { ...failed, logStartOffset: partition.log.logStartOffset, recordErrors };
  }

  #failedProduce(part: ProducePartition, code: number, message: string | null): ProduceResult {
    return {
      topicId: part.topicId,
      topic: part.topic,
      index: part.index,
      errorCode: code,
      errorMessage: message,
      baseOffset: -1,
      logAppendTimeMs: -1,
      logStartOffset: -1,
      recordErrors: noErrors,
      currentLeader: hinted.has(code) ? this.#options.hosted.leaderOf(part) : null,
    };
  }

  /** True where some partition has something to say. */
  #takeArrival(work: FetchWork): boolean {
    const { hosted, codeOf } = this.#options;
    const options = this.#readOptions(work);
    let hasNews = false;
    for (const part of work.partitions) {
      const found = hosted.find(part);
      try {
        if (typeof found === 'number' || takeArrival(found, work, part, options)) hasNews = true;
      } catch (error) {
        hasNews = true;
        codeOf(error, `taking note of a fetch of ${nameOf(part)}`);
      }
    }
    return hasNews;
  }

  #readOptions(work: FetchWork): ReadOptions {
    const { brokers, rules, selectReplica } = this.#options;
    const broker = isFollower(work) ? brokers().get(work.replicaId) : undefined;
    return { rules, broker, selectReplica };
  }

  #read(work: FetchWork): FetchReading {
    const options = this.#readOptions(work);
    const { partitions } = work;
    const results: FetchResult[] = new Array(partitions.length);
    let bytes = 0;
    let left = work.maxBytes;
    let isUrgent = false;
    for (let i = 0; i < partitions.length; i++) {
      const part = partitions[i] as FetchPartition;
      const result = this.#readOne(work, part, left, bytes === 0, options);
      results[i] = result;
      bytes += result.records.length;
      left = Math.max(0, left - result.records.length);
      if (saysMore(result)) isUrgent = true;
    }
    const isDue = isUrgent || bytes >= work.minBytes || this.#hasReachedLimits(work, results);
    return { results, isDue };
  }

  /** Whether limits, not a want of records, keep this fetch below its least number of bytes. */
  #hasReachedLimits(work: FetchWork, results: readonly FetchResult[]): boolean {
    const { hosted, rules } = this.#options;
    if (work.minBytes <= 1) return false;
    let bytes = 0;
    let left = work.maxBytes;
    for (const [i, part] of work.partitions.entries()) {
      const found = hosted.find(part);
      const result = results[i];
      if (typeof found === 'number' || result === undefined) continue;
      bytes += bytesAvailable(found, work, part, left, result, rules);
      left = Math.max(0, left - result.records.length);
    }
    return bytes >= work.minBytes;
  }

  #readOne(
    work: FetchWork,
    part: FetchPartition,
    budgetBytes: number,
    isFirst: boolean,
    options: ReadOptions,
  ): FetchResult {
    const { hosted, codeOf } = this.#options;
    const found = hosted.find(part);
    let read: FetchResult | number = errorCode.none;
    if (typeof found === 'number') {
      read = found;
    } else {
      try {
        read = readPartition(found, work, part, budgetBytes, isFirst, options);
      } catch (error) {
        read = codeOf(error, `reading ${found.name}`);
      }
    }
    if (typeof read !== 'number') return read;
    return failedFetch(part, read, hinted.has(read) ? hosted.leaderOf(part) : null);
  }
}

/** Something beside records, which should not wait for them. */
const saysMore = ({
  errorCode: code,
  divergingEpoch,
  preferredReadReplica,
}: FetchResult): boolean =>
  code !== errorCode.none || divergingEpoch !== null || preferredReadReplica >= 0;

const nameOf = ({ topic, topicId, index }: FetchPartition): string =>
  `${topic || topicId}-${index}`;

function mustWait(partition: Partition, required: Offset, acks: number): boolean {
  return acks === -1 ? partition.highWatermark < required : partition.flusher.end < required;
}
