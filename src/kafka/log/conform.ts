/**
 * Looks at the records of a leader's append and makes the batches what their topic wants:
 * - each record well-formed, as many as the header says, with a key in a compacted topic and a time
 *   within the topic's bounds: else the append is refused as a whole;
 * - the header's largest timestamp is that of its records, whatever the client wrote, since
 *   retention, time queries and producer expiry go by it; or the broker's time (LogAppendTime);
 * - packed by the topic's codec (compression.type); records that were not numbered 0, 1, 2 … are
 *   numbered anew.
 * The usual batch passes as it is: one pass over its records, nothing copied.
 */
import { joinBytes } from '../../base/bytes.ts';
import type { WallMs } from '../../base/ids.ts';
import type { TopicSettings } from '../config.ts';
import { errorCode, KafkaError } from '../protocol/errors.ts';
import * as batch from '../records/batch.ts';
import { compress } from '../records/compression.ts';
import { openRecords } from '../records/reader.ts';
import { TooLargeError } from '../records/unpacked-bytes.ts';
import { RecordCursor, RecordsError, varintSize, writeVarint } from '../records/varint.ts';
import { type RecordsSummary, RecordWalk, summarize } from '../records/walk.ts';
import { isTimely, type RecordDemands, refuse } from './record-errors.ts';

/** `records` are whole batches with sound headers. The same array, unless a batch was rewritten. */
export function conform(records: Uint8Array, settings: TopicSettings, nowMs: WallMs): Uint8Array {
  let parts: Uint8Array[] | null = null;
  for (let position = 0; position < records.length; ) {
    const end = position + batch.sizeInBytes(records, position);
    const rewritten = conformBatch(records, position, settings, nowMs);
    if (rewritten !== null) parts ??= [records.subarray(0, position)];
    parts?.push(rewritten ?? records.subarray(position, end));
    position = end;
  }
  return parts === null ? records : joinBytes(parts);
}

/** Null where the batch may stay, its times set right; else what stands for it. */
function conformBatch(
  records: Uint8Array,
  position: number,
  settings: TopicSettings,
  nowMs: WallMs,
): Uint8Array | null {
  const count = batch.recordCount(records, position);
  const cursor = open(records, position);
  const plainStart = cursor.position;
  const summary = summarizeOrRefuse(cursor, count, batch.baseTimestamp(records, position));
  if (!meetsDemands(records, position, summary, settings, nowMs)) {
    const walk = new RecordWalk(
      new RecordCursor(cursor.bytes, plainStart, cursor.limit),
      count,
      batch.baseTimestamp(records, position),
    );
    throw refuse(walk, demandsOf(records, position, settings, nowMs));
  }
  const type = settings.messageTimestampType;
  const timeMs = type === 'LogAppendTime' ? nowMs : summary.maxTimestamp;
  const codec = batch.compression(records, position);
  const wanted = codecFor(records, position, settings);
  if (wanted === codec && summary.isNumbered) {
    batch.setMaxTimestamp(records, position, type, timeMs);
    return null;
  }
  const plain = summary.isNumbered
    ? cursor.bytes.subarray(plainStart, cursor.limit)
    : renumbered(new RecordCursor(cursor.bytes, plainStart, cursor.limit), count);
  const levels = { gzip: settings.compressionGzipLevel, zstd: settings.compressionZstdLevel };
  const body = compress(wanted, plain, levels);
  const rewritten = new Uint8Array(batch.batchHeaderSize + body.length);
  rewritten.set(records.subarray(position, position + batch.batchHeaderSize));
  rewritten.set(body, batch.batchHeaderSize);
  batch.setBody(rewritten, wanted);
  batch.setMaxTimestamp(rewritten, 0, type, timeMs);
  batch.setCrc(rewritten);
  return rewritten;
}

function open(records: Uint8Array, position: number): RecordCursor {
  try {
    return openRecords(records, position);
  } catch (error) {
    if (!(error instanceof RecordsError)) throw error;
    // A producer that hears that a batch is too large sends it again in halves, which helps here
    // too. What does not unpack at all gets the code that Kafka's broker gives it.
    const isLarge = error instanceof TooLargeError;
    const code = isLarge ? errorCode.messageTooLarge : errorCode.unknownServerError;
    throw new KafkaError(code, `records that do not unpack: ${error.message}`);
  }
}

function summarizeOrRefuse(
  cursor: RecordCursor,
  count: number,
  baseTimestamp: WallMs,
): RecordsSummary {
  try {
    return summarize(cursor, count, baseTimestamp);
  } catch (error) {
    if (!(error instanceof RecordsError)) throw error;
    throw new KafkaError(errorCode.invalidRecord, error.message);
  }
}

function demandsOf(
  records: Uint8Array,
  position: number,
  settings: TopicSettings,
  nowMs: WallMs,
): RecordDemands {
  const isCreateTime = settings.messageTimestampType === 'CreateTime';
  const type = batch.timestampType(records, position);
  return {
    key: isCompacted(settings),
    earliestMs: isCreateTime ? nowMs - settings.messageTimestampBeforeMaxMs : null,
    latestMs: isCreateTime ? nowMs + settings.messageTimestampAfterMaxMs : null,
    // In a CreateTime topic Kafka takes the bit away and believes the records.
    claimsAppendTime: !isCreateTime && type === 'LogAppendTime',
  };
}

const isCompacted = (settings: TopicSettings): boolean =>
  settings.cleanupPolicy.includes('compact');

/** The same question as `refuse` answers per record, of all records at once. */
function meetsDemands(
  records: Uint8Array,
  position: number,
  summary: RecordsSummary,
  settings: TopicSettings,
  nowMs: WallMs,
): boolean {
  if (summary.lacksKey && isCompacted(settings)) return false;
  if (settings.messageTimestampType !== 'CreateTime') {
    return batch.timestampType(records, position) === 'CreateTime';
  }
  const earliestMs = nowMs - settings.messageTimestampBeforeMaxMs;
  const latestMs = nowMs + settings.messageTimestampAfterMaxMs;
  return (
    isTimely(summary.minTimestamp, earliestMs, latestMs) &&
    isTimely(summary.maxTimestamp, earliestMs, latestMs)
  );
}

function codecFor(
  records: Uint8Array,
  position: number,
  { compressionType }: TopicSettings,
): batch.Compression {
  const own = batch.compression(records, position) ?? 'none';
  if (compressionType === 'producer') return own;
  // Markers are written plain and stay so.
  if (batch.isControl(records, position) && own === 'none') return own;
  return compressionType === 'uncompressed' ? 'none' : compressionType;
}

/** The same records with offset deltas 0, 1, 2 and so on. */
function renumbered(cursor: RecordCursor, count: number): Uint8Array {
  const { bytes, position, limit } = cursor;
  // An offset delta and a length take five bytes each at most.
  const target = new Uint8Array(limit - position + count * 10);
  const walk = new RecordWalk(cursor, count, 0);
  let at = 0;
  while (walk.next()) {
    const { bodyStart, offsetAt, afterOffset, end, index } = walk;
    const size = offsetAt - bodyStart + varintSize(index) + end - afterOffset;
    at = writeVarint(target, at, size);
    target.set(bytes.subarray(bodyStart, offsetAt), at);
    at = writeVarint(target, at + offsetAt - bodyStart, index);
    target.set(bytes.subarray(afterOffset, end), at);
    at += end - afterOffset;
  }
  return target.subarray(0, at);
}
