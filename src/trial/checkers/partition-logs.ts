/**
 * All replicas of one partition, and its committed log: every batch that some leader's high
 * watermark has passed, in the form in which it first passed it. The metadata log is such a
 * partition too.
 */
import type { LeaderEpoch, NodeId, Offset, Uuid } from '../../base/ids.ts';
import type { LogObservation } from '../../kafka/observation.ts';
import type { Incarnations } from '../history/incarnations.ts';
import type { Handlers } from '../history/seen.ts';
import { type BatchFact, ReplicaLog } from './replica-log.ts';
import { noStorage, type Storage } from './stored/storage.ts';

export const metadataPartition = '__cluster_metadata-0';

/** Of a replica that was removed as metadata wanted it, from that leader epoch on. */
interface GivenUp {
  readonly since: LeaderEpoch;
  readonly end: Offset;
  readonly flushedEnd: Offset;
}

const nothing = { end: 0, flushedEnd: 0 } as const;

export class PartitionLogs {
  /** It tells topics of one name apart: `orders-0#2`. */
  readonly partition: string;
  /** As its nodes call it and its directory, whichever topic of the name it is of: `orders-0`. */
  readonly plainName: string;
  readonly replicas = new Map<NodeId, ReplicaLog>();
  /** Of no node, and never cut. */
  readonly committed: ReplicaLog;
  /** The highest start of any replica: what lies below was deleted, or is about to be. */
  deletedBelow: Offset = 0;
  /** Up to where leaders of each epoch have committed, in the order of commits. */
  readonly #commits: { readonly leaderEpoch: LeaderEpoch; end: Offset }[] = [];

  readonly #incarnations: Incarnations;
  /** What was removed from nodes, until they have a replica again. */
  readonly #removed = new Map<NodeId, ReplicaLog>();
  /** Nodes that were told that they have no replica, and the newest leader epoch of that. */
  readonly #released = new Map<NodeId, LeaderEpoch>();
  /** What nodes had when they removed a replica that was not theirs any more, each time. */
  readonly #givenUp = new Map<NodeId, GivenUp[]>();

  constructor(partition: string, plainName: string, incarnations: Incarnations) {
    this.partition = partition;
    this.plainName = plainName;
    this.committed = new ReplicaLog(-1, partition);
    this.#incarnations = incarnations;
  }

  /** Its replicas go one by one, and those that have not heard of it go on. */
  get isDeleted(): boolean {
    return this.#incarnations.isDeleted(this.partition);
  }

  replica(node: NodeId): ReplicaLog {
    let replica = this.replicas.get(node);
    if (replica === undefined) {
      replica = this.#removed.get(node) ?? new ReplicaLog(node, this.partition);
      this.replicas.set(node, replica);
    }
    return replica;
  }

  /** A node applies that the partition has these replicas. */
  assigned(node: NodeId, replicas: readonly NodeId[], leaderEpoch: LeaderEpoch): void {
    if (replicas.includes(node)) return;
    this.#released.set(node, Math.max(leaderEpoch, this.#released.get(node) ?? -1));
  }

  /** A node has removed its replica. */
  remove(node: NodeId): void {
    const replica = this.replica(node);
    const since = this.#released.get(node);
    const { end, flushedEnd } = replica;
    const times = this.#givenUp.get(node) ?? [];
    if (since !== undefined && since !== times.at(-1)?.since)
      this.#givenUp.set(node, [...times, { since, end, flushedEnd }]);
    replica.removed();
    this.replicas.delete(node);
    this.#removed.set(node, replica);
  }

  /**
   * What a node had that has no replica any more: a leader that has not heard of that, of an epoch
   * before, may go on counting on it.
   */
  givenUp(node: NodeId, leaderEpoch: LeaderEpoch): { end: Offset; flushedEnd: Offset } {
    return this.#givenUp.get(node)?.find(({ since }) => leaderEpoch < since) ?? nothing;
  }

  /** Nodes that have given a replica up. */
  get formerNodes(): Iterable<NodeId> {
    return this.#givenUp.keys();
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

/** The partitions of the cluster; one of a topic made anew under an old name is another one. */
export class ClusterLogs {
  readonly incarnations: Incarnations;
  readonly storage: Storage;
  readonly #partitions = new Map<string, PartitionLogs>();
  /** The same by topic and as nodes call them: nearly every observation is looked up here. */
  readonly #ofTopic = new Map<Uuid, Map<string, PartitionLogs>>();

  constructor(incarnations: Incarnations, storage: Storage = noStorage) {
    this.incarnations = incarnations;
    this.storage = storage;
  }

  /** All of them, those of deleted topics too. */
  get all(): Iterable<PartitionLogs> {
    return this.#partitions.values();
  }

  partition(partition: string, topicId: Uuid): PartitionLogs {
    const known = this.#ofTopic.get(topicId)?.get(partition);
    return known ?? this.#meet(partition, topicId);
  }

  /** The partition of this name, which tells incarnations apart, if anything was seen of it. */
  find(name: string): PartitionLogs | undefined {
    return this.#partitions.get(name);
  }

  /** Takes in what happened to a log; anything else is left to the invariants. */
  readonly on: Handlers = {
    'batch-appended': ({ observation }) => {
      this.#replica(observation).append(observation);
    },
    'log-truncated': ({ observation }) => {
      this.#replica(observation).truncate(observation.to);
    },
    'log-cut-failed': ({ observation }) => {
      this.#replica(observation).cutFailed(observation.to);
    },
    'log-opened': ({ observation, boot }) => {
      this.#opened(observation, boot);
    },
    'log-flushed': ({ observation }) => {
      this.#replica(observation).flushed(observation.end, observation.coversCuts);
    },
    'log-start-moved': ({ observation: { partition, topicId, node, start } }) => {
      const logs = this.partition(partition, topicId);
      logs.replica(node).moveStart(start);
      logs.deletedBelow = Math.max(logs.deletedBelow, start);
    },
    'topic-committed': ({ observation }) => {
      if (observation.deleted) this.incarnations.deleted(observation.topicId);
    },
    'partition-committed': ({ observation }) => {
      const { partition, topicId, node, replicas, leaderEpoch } = observation;
      this.partition(partition, topicId).assigned(node, replicas, leaderEpoch);
    },
    'log-deleted': ({ observation: { partition, topicId, node } }) => {
      this.partition(partition, topicId).remove(node);
    },
  };

  #meet(partition: string, topicId: Uuid): PartitionLogs {
    const name = this.incarnations.nameOfPartition(partition, topicId);
    const logs = new PartitionLogs(name, partition, this.incarnations);
    this.#partitions.set(name, logs);
    const ofTopic = this.#ofTopic.get(topicId) ?? new Map<string, PartitionLogs>();
    this.#ofTopic.set(topicId, ofTopic.set(partition, logs));
    return logs;
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
