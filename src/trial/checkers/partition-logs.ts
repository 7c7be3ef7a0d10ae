/**
 * All replicas of one partition, and its committed log: every batch that some leader's high
 * watermark has passed, in the form in which it first passed it. The metadata log is such a
 * partition too.
 */
import type { LeaderEpoch, NodeId, Offset } from '../../base/ids.ts';
import type { LogObservation } from '../../kafka/observation.ts';
import type { Seen } from '../history/seen.ts';
import { type BatchFact, ReplicaLog } from './replica-log.ts';
import { noStorage, type Storage } from './stored/storage.ts';

export const metadataPartition = '__cluster_metadata-0';

export class PartitionLogs {
  readonly partition: string;
  readonly replicas = new Map<NodeId, ReplicaLog>();
  /** Of no node, and never cut. */
  readonly committed = new ReplicaLog(-1);
  /** The highest start of any replica: what lies below was deleted, or is about to be. */
  deletedBelow: Offset = 0;
  /** Up to where leaders of each epoch have committed, in the order of commits. */
  readonly #commits: { readonly leaderEpoch: LeaderEpoch; end: Offset }[] = [];

  constructor(partition: string) {
    this.partition = partition;
  }

  replica(node: NodeId): ReplicaLog {
    let replica = this.replicas.get(node);
    if (replica === undefined) {
      replica = new ReplicaLog(node);
      this.replicas.set(node, replica);
    }
    return replica;
  }

  /** How many epochs of leaders have committed records. */
  get epochs(): number {
    return this.#commits.length;
  }

  /** Takes what `leader`, of this epoch, holds below `highWatermark` into the committed log. */
  commit(leader: ReplicaLog, highWatermark: Offset, leaderEpoch: LeaderEpoch): void {
    const before = this.committed.end;
    for (let i = leader.indexOf(before); ; i++) {
      const batch = leader.batch(i);
      if (batch === undefined || batch.lastOffset >= highWatermark) break;
      if (batch.baseOffset >= this.committed.end) this.committed.append(batch);
    }
    if (this.committed.end === before) return;
    const latest = this.#commits.at(-1);
    if (latest?.leaderEpoch === leaderEpoch) latest.end = this.committed.end;
    else this.#commits.push({ leaderEpoch, end: this.committed.end });
  }

  /**
   * Up to where leaders of earlier epochs have committed: what a leader of this one must hold. What
   * a later epoch has committed meanwhile, one that learns late that it was elected cannot have.
   */
  committedBefore(leaderEpoch: LeaderEpoch): Offset {
    return this.#commits.findLast((commit) => commit.leaderEpoch < leaderEpoch)?.end ?? 0;
  }

  /**
   * The first batch below `upTo` in which `replica` differs from the committed log; null if none
   * does.
   */
  firstDifference(
    replica: ReplicaLog,
    upTo: Offset,
  ): { committed: BatchFact; own: BatchFact | null } | null {
    const from = Math.max(replica.matchedEnd, replica.start);
    for (let i = this.committed.indexOf(from); ; i++) {
      const batch = this.committed.batch(i);
      if (batch === undefined || batch.lastOffset >= upTo) return null;
      if (!replica.holds(batch))
        return { committed: batch, own: replica.batchAt(batch.baseOffset) ?? null };
      replica.matchedEnd = batch.lastOffset + 1;
    }
  }
}

/** The partitions of the cluster; a topic that is created anew under an old name starts anew. */
export class ClusterLogs {
  readonly storage: Storage;
  readonly #partitions = new Map<string, { topicId: string; logs: PartitionLogs }>();

  constructor(storage: Storage = noStorage) {
    this.storage = storage;
  }

  /** All of them, as they are now. */
  get all(): PartitionLogs[] {
    return [...this.#partitions.values()].map(({ logs }) => logs);
  }

  partition(name: string, topicId: string): PartitionLogs {
    const known = this.#partitions.get(name);
    if (known !== undefined && known.topicId === topicId) return known.logs;
    const logs = new PartitionLogs(name);
    this.#partitions.set(name, { topicId, logs });
    return logs;
  }

  /** The partition of this name as it is now, if anything was seen of it. */
  find(name: string): PartitionLogs | undefined {
    return this.#partitions.get(name)?.logs;
  }

  /** Takes in what happened to a log; anything else is left to the invariants. */
  observe({ observation, boot }: Seen): void {
    switch (observation.kind) {
      case 'batch-appended':
        this.#replica(observation).append(observation);
        return;
      case 'log-truncated':
        this.#replica(observation).truncate(observation.to);
        return;
      case 'log-cut-failed':
        this.#replica(observation).cutFailed(observation.to);
        return;
      case 'log-opened':
        this.#opened(observation, boot);
        return;
      case 'log-flushed':
        this.#replica(observation).flushed(observation.end, observation.coversCuts);
        return;
      case 'log-start-moved': {
        const { partition, topicId, start } = observation;
        const logs = this.partition(partition, topicId);
        logs.replica(observation.node).moveStart(start);
        logs.deletedBelow = Math.max(logs.deletedBelow, start);
        return;
      }
      case 'log-deleted':
        this.partition(observation.partition, observation.topicId).replicas.delete(
          observation.node,
        );
        return;
      default:
        return;
    }
  }

  #opened(opened: Extract<LogObservation, { kind: 'log-opened' }>, boot: number): void {
    const { node, partition, start, end, clean } = opened;
    const replica = this.#replica(opened);
    replica.reopen(start, end, this.storage.logOf(node, partition), this.storage.pastOf(node));
    replica.openedClean = clean;
    replica.boot = boot;
  }

  #replica(observation: LogObservation): ReplicaLog {
    return this.partition(observation.partition, observation.topicId).replica(observation.node);
  }
}
