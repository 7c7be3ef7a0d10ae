/**
 * Hands what is committed to the listener: from the log's start, in order, each batch once, and
 * tells it when this node leads: not before all records of earlier epochs have been handed over.
 */
import { type LeaderEpoch, type NodeId, noNode, type Offset, type WallMs } from '../../base/ids.ts';
import { baseOffset, isControl, lastOffset, leaderEpoch, maxTimestamp } from '../records/batch.ts';
import { forEachBatch, readRecords } from '../records/reader.ts';
import type { MetadataLog } from './metadata-log.ts';

export interface QuorumListener {
  /**
   * Committed batches in log order, each once per incarnation, from the log's start. The quorum's
   * own control batches come without records, so that `lastOffset` moves on.
   */
  onCommitted(batch: CommittedBatch): void;
  /**
   * This node leads and all records of earlier epochs are committed and delivered: it may act as
   * controller.
   */
  onLeading(epoch: LeaderEpoch): void;
  /** It no longer does; uncommitted appends may be lost. */
  onNotLeading(): void;
  /** Who leads, as far as this node knows (−1 unknown). */
  onLeaderChanged(leaderId: NodeId, epoch: LeaderEpoch): void;
}

export interface CommittedBatch {
  readonly baseOffset: Offset;
  readonly lastOffset: Offset;
  readonly leaderEpoch: LeaderEpoch;
  readonly appendTimeMs: WallMs;
  readonly records: readonly Uint8Array[];
}

const noValues: readonly Uint8Array[] = [];

export class Delivery {
  readonly #listener: QuorumListener;
  readonly #log: MetadataLog;
  #nextOffset: Offset;
  #leaderId: NodeId = noNode;
  #epoch: LeaderEpoch = -1;
  #leadingEpoch: LeaderEpoch = -1;

  constructor(listener: QuorumListener, log: MetadataLog) {
    this.#listener = listener;
    this.#log = log;
    this.#nextOffset = log.startOffset;
  }

  /** All before it was delivered. */
  get nextOffset(): Offset {
    return this.#nextOffset;
  }

  /** Epoch in which the listener was told that it leads; −1 if it does not. */
  get leadingEpoch(): LeaderEpoch {
    return this.#leadingEpoch;
  }

  committed(highWatermark: Offset): void {
    while (this.#nextOffset < highWatermark) {
      const before = this.#nextOffset;
      forEachBatch(this.#log.readCommitted(before, highWatermark), (bytes, position) => {
        if (baseOffset(bytes, position) < this.#nextOffset) return;
        this.#nextOffset = lastOffset(bytes, position) + 1;
        this.#listener.onCommitted(committedBatch(bytes, position));
      });
      if (this.#nextOffset === before) return;
    }
  }

  leading(epoch: LeaderEpoch): void {
    if (this.#leadingEpoch === epoch) return;
    this.#leadingEpoch = epoch;
    this.#listener.onLeading(epoch);
  }

  /** An election changed what is known: `leaderId` leads in `epoch`, −1 nobody. */
  leaderChanged(leaderId: NodeId, epoch: LeaderEpoch, leadsHere: boolean): void {
    if (this.#leadingEpoch >= 0 && (!leadsHere || this.#leadingEpoch !== epoch)) {
      this.#leadingEpoch = -1;
      this.#listener.onNotLeading();
    }
    if (leaderId === this.#leaderId && epoch === this.#epoch) return;
    this.#leaderId = leaderId;
    this.#epoch = epoch;
    this.#listener.onLeaderChanged(leaderId, epoch);
  }
}

function committedBatch(bytes: Uint8Array, position: number): CommittedBatch {
  const records = isControl(bytes, position)
    ? noValues
    : readRecords(bytes, position).map((record) => record.value ?? new Uint8Array(0));
  return {
    baseOffset: baseOffset(bytes, position),
    lastOffset: lastOffset(bytes, position),
    leaderEpoch: leaderEpoch(bytes, position),
    appendTimeMs: maxTimestamp(bytes, position),
    records,
  };
}
