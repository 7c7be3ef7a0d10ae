/**
 * The log of one replica: record batches in segments, with the leader-epoch cache and the producer
 * state that follow from them. Used alike for partitions and for the quorum's metadata log.
 *
 * All calls but `flush` and `close` are synchronous and go to the page cache. They throw KafkaError
 * where the peer's request is at fault, before anything has changed, and DiskError where the
 * machine is: from then on the log takes no more appends (KAFKA-10778) and cannot be closed cleanly
 * (KAFKA-13773).
 *
 * Invariants: logStartOffset ≤ recoveryPoint ≤ logEndOffset except that the start may pass the
 * recovery point; offsets rise; all below the recovery point is durable.
 */

import { assert } from '../../base/assert.ts';
import { type LeaderEpoch, type Offset, type WallMs, zeroUuid } from '../../base/ids.ts';
import { mark } from '../../base/mark.ts';
import type { Disk } from '../../host/disk.ts';
import { immediatePoints, type Points } from '../../host/points.ts';
import type { TopicSettings } from '../config.ts';
import type { LogKnowledge, Observe } from '../observation.ts';
import { pass } from '../points.ts';
import { errorCode, KafkaError } from '../protocol/errors.ts';
import * as batch from '../records/batch.ts';
import {
  type AppendResult,
  duplicateOf,
  type LogOptions,
  nothingAppended,
  type ReplicaName,
  resultOf,
} from './contract.ts';
import { Durability } from './durability.ts';
import type { EpochCache } from './epoch-cache.ts';
import { Flushing } from './flushing.ts';
import { offsetFileName } from './names.ts';
import { type OpenedLog, openLog } from './open.ts';
import type { ProducerEntry } from './producer-entry.ts';
import { ProducerStore } from './producer-store.ts';
import { Producers } from './producers.ts';
import { countDeletable } from './retention.ts';
import { type EpochEnd, kafkaLogRules, type LogRules } from './rules.ts';
import type { Segment } from './segment.ts';
import { Segments } from './segments.ts';
import { findByTimestamp, findMaxTimestamp, type TimestampedOffset } from './timestamps.ts';
import { type AppendOrigin, stamp, validateForFollower, validateForLeader } from './validate.ts';

const dayMs = 86_400_000;

export type { AppendResult, LogOptions, ReplicaName } from './contract.ts';

export class Log {
  readonly directory: string;
  readonly #disk: Disk;
  readonly #wallMs: () => WallMs;
  readonly #replica: ReplicaName;
  readonly #observe: Observe;
  readonly #rules: LogRules;
  readonly #origin: AppendOrigin;
  readonly #durability: Durability;
  readonly #points: Points;
  readonly #segments: Segments;
  readonly #epochs: EpochCache;
  readonly #store: ProducerStore;
  readonly #producers: Producers;
  readonly #flushing: Flushing;
  readonly #expirationMs: number;
  /** False where files had to be read or cut: they did not say all that was known of them. */
  readonly wasIntact: boolean;
  /** The first segment is not that with which the log started: those before it are missing. */
  readonly lacksStart: boolean;
  #settings: TopicSettings;
  #logStart: Offset;
  #closing: Promise<void> | null = null;

  static open(options: LogOptions): Log {
    const rules = options.rules ?? kafkaLogRules;
    const durability = new Durability(options.disk, options.directory);
    const opened = openLog({
      disk: options.disk,
      directory: options.directory,
      durability,
      rules,
      settings: options.settings,
      cleanShutdown: options.cleanShutdown,
      recoveryPoint: options.recoveryPoint ?? 0,
      verifiesAll: options.verifiesAll ?? false,
      keepsAll: options.keepsAll ?? false,
      report: options.report ?? (() => {}),
      nowMs: options.wallMs(),
    });
    return new Log(options, rules, durability, opened);
  }

  private constructor(
    options: LogOptions,
    rules: LogRules,
    durability: Durability,
    opened: OpenedLog,
  ) {
    this.directory = options.directory;
    this.#disk = options.disk;
    this.#wallMs = options.wallMs;
    this.#replica = options.replica;
    this.#observe = options.observe;
    this.#rules = rules;
    this.#origin = options.replica.topicId === zeroUuid ? 'raft-leader' : 'client';
    this.#settings = options.settings;
    this.#points = options.points ?? immediatePoints;
    this.#durability = durability;
    const { disk, directory } = options;
    this.#segments = new Segments(disk, directory, durability, opened.segments);
    this.#epochs = opened.epochs;
    this.#logStart = opened.logStart;
    this.wasIntact = opened.isIntact;
    this.lacksStart = opened.lacksStart;
    const end = this.#segments.endOffset;
    const recoveryPoint = opened.isIntact ? end : Math.min(options.recoveryPoint ?? 0, end);
    this.#flushing = new Flushing(
      durability,
      this.#segments,
      this.#epochs,
      recoveryPoint,
      (flushed, coversCuts) =>
        this.#observe({ kind: 'log-flushed', ...this.#replica, end: flushed, coversCuts }),
    );
    this.#expirationMs = options.producerIdExpirationMs ?? dayMs;
    this.#producers = new Producers(this.#rules, this.#expirationMs);
    const { snapshots } = opened;
    this.#store = new ProducerStore(this.#producers, disk, directory, durability, snapshots);
    this.#store.dropAbove(recoveryPoint);
    this.#store.restore(this.#segments, options.wallMs());
    this.#observe({
      kind: 'log-opened',
      ...this.#replica,
      start: this.#logStart,
      end,
      clean: options.cleanShutdown,
      knowledge: this.#knowledge(),
    });
    this.#observeSettings();
    if (opened.wasCut) mark('recovery-cut');
    if (!opened.isIntact && end > 0) mark('opened-after-unclean-stop');
    if (opened.lacksStart) mark('recovery-lacks-start');
    if (opened.wasCut) this.#flushing.inBackground();
  }

  get logStartOffset(): Offset {
    return this.#logStart;
  }

  get logEndOffset(): Offset {
    return this.#segments.endOffset;
  }

  /**
   * Everything below it is durable. The owner keeps it for the next `open`, after each truncation
   * too.
   */
  get recoveryPoint(): Offset {
    return this.#flushing.recoveryPoint;
  }

  /** The last epoch that has started here; −1 when none has. */
  get latestEpoch(): LeaderEpoch {
    return this.#epochs.latest;
  }

  /** Bytes in all segments. */
  get size(): number {
    return this.#segments.size;
  }

  /** True once the disk failed: the log takes no more appends and gives nothing out. */
  get hasFailed(): boolean {
    return this.#flushing.failure !== null;
  }

  /**
   * A leader's append. Offsets, epoch and times are written into `records` in place, unless its
   * batches have to be written otherwise (`conform.ts`); all of them are taken or none. `origin` is
   * 'client' by default, and 'raft-leader' for the metadata log: clients must not write control
   * batches.
   */
  append(records: Uint8Array, leaderEpoch: LeaderEpoch, origin = this.#origin): AppendResult {
    this.#checkUsable();
    const nowMs = this.#wallMs();
    const valid = validateForLeader(records, this.#settings, origin, nowMs);
    const retried = this.#producers.check(valid, 0, this.#segments.endOffset);
    if (retried !== null) return duplicateOf(retried);
    stamp(valid, this.#segments.endOffset, leaderEpoch);
    this.#write(valid, nowMs);
    const stampsTime = this.#settings.messageTimestampType === 'LogAppendTime';
    return resultOf(valid, stampsTime ? nowMs : -1);
  }

  /**
   * A follower's append of batches as the leader sent them. They must go on at the log's end or lie
   * above it; a partial batch at the end is left out, and so is everything from the first batch of
   * an epoch above `maxEpoch` on. Nothing is taken of damaged records (CORRUPT_MESSAGE).
   */
  appendAsFollower(
    records: Uint8Array,
    maxEpoch: LeaderEpoch = Number.MAX_SAFE_INTEGER,
  ): AppendResult {
    this.#checkUsable();
    if (records.length >= batch.batchHeaderSize) this.#startInsideBatch(records);
    const length = validateForFollower(records, this.#segments.endOffset, maxEpoch);
    if (length === 0) return nothingAppended;
    const taken = length === records.length ? records : records.subarray(0, length);
    this.#write(taken, this.#wallMs());
    return resultOf(taken, -1);
  }

  /** Whether one may read from there, be it at the end, where nothing stands yet. */
  isInRange(from: Offset): boolean {
    return this.#rules.isInRange(from, this.#logStart, this.#segments.endOffset);
  }

  /**
   * Bytes of whole batches from the one that holds `from`, all ending below `upTo`: at most
   * `maxBytes`, but at least one batch; empty where there is none. OFFSET_OUT_OF_RANGE outside
   * [start, end]. The bytes may be kept but not changed.
   */
  read(from: Offset, maxBytes: number, upTo: Offset): Uint8Array {
    // After a failed sync the disk shows other bytes than were written, without saying so.
    if (this.hasFailed) throw this.#flushing.failure;
    const end = this.#segments.endOffset;
    if (!this.isInRange(from)) {
      const where = `${this.#replica.partition}, ${this.#logStart} to ${end}`;
      const detail = `offset ${from} is not in ${where}`;
      throw new KafkaError(errorCode.offsetOutOfRange, detail);
    }
    const bytes = this.#segments.read(from, maxBytes, Math.min(upTo, end));
    if (bytes.length > 0) {
      const { node, topicId, partition } = this.#replica;
      const baseOffset = batch.baseOffset(bytes);
      const crc = batch.crc(bytes);
      this.#observe({ kind: 'log-read', node, topicId, partition, from, baseOffset, crc });
    }
    return bytes;
  }

  /**
   * Cuts everything at or above `offset`, and the whole batch if `offset` lies inside one; the log
   * then ends right behind its last batch. Nothing to cut: only epochs that start at the end or
   * above are forgotten.
   */
  truncateTo(offset: Offset, highWatermark: Offset = 0): void {
    assert(offset >= 0, 'a log is truncated to an offset');
    if (offset >= this.#segments.endOffset) {
      this.#epochs.truncateEnd(this.#segments.endOffset);
      return;
    }
    if (offset < this.#segments.firstOffset) {
      this.truncateFullyAndStartAt(offset, highWatermark);
      return;
    }
    this.#cut(offset, () => {
      this.#segments.truncateTo(offset, this.#settings, this.#wallMs());
      this.#afterCut(highWatermark);
    });
  }

  /** Empties the log; the next record gets `offset`. */
  truncateFullyAndStartAt(offset: Offset, highWatermark: Offset = 0): void {
    this.#cut(Math.min(offset, this.#logStart), () => {
      this.#segments.startOver(offset, this.#settings, this.#wallMs());
      this.#epochs.clear();
      this.#store.clear();
      const cutFrom = Math.min(offset, this.#logStart);
      this.#moveStart(offset);
      this.#afterCut(highWatermark, cutFrom);
      this.#observe({ kind: 'log-start-moved', ...this.#replica, start: offset });
    });
  }

  /** Makes everything below `offset` unreadable. `deleteOldSegments` frees the space. */
  advanceLogStart(offset: Offset): void {
    if (offset <= this.#logStart) return;
    if (offset > this.#segments.endOffset) {
      throw new KafkaError(errorCode.offsetOutOfRange, `${offset} is behind the log's end`);
    }
    this.#flushing.guard(() => this.#moveStart(offset));
    this.#epochs.truncateStart(offset);
    this.#observe({ kind: 'log-start-moved', ...this.#replica, start: offset });
  }

  /**
   * KIP-101, KIP-279: the largest epoch up to `epoch` and where it ends; both −1 where not known.
   */
  endOffsetForEpoch(epoch: LeaderEpoch): EpochEnd {
    return this.#epochs.endOfEpoch(this.#rules, epoch, this.#segments.endOffset);
  }

  epochAt(offset: Offset): LeaderEpoch {
    return this.#epochs.epochAt(offset);
  }

  /** A new leader records where its epoch starts, before it appends (KAFKA-7415). */
  assignEpochStart(epoch: LeaderEpoch, startOffset: Offset): void {
    if (this.#rules.recordsEpochOfNewLeader()) this.#epochs.assign(epoch, startOffset);
  }

  /** The first record below `upTo` of this time or later. */
  offsetForTimestamp(timestamp: WallMs, upTo: Offset): TimestampedOffset | null {
    return findByTimestamp(this.#segments.all, timestamp, this.#logStart, upTo);
  }

  /** The first record with the largest timestamp below `upTo`. */
  maxTimestampOffset(upTo: Offset): TimestampedOffset | null {
    return findMaxTimestamp(this.#segments.all, this.#logStart, upTo);
  }

  /** The end of what read_committed readers may see. */
  lastStableOffset(highWatermark: Offset): Offset {
    return this.#producers.lastStableOffset(highWatermark);
  }

  activeProducers(): ProducerEntry[] {
    return [...this.#producers.entries];
  }

  /** Forgets idle producers. */
  expireProducers(): void {
    const nowMs = this.#wallMs();
    this.#producers.expire(nowMs);
    const untilMs = nowMs - this.#expirationMs;
    this.#observe({ kind: 'producers-expired', ...this.#replica, untilMs });
  }

  /**
   * Deletes whole segments that retention no longer keeps and that end at or below `upTo`; their
   * number.
   */
  deleteOldSegments(upTo: Offset): number {
    const nowMs = this.#wallMs();
    const { all } = this.#segments;
    const count = countDeletable(all, this.#settings, this.#logStart, upTo, nowMs);
    if (count === 0) return 0;
    this.#flushing.guard(() => {
      if (count === all.length) this.#roll(nowMs);
      const start = (all[count] as Segment).baseOffset;
      this.advanceLogStart(start);
      this.#segments.removeFirst(count);
      this.#store.dropBelow(start);
    });
    this.#flushing.inBackground();
    return count;
  }

  updateSettings(settings: TopicSettings): void {
    this.#settings = settings;
    this.#observeSettings();
  }

  /**
   * Resolves when everything appended before the call is durable, with the directory entries that
   * lead to it; moves the recovery point. Rejects with a DiskError, and the log has failed then.
   */
  flush(): Promise<void> {
    if (this.#closing !== null) return this.#closing;
    return this.#flushing.flush();
  }

  /**
   * Flushes, keeps the producer state, and lets go of the files. The caller marks the clean
   * shutdown.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Removes the log from the disk. */
  delete(): void {
    this.#closing ??= Promise.resolve();
    this.#durability.stop();
    this.#segments.retire();
    this.#disk.remove(this.directory);
    this.#observe({ kind: 'log-deleted', ...this.#replica });
  }

  /** Writes batches that carry their offsets already, and takes in what they mean. */
  #write(records: Uint8Array, nowMs: WallMs): void {
    for (let start = 0; start < records.length; ) {
      const end = this.#segments.chunkEnd(records, start, this.#settings);
      const isAll = start === 0 && end === records.length;
      const chunk = isAll ? records : records.subarray(start, end);
      try {
        if (this.#segments.isDueToRoll(chunk, this.#settings, nowMs)) this.#roll(nowMs);
        this.#segments.active.append(chunk, nowMs);
      } catch (error) {
        throw this.#flushing.failed(error);
      }
      for (let position = 0; position < chunk.length; ) {
        this.#note(chunk, position, nowMs);
        position += batch.sizeInBytes(chunk, position);
      }
      start = end;
    }
  }

  #note(records: Uint8Array, position: number, nowMs: WallMs): void {
    const baseOffset = batch.baseOffset(records, position);
    const leaderEpoch = batch.leaderEpoch(records, position);
    if (leaderEpoch !== this.#epochs.latest) this.#epochs.assign(leaderEpoch, baseOffset);
    this.#producers.record(records, position, nowMs);
    const { node, topicId, partition } = this.#replica;
    const lastOffset = batch.lastOffset(records, position);
    const crc = batch.crc(records, position);
    const kind = 'batch-appended';
    this.#observe({ kind, node, topicId, partition, baseOffset, lastOffset, leaderEpoch, crc });
  }

  #roll(nowMs: WallMs): void {
    this.#segments.roll(this.#settings, nowMs);
    this.#store.takeSnapshot(this.#segments);
    pass({ points: this.#points }, 'segment-closed', () => this.#flushing.inBackground());
  }

  /**
   * The mark of the new start comes first; that of a lower one goes once the new one is durable.
   */
  #moveStart(offset: Offset): void {
    const before = offsetFileName(this.#logStart, 'start');
    this.#durability.mark(offsetFileName(offset, 'start'));
    if (offset < this.#logStart) this.#durability.remove(before);
    else if (offset > this.#logStart) this.#durability.removeLater(before);
    this.#logStart = offset;
  }

  async #close(): Promise<void> {
    try {
      if (!this.hasFailed) {
        this.#segments.storeIndex();
        this.#store.takeSnapshot(this.#segments);
        await this.#flushing.flush();
      }
    } catch (error) {
      this.#flushing.failed(error);
      if (!this.hasFailed) throw error;
    } finally {
      this.#segments.retire();
    }
    if (!this.#rules.closesCleanly(this.hasFailed)) throw this.#flushing.failure;
  }

  /** Not once the disk has failed: what is read to cut may be what the failure left. */
  #cut(to: Offset, work: () => void): void {
    if (this.hasFailed) throw this.#flushing.failure;
    try {
      this.#flushing.guard(work);
    } catch (error) {
      this.#observe({ kind: 'log-cut-failed', ...this.#replica, to });
      throw error;
    }
  }

  #afterCut(highWatermark: Offset, to = this.#segments.endOffset): void {
    const end = this.#segments.endOffset;
    if (this.#logStart > end) this.#moveStart(end);
    this.#flushing.lower(end);
    this.#epochs.truncateEnd(end);
    this.#store.afterCut(this.#segments, this.#wallMs());
    const knowledge = this.#knowledge();
    this.#observe({ kind: 'log-truncated', ...this.#replica, to, highWatermark, knowledge });
  }

  #knowledge(): LogKnowledge {
    const producers = Array.from(
      this.#producers.entries,
      ({ producerId, producerEpoch, lastSequence }) => ({
        producerId,
        producerEpoch,
        lastSequence,
      }),
    );
    const forgetsUntilMs = this.#wallMs() - this.#expirationMs;
    return { epochs: [...this.#epochs.entries], producers, forgetsUntilMs };
  }

  #observeSettings(): void {
    const settings = this.#settings;
    this.#observe({ kind: 'settings-used', ...this.#replica, by: 'log', settings });
  }

  /**
   * Kafka's case of a follower that starts inside a batch, where the leader's start was moved into
   * it.
   */
  #startInsideBatch(records: Uint8Array): void {
    const end = this.#segments.endOffset;
    if (this.#logStart !== end || batch.verifyBatch(records, 0) !== null) return;
    const baseOffset = batch.baseOffset(records, 0);
    if (baseOffset >= end || batch.lastOffset(records, 0) < end) return;
    this.truncateFullyAndStartAt(baseOffset, baseOffset);
  }

  #checkUsable(): void {
    assert(this.#closing === null, 'a closed log takes no appends');
    if (this.#rules.acceptsAppend(this.hasFailed)) return;
    mark('append-refused-after-failure');
    throw this.#flushing.failure;
  }
}
