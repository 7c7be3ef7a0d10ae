/**
 * What a batch must be like to be appended; throws KafkaError where it is not, before anything has
 * changed. A leader looks at every record of what clients send, as Kafka's LogValidator does, and
 * makes the batch what the topic wants (`conform.ts`); a follower believes its leader, and checks
 * only that the bytes came as they were sent.
 */
import type { LeaderEpoch, Offset, WallMs } from '../../base/ids.ts';
import type { TopicSettings } from '../config.ts';
import { errorCode, KafkaError } from '../protocol/errors.ts';
import * as batch from '../records/batch.ts';
import { conform } from './conform.ts';

/**
 * Who appends as a leader: a producer's request, a coordinator (markers), or the quorum's leader.
 */
export type AppendOrigin = 'client' | 'coordinator' | 'raft-leader';

/**
 * Checks a leader's append, and returns the batches that stand for `records`: the same bytes, or,
 * where the topic wants another codec or the records were numbered wrong, others. Times in headers
 * are set right in place.
 */
export function validateForLeader(
  records: Uint8Array,
  settings: TopicSettings,
  origin: AppendOrigin,
  nowMs: WallMs,
): Uint8Array {
  let batches = 0;
  let position = 0;
  let idempotent = 0;
  while (position < records.length) {
    const problem = batch.verifyHeader(records, position, records.length);
    if (problem !== null) throw problemError(problem);
    const size = batch.sizeInBytes(records, position);
    checkSize(size, settings);
    if (!batch.hasValidCrc(records, position)) throw problemError('checksum');
    checkCounts(records, position);
    if (origin === 'client') checkClient(records, position);
    if (batch.hasProducerId(records, position)) idempotent += 1;
    batches += 1;
    position += size;
  }
  if (batches === 0) throw new KafkaError(errorCode.invalidRecord, 'no record batch');
  // A retry repeats its request as a whole: with several batches only some of them might be
  // duplicates.
  if (idempotent > 0 && batches > 1) {
    throw new KafkaError(errorCode.invalidRecord, 'several batches of an idempotent producer');
  }
  // What the quorum's leader wrote, it wrote itself a moment ago.
  if (origin === 'raft-leader') return records;
  const conforming = conform(records, settings, nowMs);
  if (conforming !== records) checkSize(conforming.length, settings);
  return conforming;
}

/** Writes offsets from `baseOffset` on, and the epoch, into validated batches. */
export function stamp(records: Uint8Array, baseOffset: Offset, leaderEpoch: LeaderEpoch): void {
  let next = baseOffset;
  for (let position = 0; position < records.length; ) {
    batch.setBaseOffset(records, position, next);
    batch.setLeaderEpoch(records, position, leaderEpoch);
    next = batch.lastOffset(records, position) + 1;
    position += batch.sizeInBytes(records, position);
  }
}

/**
 * Checks what a leader sent to a follower whose log ends at `logEnd`; returns the position behind
 * the last whole batch of an epoch up to `maxEpoch`. A partial batch at the end is not an error.
 */
export function validateForFollower(
  records: Uint8Array,
  logEnd: Offset,
  maxEpoch: LeaderEpoch,
): number {
  let position = 0;
  let expected = logEnd;
  while (position < records.length) {
    const problem = batch.verifyBatch(records, position);
    if (problem === 'partial') break;
    if (problem !== null) throw problemError(problem);
    // A leader of an older epoch must not hand on records of a newer one (KAFKA-18723).
    if (batch.leaderEpoch(records, position) > maxEpoch) break;
    const baseOffset = batch.baseOffset(records, position);
    if (baseOffset < expected) {
      const detail = `batch at ${baseOffset} where ${expected} was due`;
      throw new KafkaError(errorCode.unknownServerError, detail);
    }
    expected = batch.lastOffset(records, position) + 1;
    position += batch.sizeInBytes(records, position);
  }
  return position;
}

const problemCodes: Readonly<Record<batch.BatchProblem, number>> = {
  partial: errorCode.corruptMessage,
  length: errorCode.corruptMessage,
  checksum: errorCode.corruptMessage,
  magic: errorCode.invalidRecord,
  number: errorCode.invalidRecord,
  time: errorCode.invalidTimestamp,
};

function problemError(problem: batch.BatchProblem): KafkaError {
  return new KafkaError(problemCodes[problem], `record batch: ${problem}`);
}

function checkSize(size: number, settings: TopicSettings): void {
  if (size > settings.maxMessageBytes) {
    const detail = `batch of ${size} bytes, allowed are ${settings.maxMessageBytes}`;
    throw new KafkaError(errorCode.messageTooLarge, detail);
  }
  if (size > settings.segmentBytes) {
    const detail = `batch of ${size} bytes, a segment holds ${settings.segmentBytes}`;
    throw new KafkaError(errorCode.recordListTooLarge, detail);
  }
}

function checkCounts(records: Uint8Array, position: number): void {
  const count = batch.recordCount(records, position);
  if (count < 1 || count !== batch.lastOffsetDelta(records, position) + 1) {
    throw new KafkaError(errorCode.invalidRecord, `${count} records do not fit the offsets`);
  }
  if (batch.compression(records, position) === null) {
    // Kafka's broker has no better word for it.
    throw new KafkaError(errorCode.unknownServerError, 'unknown codec');
  }
}

function checkClient(records: Uint8Array, position: number): void {
  if (batch.baseOffset(records, position) !== 0) {
    throw new KafkaError(errorCode.invalidRecord, 'the base offset of a produced batch must be 0');
  }
  if (batch.isControl(records, position)) {
    throw new KafkaError(errorCode.invalidRecord, 'clients must not write control records');
  }
  if (batch.hasProducerId(records, position) && batch.baseSequence(records, position) < 0) {
    throw new KafkaError(errorCode.invalidRecord, 'an idempotent batch without a sequence');
  }
}
