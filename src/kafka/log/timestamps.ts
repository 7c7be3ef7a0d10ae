/**
 * Looking up offsets by time (ListOffsets): segments and the sparse index narrow down, records
 * decide.
 */
import type { LeaderEpoch, Offset, WallMs } from '../../base/ids.ts';
import * as batch from '../records/batch.ts';
import { asCorrupt, openRecords } from '../records/reader.ts';
import { RecordWalk } from '../records/walk.ts';
import type { Segment } from './segment.ts';

export interface TimestampedOffset {
  readonly offset: Offset;
  readonly timestamp: WallMs;
  readonly leaderEpoch: LeaderEpoch;
}

/** The first record in [from, upTo) whose timestamp is `timestamp` or later. */
export function findByTimestamp(
  segments: readonly Segment[],
  timestamp: WallMs,
  from: Offset,
  upTo: Offset,
): TimestampedOffset | null {
  for (const segment of segments) {
    if (segment.baseOffset >= upTo) return null;
    if (segment.maxTimestamp < timestamp || segment.endOffset <= from) continue;
    let found: TimestampedOffset | null = null;
    segment.scan(segment.index.positionBefore(timestamp), (bytes, position) => {
      if (batch.baseOffset(bytes, position) >= upTo) return false;
      if (batch.maxTimestamp(bytes, position) < timestamp) return true;
      found = findInBatch(bytes, position, timestamp, from, upTo);
      return found === null;
    });
    if (found !== null) return found;
  }
  return null;
}

/** The first record with the largest timestamp in [from, upTo); null if there is no record. */
export function findMaxTimestamp(
  segments: readonly Segment[],
  from: Offset,
  upTo: Offset,
): TimestampedOffset | null {
  let largest: WallMs = -1;
  for (const segment of segments) {
    if (segment.baseOffset >= upTo) break;
    if (segment.endOffset <= from) continue;
    largest = Math.max(largest, maxTimestampIn(segment, from, upTo));
  }
  return findByTimestamp(segments, largest, from, upTo);
}

function maxTimestampIn(segment: Segment, from: Offset, upTo: Offset): WallMs {
  if (segment.baseOffset >= from && segment.endOffset <= upTo) return segment.maxTimestamp;
  let largest: WallMs = -1;
  segment.scan(segment.positionOf(from), (bytes, position) => {
    if (batch.baseOffset(bytes, position) >= upTo) return false;
    largest = Math.max(largest, batch.maxTimestamp(bytes, position));
    return true;
  });
  return largest;
}

/** Throws KafkaError CORRUPT_MESSAGE where the batch cannot be read. */
function findInBatch(
  bytes: Uint8Array,
  position: number,
  timestamp: WallMs,
  from: Offset,
  upTo: Offset,
): TimestampedOffset | null {
  const baseOffset = batch.baseOffset(bytes, position);
  const isAppendTime = batch.timestampType(bytes, position) === 'LogAppendTime';
  const leaderEpoch = batch.leaderEpoch(bytes, position);
  try {
    const walk = new RecordWalk(
      openRecords(bytes, position),
      batch.recordCount(bytes, position),
      batch.baseTimestamp(bytes, position),
    );
    while (walk.next()) {
      const offset = baseOffset + walk.offsetDelta;
      const time = isAppendTime ? batch.maxTimestamp(bytes, position) : walk.timestamp;
      if (time < timestamp || offset < from || offset >= upTo) continue;
      return { offset, timestamp: time, leaderEpoch };
    }
    return null;
  } catch (error) {
    throw asCorrupt(error);
  }
}
