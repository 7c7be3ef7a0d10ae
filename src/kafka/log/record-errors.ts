/**
 * Which records of a batch a leader refuses, and why (KIP-467): the whole batch is refused with
 * them. Looked for only once it is known that there are any.
 */
import type { WallMs } from '../../base/ids.ts';
import { errorCode, KafkaError } from '../protocol/errors.ts';
import { noTimestamp } from '../records/batch.ts';
import type { RecordWalk } from '../records/walk.ts';

export interface RecordError {
  /** Place of the record in its batch. */
  readonly batchIndex: number;
  readonly message: string;
}

/** A small batch may unpack to millions of bad records: nobody needs to hear of all of them. */
const mostRecordErrors = 10_000;

/** INVALID_TIMESTAMP if any record's time is at fault, or else INVALID_RECORD. */
export class RecordsRefused extends KafkaError {
  readonly recordErrors: readonly RecordError[];

  constructor(code: number, recordErrors: readonly RecordError[]) {
    const first = recordErrors[0]?.message ?? '';
    super(code, `${recordErrors.length} records were refused, the first for: ${first}`);
    this.recordErrors = recordErrors;
  }
}

/** What a topic asks of each record. */
export interface RecordDemands {
  readonly key: boolean;
  /** No time at all is always allowed; null where the broker stamps its own. */
  readonly earliestMs: WallMs | null;
  readonly latestMs: WallMs | null;
  /** True where the batch claims that its times are a broker's. */
  readonly claimsAppendTime: boolean;
}

export function refuse(walk: RecordWalk, demands: RecordDemands): RecordsRefused {
  const errors: RecordError[] = [];
  let code: number = errorCode.invalidRecord;
  while (errors.length < mostRecordErrors && walk.next()) {
    const batchIndex = walk.index;
    if (demands.key && !walk.hasKey) {
      errors.push({ batchIndex, message: 'a record of a compacted topic needs a key' });
      continue;
    }
    const message = timeProblem(walk.timestamp, demands);
    if (message === null) continue;
    code = errorCode.invalidTimestamp;
    errors.push({ batchIndex, message });
  }
  return new RecordsRefused(code, errors);
}

function timeProblem(timestamp: WallMs, demands: RecordDemands): string | null {
  const { earliestMs, latestMs, claimsAppendTime } = demands;
  if (claimsAppendTime) return 'a producer must not set LogAppendTime';
  if (earliestMs === null || latestMs === null) return null;
  if (isTimely(timestamp, earliestMs, latestMs)) return null;
  return `timestamp ${timestamp} is not within [${earliestMs}, ${latestMs}]`;
}

export const isTimely = (timestamp: WallMs, earliestMs: WallMs, latestMs: WallMs): boolean =>
  timestamp === noTimestamp ||
  (timestamp >= earliestMs && timestamp <= latestMs && Number.isSafeInteger(timestamp));
