/**
 * What a batch must be like to be appended; throws KafkaError where it is not, before anything has
 * changed. Only headers are read, beside the checksum: records stay packed on the broker.
 */
import type { LeaderEpoch, Offset, WallMs } from '../../base/ids.ts';
import type { TopicSettings } from '../config.ts';
import { errorCode, KafkaError } from '../protocol/errors.ts';
import * as batch from '../records/batch.ts';

/**
 * Who appends as a leader: a producer's request, a coordinator (markers), or the quorum's leader.
 */
export type AppendOrigin = 'client' | 'coordinator' | 'raft-leader';

/** Checks a leader's append. */
export function validateForLeader(
  records: Uint8Array,
  settings: TopicSettings,
  origin: AppendOrigin,
  nowMs: WallMs,
): void {
  let batches = 0;
  let position = 0;
  let idempotent = 0;
  while (position < records.length) {
    const problem = batch.verifyBatch(records, position);
    if (problem !== null) throw problemError(problem);
    const size = batch.sizeInBytes(records, position);
    checkSize(size, settings);
    checkCounts(records, position);
    if (origin === 'client') checkClient(records, position, settings, nowMs);
    if (batch.producerId(records, position) !== batch.noProducerId) idempotent += 1;
    batches += 1;
    position += size;
  }
  if (batches === 0) throw new KafkaError(errorCode.invalidRecord, 'no record batch');
  // A retry repeats its request as a whole: with several batches only some of them might be
  // duplicates.
  if (idempotent > 0 && batches > 1) {
    throw new KafkaError(errorCode.invalidRecord, 'several batches of an idempotent producer');
  }
}

/**
 * Writes offsets from `baseOffset` on, the epoch, and the time unless it is −1, into validated
 * batches.
 */
export function stamp(
  records: Uint8Array,
  baseOffset: Offset,
  leaderEpoch: LeaderEpoch,
  appendTimeMs: WallMs,
): void {
  let next = baseOffset;
  for (let position = 0; position < records.length; ) {
    batch.setBaseOffset(records, position, next);
    batch.setLeaderEpoch(records, position, leaderEpoch);
    if (appendTimeMs >= 0) batch.setLogAppendTime(records, position, appendTimeMs);
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

function problemError(problem: batch.BatchProblem): KafkaError {
  const code = problem === 'magic' || problem === 'number' ? 'invalidRecord' : 'corruptMessage';
  return new KafkaError(errorCode[code], `record batch: ${problem}`);
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
    throw new KafkaError(errorCode.unsupportedCompressionType, 'unknown codec');
  }
}

function checkClient(
  records: Uint8Array,
  position: number,
  settings: TopicSettings,
  nowMs: WallMs,
): void {
  if (batch.baseOffset(records, position) !== 0) {
    throw new KafkaError(errorCode.invalidRecord, 'the base offset of a produced batch must be 0');
  }
  if (batch.isControl(records, position)) {
    throw new KafkaError(errorCode.invalidRecord, 'clients must not write control records');
  }
  const isIdempotent = batch.producerId(records, position) !== batch.noProducerId;
  if (isIdempotent && batch.baseSequence(records, position) < 0) {
    throw new KafkaError(errorCode.invalidRecord, 'an idempotent batch without a sequence');
  }
  if (settings.messageTimestampType !== 'CreateTime') return;
  if (batch.timestampType(records, position) !== 'CreateTime') {
    throw new KafkaError(errorCode.invalidTimestamp, 'producers must not set LogAppendTime');
  }
  const latestMs = nowMs + settings.messageTimestampAfterMaxMs;
  if (batch.maxTimestamp(records, position) > latestMs) {
    throw new KafkaError(errorCode.invalidTimestamp, `a record later than ${latestMs}`);
  }
}
