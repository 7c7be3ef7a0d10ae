/** What activities are drawn for: the cluster, its topics and its clients. */
import type { GroupWorkload } from '../groups/group.ts';

export type Configs = Readonly<Record<string, string>>;

export interface StageTopic {
  readonly name: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly configs: Configs;
}

export interface Stage {
  readonly brokers: number;
  readonly topics: readonly StageTopic[];
  readonly producers: number;
  readonly consumers: number;
  readonly groups: readonly GroupWorkload[];
  readonly chaosMs: number;
  /** Bytes of an ordinary record. */
  readonly recordBytes: number;
  /** What the trial has room for beside the steady load. */
  readonly spareBytes: number;
  /** So many of them fit the smallest segment that a topic has. */
  readonly batchRecords: number;
  /** Fewest in-sync replicas by which anything is promised; no change goes below. */
  readonly copiesOf: (topic: string) => number;
}
