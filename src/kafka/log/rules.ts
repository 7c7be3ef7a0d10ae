/**
 * Decisions of the log that Kafka's history got wrong at first. Each is pure and stands alone; the
 * correct ones are the default, and a museum of bugs swaps one at a time.
 */
import type { LeaderEpoch, Offset, ProducerEpoch, WallMs } from '../../base/ids.ts';
import { maxSequence } from '../records/batch.ts';

/** An epoch and the offset of its first record. Lists of them rise in both. */
export interface EpochStart {
  readonly epoch: LeaderEpoch;
  readonly startOffset: Offset;
}

/** Where an epoch ends (its end is exclusive); both −1 where that is not known. */
export interface EpochEnd {
  readonly leaderEpoch: LeaderEpoch;
  readonly endOffset: Offset;
}

/** What a partition remembers of a producer's sequences. */
export interface KnownSequence {
  /** −1: the producer is remembered, but none of its epochs. */
  readonly producerEpoch: ProducerEpoch;
  /** Sequence of the last record of `producerEpoch`; −1 where it has none yet. */
  readonly lastSequence: number;
}

export type SequenceVerdict = 'in-order' | 'out-of-order' | 'stale-epoch';

export interface LogRules {
  /** KAFKA-10778: no append after a failed write or sync, not even before the owner has noticed. */
  acceptsAppend(hasFailed: boolean): boolean;
  /** KAFKA-13773: a log that failed, in recovery too, must not lead to a clean-shutdown mark. */
  closesCleanly(hasFailed: boolean): boolean;
  /**
   * LavinMQ 387: where a segment ends that was read after an unclean stop: what of it is whole
   * batches, whatever else a crash left in the file.
   */
  recoveredSize(soundBytes: number, fileBytes: number): number;
  /** KAFKA-2477: reading at the log end is no error; only outside [start, end] is out of range. */
  isInRange(from: Offset, logStart: Offset, logEnd: Offset): boolean;
  /**
   * KAFKA-7415: a new leader's epoch starts before its first record, so that followers can truncate
   * to it.
   */
  recordsEpochOfNewLeader(): boolean;
  /** KIP-101, KIP-279: the answer names the epoch it is about, so that the asker can look again. */
  endOfEpoch(epochs: readonly EpochStart[], epoch: LeaderEpoch, logEnd: Offset): EpochEnd;
  /** KIP-98: whether retries of one of the last batches are recognised. */
  recognisesDuplicates(): boolean;
  /**
   * KIP-98: whether a batch continues its producer's sequence. `known` is null for an unknown
   * producer. KAFKA-15591: `logIsNew` where the log has never held a record.
   */
  judgeSequence(
    known: KnownSequence | null,
    producerEpoch: ProducerEpoch,
    firstSequence: number,
    logIsNew: boolean,
  ): SequenceVerdict;
  /** KAFKA-9144: when a producer was last active; markers count as activity. */
  lastActiveMs(before: WallMs, batchTimestamp: WallMs, isMarker: boolean): WallMs;
}

const unknownEnd: EpochEnd = { leaderEpoch: -1, endOffset: -1 };

function endOfEpoch(epochs: readonly EpochStart[], epoch: LeaderEpoch, logEnd: Offset): EpochEnd {
  const latest = epochs[epochs.length - 1];
  if (latest === undefined || epoch === -1 || epoch > latest.epoch) return unknownEnd;
  if (epoch === latest.epoch) return { leaderEpoch: epoch, endOffset: logEnd };
  let higher = epochs.length - 1;
  while (higher > 0 && (epochs[higher - 1] as EpochStart).epoch > epoch) higher -= 1;
  const endOffset = (epochs[higher] as EpochStart).startOffset;
  // Older than all that is kept: its records are gone, replication goes on from the first that are
  // left.
  const leaderEpoch = higher === 0 ? epoch : (epochs[higher - 1] as EpochStart).epoch;
  return { leaderEpoch, endOffset };
}

function judgeSequence(
  known: KnownSequence | null,
  producerEpoch: ProducerEpoch,
  firstSequence: number,
  logIsNew: boolean,
): SequenceVerdict {
  // An unknown producer may be one whose records were deleted or expired: any sequence will do
  // (KIP-360). In a log that never held a record nothing was forgotten: what comes before this
  // batch is still under way, or was refused (KAFKA-15591).
  if (known === null || known.producerEpoch === -1) {
    return logIsNew && firstSequence !== 0 ? 'out-of-order' : 'in-order';
  }
  if (producerEpoch < known.producerEpoch) return 'stale-epoch';
  if (producerEpoch > known.producerEpoch) return firstSequence === 0 ? 'in-order' : 'out-of-order';
  const expected = known.lastSequence === maxSequence ? 0 : known.lastSequence + 1;
  return firstSequence === expected ? 'in-order' : 'out-of-order';
}

export const kafkaLogRules: LogRules = {
  acceptsAppend: (hasFailed) => !hasFailed,
  closesCleanly: (hasFailed) => !hasFailed,
  recoveredSize: (soundBytes) => soundBytes,
  isInRange: (from, logStart, logEnd) => from >= logStart && from <= logEnd,
  recordsEpochOfNewLeader: () => true,
  endOfEpoch,
  recognisesDuplicates: () => true,
  judgeSequence,
  lastActiveMs: (_before, batchTimestamp) => batchTimestamp,
};
