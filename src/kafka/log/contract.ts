/** What a log is opened with, and what its appends answer. */

import type { NodeId, Offset, Uuid, WallMs } from '../../base/ids.ts';
import type { Disk } from '../../host/disk.ts';
import type { Points } from '../../host/points.ts';
import type { TopicSettings } from '../config.ts';
import type { Observe } from '../observation.ts';
import * as batch from '../records/batch.ts';
import type { RememberedBatch } from './producer-entry.ts';
import type { LogRules } from './rules.ts';

export interface LogOptions {
  readonly disk: Disk;
  /** The log's own directory; created where it is missing. */
  readonly directory: string;
  readonly settings: TopicSettings;
  /** Whether the last process closed this log and marked it. */
  readonly cleanShutdown: boolean;
  /**
   * What was durable by the owner's last checkpoint. Without it an unclean log is read from its
   * start.
   */
  readonly recoveryPoint?: Offset;
  /** Every batch is read, whatever the recovery point says. */
  readonly verifiesAll?: boolean;
  /** Something contradicts these files: what does not fit is put aside and not deleted. */
  readonly keepsAll?: boolean;
  /** Told of what contradicts itself in the files, and of each cut. */
  readonly report?: (finding: string) => void;
  readonly wallMs: () => WallMs;
  readonly replica: ReplicaName;
  readonly observe: Observe;
  /** Delay points; without them none holds. */
  readonly points?: Points;
  readonly rules?: LogRules;
  /** How long idle producers are remembered; a day by default. */
  readonly producerIdExpirationMs?: number;
}

export interface ReplicaName {
  readonly node: NodeId;
  readonly topicId: Uuid;
  readonly partition: string;
}

export interface AppendResult {
  /**
   * Of the first batch; for a duplicate, of the batch that it repeats. −1 where nothing was taken.
   */
  readonly baseOffset: Offset;
  readonly lastOffset: Offset;
  /**
   * −1 unless the topic uses LogAppendTime; for a duplicate the largest timestamp of the batch that
   * it repeats, whoever's that is.
   */
  readonly appendTimeMs: WallMs;
  readonly duplicate: boolean;
  readonly recordCount: number;
  readonly batchCount: number;
}

export const nothingAppended: AppendResult = {
  baseOffset: -1,
  lastOffset: -1,
  appendTimeMs: -1,
  duplicate: false,
  recordCount: 0,
  batchCount: 0,
};

export function duplicateOf(retried: RememberedBatch): AppendResult {
  const { baseOffset, lastOffset, timestamp } = retried;
  return {
    baseOffset,
    lastOffset,
    appendTimeMs: timestamp,
    duplicate: true,
    recordCount: lastOffset - baseOffset + 1,
    batchCount: 1,
  };
}

/** Of batches that carry their offsets. */
export function resultOf(records: Uint8Array, appendTimeMs: WallMs): AppendResult {
  let lastOffset = -1;
  let recordCount = 0;
  let batchCount = 0;
  for (let position = 0; position < records.length; ) {
    lastOffset = batch.lastOffset(records, position);
    recordCount += batch.recordCount(records, position);
    batchCount += 1;
    position += batch.sizeInBytes(records, position);
  }
  const baseOffset = batch.baseOffset(records, 0);
  return { baseOffset, lastOffset, appendTimeMs, duplicate: false, recordCount, batchCount };
}
