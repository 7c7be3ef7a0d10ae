/**
 * The metadata log on disk, as the state machine sees it, with what the driver needs beside:
 * appending data, reading what is committed, and knowing how far a flush under way will reach. It
 * follows the voters' records in the log, so that truncating one brings back the one before.
 */
import type { LeaderEpoch, NodeId, Offset, Uuid, WallMs } from '../../base/ids.ts';
import type { Voter } from '../config.ts';
import type { Log } from '../log/log.ts';
import { KafkaError } from '../protocol/errors.ts';
import { baseOffset, isControl, lastOffset } from '../records/batch.ts';
import { buildBatch } from '../records/builder.ts';
import { forEachBatch, readRecords } from '../records/reader.ts';
import { leaderChangeBatch, readVoters, votersBatch } from './control-records.ts';
import type { EpochEnd } from './messages.ts';
import type { LeaderChange, RaftLog } from './raft-log.ts';

/** Kafka's limit of a raft batch and of a raft fetch. */
export const maxBatchBytes = 8 * 1024 * 1024;

interface VotersEntry {
  readonly offset: Offset;
  readonly directories: ReadonlyMap<NodeId, Uuid>;
}

const noVoters: VotersEntry = { offset: -1, directories: new Map() };

export class MetadataLog implements RaftLog {
  readonly #log: Log;
  readonly #voters: readonly Voter[];
  readonly #wallMs: () => WallMs;
  readonly #votersHistory: VotersEntry[] = [];
  /** What is appended at or above it was not there when the flush under way began. */
  #flushReaches: Offset;

  constructor(log: Log, voters: readonly Voter[], wallMs: () => WallMs) {
    this.#log = log;
    this.#voters = voters;
    this.#wallMs = wallMs;
    this.#flushReaches = log.logEndOffset;
    let from = log.logStartOffset;
    while (from < log.logEndOffset) {
      const records = this.read(from, maxBatchBytes);
      const next = this.#noteVoters(records);
      if (next <= from) break;
      from = next;
    }
  }

  get startOffset(): Offset {
    return this.#log.logStartOffset;
  }

  get endOffset(): Offset {
    return this.#log.logEndOffset;
  }

  get latestEpoch(): LeaderEpoch {
    return Math.max(0, this.#log.latestEpoch);
  }

  get recoveryPoint(): Offset {
    return Math.min(this.#log.recoveryPoint, this.#log.logEndOffset);
  }

  get voterDirectories(): ReadonlyMap<NodeId, Uuid> {
    return (this.#votersHistory.at(-1) ?? noVoters).directories;
  }

  get votersOffset(): Offset {
    return (this.#votersHistory.at(-1) ?? noVoters).offset;
  }

  endOffsetForEpoch(epoch: LeaderEpoch): EpochEnd {
    return this.#log.endOffsetForEpoch(epoch);
  }

  read(from: Offset, maxBytes: number): Uint8Array {
    return this.#log.read(from, maxBytes, this.#log.logEndOffset);
  }

  readCommitted(from: Offset, highWatermark: Offset): Uint8Array {
    return this.#log.read(from, maxBatchBytes, highWatermark);
  }

  /** One batch of this leader; the offset of its first record. */
  append(epoch: LeaderEpoch, values: readonly Uint8Array[]): Offset {
    const timestamp = this.#wallMs();
    const records = values.map((value) => ({ timestamp, key: null, value, headers: [] }));
    return this.#log.append(buildBatch({ records, leaderEpoch: epoch }), epoch).baseOffset;
  }

  appendLeaderChange(epoch: LeaderEpoch, change: LeaderChange): void {
    this.#log.append(leaderChangeBatch(epoch, change, this.#wallMs()), epoch);
  }

  appendVoters(epoch: LeaderEpoch, directories: ReadonlyMap<NodeId, Uuid>): void {
    const batch = votersBatch(epoch, this.#voters, directories, this.#wallMs());
    const { baseOffset: offset } = this.#log.append(batch, epoch);
    this.#votersHistory.push({ offset, directories });
  }

  appendAsFollower(records: Uint8Array, maxEpoch: LeaderEpoch): boolean {
    try {
      this.#log.appendAsFollower(records, maxEpoch);
      this.#noteVoters(records);
      return true;
    } catch (error) {
      if (error instanceof KafkaError) return false;
      throw error;
    }
  }

  truncateTo(offset: Offset, highWatermark: Offset): void {
    this.#log.truncateTo(offset, highWatermark);
    this.#flushReaches = Math.min(this.#flushReaches, offset);
    while (this.votersOffset >= offset) this.#votersHistory.pop();
  }

  /** One at a time: what it makes durable is `flushReaches`, to be asked when it counts. */
  async flush(): Promise<void> {
    this.#flushReaches = this.#log.logEndOffset;
    await this.#log.flush();
  }

  /** What the last flush covers of the log as it is now: less where that has been cut since. */
  get flushReaches(): Offset {
    return this.#flushReaches;
  }

  close(): Promise<void> {
    return this.#log.close();
  }

  /** Returns the offset behind the last batch. */
  #noteVoters(records: Uint8Array): Offset {
    let next: Offset = -1;
    forEachBatch(records, (bytes, position) => {
      const offset = baseOffset(bytes, position);
      next = lastOffset(bytes, position) + 1;
      if (!isControl(bytes, position) || offset <= this.votersOffset) return;
      for (const record of readRecords(bytes, position)) {
        const directories = readVoters(record);
        if (directories !== null) this.#votersHistory.push({ offset: record.offset, directories });
      }
    });
    return next;
  }
}
