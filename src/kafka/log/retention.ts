/** Which segments may go: pure decisions over the sizes and times of a log's segments. */
import type { Offset, WallMs } from '../../base/ids.ts';
import type { TopicSettings } from '../config.ts';
import { indexEntrySize, type SegmentSummary } from './sparse-index.ts';

/**
 * How many of the oldest segments retention deletes: whole ones that end at or below `upTo` (the
 * high watermark), because the log start has passed them, they are older than the retention time,
 * or the log is larger than allowed.
 */
export function countDeletable(
  segments: readonly AgingSegment[],
  settings: TopicSettings,
  logStart: Offset,
  upTo: Offset,
  nowMs: WallMs,
): number {
  const byPolicy = settings.cleanupPolicy.includes('delete');
  let excess = -settings.retentionBytes;
  for (const segment of segments) excess += segment.size;
  let count = 0;
  for (const segment of segments) {
    if (segment.endOffset > upTo || segment.size === 0) break;
    const isPassed = segment.endOffset <= logStart;
    const isOld = settings.retentionMs >= 0 && nowMs - newestMs(segment) > settings.retentionMs;
    const isExcess = settings.retentionBytes >= 0 && excess >= segment.size;
    if (!isPassed && !(byPolicy && (isOld || isExcess))) break;
    excess -= segment.size;
    count += 1;
  }
  return count;
}

/**
 * When the newest record of a segment was made. Records without any time are as old as our writing
 * of them: Kafka looks at the file's time of modification, which a restart keeps; here a restart
 * begins anew, so that they are kept rather longer.
 */
const newestMs = (segment: AgingSegment): WallMs =>
  segment.maxTimestamp >= 0 ? segment.maxTimestamp : segment.modifiedMs;

interface AgingSegment extends SegmentSummary {
  readonly modifiedMs: WallMs;
}

/**
 * Whether a segment that holds something is to be closed before the incoming batches are appended.
 */
export function isFull(
  segment: GrowingSegment,
  incoming: { readonly bytes: number; readonly timestamp: WallMs; readonly lastOffset: Offset },
  settings: TopicSettings,
  nowMs: WallMs,
): boolean {
  if (segment.size + incoming.bytes > settings.segmentBytes) return true;
  if ((segment.index.length + 1) * indexEntrySize > settings.segmentIndexBytes) return true;
  // Kafka's index files hold offsets relative to the base in 32 bits; segments stay within that.
  if (incoming.lastOffset - segment.baseOffset > 0x7fffffff) return true;
  // Time in the log is that of its records, so that all replicas agree; without timestamps it is
  // ours.
  const hasTime = segment.firstTimestamp >= 0 && incoming.timestamp >= 0;
  const sinceMs = hasTime ? segment.firstTimestamp : segment.createdMs;
  return (hasTime ? incoming.timestamp : nowMs) - sinceMs > settings.segmentMs;
}

interface GrowingSegment extends SegmentSummary {
  readonly baseOffset: Offset;
  readonly createdMs: WallMs;
  readonly index: { readonly length: number };
}
