/**
 * The replicas in a broker's log directory: `<topic>-<index>/` with the log and a
 * `partition.metadata` that names the topic id, and the two checkpoints beside them. The id tells a
 * topic from an earlier one of the same name, and a replica from anything else that lies there.
 * Where the next replica has to stand and something is that may be ours, it is renamed; what is not
 * ours is left alone.
 */
import type { NodeId, Offset } from '../../base/ids.ts';
import { DiskError } from '../../host/disk.ts';
import type { Host } from '../../host/host.ts';
import type { NodeConfig, TopicSettings } from '../config.ts';
import { pathIn } from '../log/durable-file.ts';
import { Log } from '../log/log.ts';
import type { LogRules } from '../log/rules.ts';
import type { Observe } from '../observation.ts';
import {
  highWatermarkCheckpoint,
  OffsetCheckpoint,
  recoveryPointCheckpoint,
} from './checkpoints.ts';
import type { Partition } from './partition.ts';
import type { PartitionIdentity } from './partition-environment.ts';
import {
  doomedName,
  foreignNames,
  formatMetadata,
  kindOfDirectory,
  moveAside,
  namesIn,
  partitionMetadataName,
  removeReplicaDirectory,
} from './replica-directory.ts';

export interface StoredReplica {
  readonly identity: PartitionIdentity;
  readonly log: Log;
  readonly highWatermark: Offset;
  /** Resolves when directory and topic id will survive a power loss. */
  readonly directoryDurable: Promise<void>;
}

/** In which directories and checkpoints something contradicts the mark of a clean shutdown. */
export interface Suspects {
  readonly changed: ReadonlySet<string>;
  /** Those of them whose records may be others than they were. */
  readonly altered: ReadonlySet<string>;
}

export const noSuspects: Suspects = { changed: new Set(), altered: new Set() };

/** What the last process left, as far as it is known. */
export interface FormerLogs {
  readonly cleanShutdown: boolean;
  readonly suspects: Suspects;
}

export interface OpenedReplicas {
  readonly replicas: StoredReplica[];
  /** Names of partitions that have less than was durable here, or nothing any more. */
  readonly incomplete: ReadonlySet<string>;
  /**
   * Names of those that no later fetch would make whole: records before the first, or others than
   * there were.
   */
  readonly untrusted: ReadonlySet<string>;
}

export class ReplicaStore {
  readonly #host: Host;
  readonly #node: NodeId;
  readonly #directory: string;
  readonly #defaults: TopicSettings;
  readonly #producerIdExpirationMs: number;
  readonly #observe: Observe;
  readonly #logRules: LogRules;
  readonly #highWatermarks: OffsetCheckpoint;
  readonly #recoveryPoints: OffsetCheckpoint;

  constructor(host: Host, config: NodeConfig, observe: Observe, logRules: LogRules) {
    this.#host = host;
    this.#node = config.nodeId;
    this.#directory = config.dataDirectory;
    this.#defaults = config.settings.topicDefaults;
    this.#producerIdExpirationMs = config.settings.producerIdExpirationMs;
    this.#observe = observe;
    this.#logRules = logRules;
    this.#highWatermarks = new OffsetCheckpoint(
      host.disk,
      this.#directory,
      highWatermarkCheckpoint,
      host.points,
    );
    this.#recoveryPoints = new OffsetCheckpoint(
      host.disk,
      this.#directory,
      recoveryPointCheckpoint,
      host.points,
    );
  }

  /** Opens every replica found, and recovers it where it was not closed. Throws DiskError. */
  openAll(former: FormerLogs): OpenedReplicas {
    const { disk } = this.#host;
    const highWatermarks = this.#readCheckpoint(this.#highWatermarks, former);
    const recoveryPoints = this.#readCheckpoint(this.#recoveryPoints, former);
    const replicas: StoredReplica[] = [];
    const { changed, altered } = former.suspects;
    const incomplete = new Set<string>();
    const untrusted = new Set<string>();
    for (const name of disk.list(this.#directory)) {
      const identity = this.#identify(name);
      if (identity === null) continue;
      const recoveryPoint = recoveryPoints.get(name) ?? 0;
      const log = this.#open(identity, this.#defaults, {
        cleanShutdown: former.cleanShutdown && !changed.has(name),
        isSuspect: changed.has(name),
        recoveryPoint,
      });
      const known = highWatermarks.get(name);
      if (this.#isIncomplete(log, name, former, recoveryPoint, known ?? 0)) incomplete.add(name);
      if (altered.has(name) || log.lacksStart) untrusted.add(name);
      const directoryDurable = this.#makeDurable(log.directory);
      const highWatermark = known ?? log.logStartOffset;
      replicas.push({ identity, log, highWatermark, directoryDurable });
    }
    const found = new Set(replicas.map(({ identity: { topic, index } }) => `${topic}-${index}`));
    for (const name of changed) if (!found.has(name)) incomplete.add(name);
    for (const [name, offset] of recoveryPoints) {
      if (found.has(name) || offset === 0) continue;
      incomplete.add(name);
      this.#warn(
        `${pathIn(this.#directory, name)} is missing, though ${offset} offsets were there`,
      );
    }
    return { replicas, incomplete, untrusted };
  }

  /**
   * An empty replica. Throws a DiskError, also where something that is not ours is in its place.
   */
  create(identity: PartitionIdentity, settings: TopicSettings): StoredReplica {
    const { disk } = this.#host;
    const path = this.#path(identity);
    this.#makeRoom(path);
    disk.makeDirectory(path);
    const file = disk.open(pathIn(path, partitionMetadataName), true);
    file.truncate(0);
    file.write(0, new TextEncoder().encode(formatMetadata(identity.topicId, identity.index)));
    file.close();
    const log = this.#open(identity, settings, {
      cleanShutdown: true,
      isSuspect: false,
      recoveryPoint: 0,
    });
    return { identity, log, highWatermark: 0, directoryDurable: this.#makeDurable(path) };
  }

  /** Takes the replica out of sight in one step, then removes it. Throws DiskError. */
  remove(identity: PartitionIdentity, log: Log): void {
    const { disk } = this.#host;
    const path = this.#path(identity);
    const doomed = doomedName(path, identity.topicId);
    if (disk.exists(path)) disk.rename(path, doomed);
    log.delete();
    this.#removeOurs(doomed);
  }

  /**
   * As Kafka does with a replica that metadata knows nothing of when a broker starts: the metadata
   * may be wrong and the replica the last one, so it is renamed and stays.
   */
  setAside(identity: PartitionIdentity, log: Log, reason: string): void {
    const path = this.#path(identity);
    const to = moveAside(this.#host.disk, path, identity.topicId);
    log.delete();
    this.#warn(`${path} ${reason}: moved to ${to}; remove it there once it is of no use`);
  }

  /** Durable when it resolves; rejects with a DiskError. */
  async writeHighWatermarks(partitions: Iterable<Partition>): Promise<void> {
    const entries = Array.from(partitions, ({ topicId, topic, index, lastingHighWatermark }) => {
      return { topicId, topic, index, offset: lastingHighWatermark };
    });
    await this.#highWatermarks.write(entries);
    for (const { topicId, topic, index, offset: highWatermark } of entries) {
      const replica = { node: this.#node, topicId, partition: `${topic}-${index}` };
      this.#observe({ kind: 'high-watermark-stored', ...replica, highWatermark });
    }
  }

  /**
   * Durable when it resolves. No recovery point above the high watermark is written: a log may be
   * cut and grow again above it, and recovery must then look at what grew.
   */
  writeRecoveryPoints(partitions: Iterable<Partition>): Promise<void> {
    return this.#recoveryPoints.write(
      Array.from(partitions, ({ topic, index, highWatermark, log }) => ({
        topic,
        index,
        offset: Math.min(log.recoveryPoint, highWatermark),
      })),
    );
  }

  #path(identity: PartitionIdentity): string {
    return pathIn(this.#directory, `${identity.topic}-${identity.index}`);
  }

  /** The replica in a directory; null where there is none, or one that is of no use any more. */
  #identify(name: string): PartitionIdentity | null {
    const path = pathIn(this.#directory, name);
    const found = kindOfDirectory(this.#host.disk, this.#directory, name);
    switch (found.kind) {
      case 'replica':
        return { topicId: found.id, topic: found.topic, index: found.index };
      case 'doomed':
        this.#removeOurs(path);
        return null;
      case 'stray':
        this.#warn(`${path} was moved aside by an earlier start and is left alone`);
        return null;
      case 'nameless':
        this.#warn(`${path} is left alone: it has no ${partitionMetadataName} that fits`);
        return null;
      case 'other':
        return null;
    }
  }

  #isIncomplete(
    log: Log,
    name: string,
    former: FormerLogs,
    recoveryPoint: Offset,
    highWatermark: Offset,
  ): boolean {
    const end = log.logEndOffset;
    if (end < highWatermark) {
      this.#warn(`${log.directory} ends at offset ${end}, though ${highWatermark} were replicated`);
    }
    const isContradicted =
      former.cleanShutdown && (former.suspects.changed.has(name) || !log.wasIntact);
    return isContradicted || end < recoveryPoint || log.lacksStart;
  }

  /** Moves what may be ours out of the way of a new replica. Throws a DiskError where it cannot. */
  #makeRoom(path: string): void {
    const { disk } = this.#host;
    if (!disk.exists(path)) return;
    if (namesIn(disk, path)?.length === 0) return;
    if (foreignNames(disk, path).length > 0) {
      throw new DiskError('EIO', `${path} (move away what is there)`, 'put a replica into');
    }
    this.#warn(`${path} is in the way of a new replica: moved to ${moveAside(disk, path, null)}`);
  }

  #removeOurs(path: string): void {
    for (const name of removeReplicaDirectory(this.#host.disk, path)) {
      this.#warn(`${pathIn(path, name)} is not ours, and stays where its replica was removed`);
    }
  }

  #readCheckpoint(checkpoint: OffsetCheckpoint, former: FormerLogs): ReadonlyMap<string, Offset> {
    const offsets = former.suspects.changed.has(checkpoint.name) ? null : checkpoint.read();
    if (offsets !== null) return offsets;
    this.#warn(`${pathIn(this.#directory, checkpoint.name)} is damaged, and counts for nothing`);
    return new Map();
  }

  #warn(message: string): void {
    this.#host.log('warn', message);
  }

  #open(
    identity: PartitionIdentity,
    settings: TopicSettings,
    former: { cleanShutdown: boolean; isSuspect: boolean; recoveryPoint: Offset },
  ): Log {
    const { clock, disk } = this.#host;
    const { topic, topicId, index } = identity;
    return Log.open({
      disk,
      directory: this.#path(identity),
      settings,
      cleanShutdown: former.cleanShutdown,
      recoveryPoint: former.recoveryPoint,
      verifiesAll: former.isSuspect,
      keepsAll: former.isSuspect,
      report: (finding) => this.#warn(finding),
      wallMs: () => clock.wallMs(),
      points: this.#host.points,
      replica: { node: this.#node, topicId, partition: `${topic}-${index}` },
      observe: this.#observe,
      producerIdExpirationMs: this.#producerIdExpirationMs,
      rules: this.#logRules,
    });
  }

  async #makeDurable(path: string): Promise<void> {
    const { disk } = this.#host;
    try {
      const file = disk.open(pathIn(path, partitionMetadataName));
      try {
        await file.sync();
      } finally {
        file.close();
      }
      await disk.syncDirectory(path);
      await disk.syncDirectory(this.#directory);
    } catch (error) {
      // Removed meanwhile: then nothing has to last.
      if (disk.exists(path)) throw error;
    }
  }
}
