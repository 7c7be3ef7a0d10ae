/**
 * The replicas in a broker's log directory: `<topic>-<index>/` with the log and a
 * `partition.metadata` that names the topic id, and the two checkpoints beside them. The id tells a
 * topic from an earlier one of the same name. A directory without a readable id can only come from
 * a power loss before the id was durable, and nothing in it was promised to anyone: flushes wait
 * for the id. It is removed, unless the last shutdown was clean.
 */
import type { NodeId, Offset } from '../../base/ids.ts';
import { DiskError } from '../../host/disk.ts';
import type { Host } from '../../host/host.ts';
import type { NodeConfig, TopicSettings } from '../config.ts';
import { pathIn, readText } from '../log/durable-file.ts';
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

export interface StoredReplica {
  readonly identity: PartitionIdentity;
  readonly log: Log;
  readonly highWatermark: Offset;
  /** Resolves when directory and topic id will survive a power loss. */
  readonly directoryDurable: Promise<void>;
}

const metadataName = 'partition.metadata';
const quorumDirectory = '__cluster_metadata-0';
const deletedSuffix = '-delete';

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

  /**
   * Opens, and after an unclean stop recovers, every replica found. Throws DiskError, or Error on a
   * lost id.
   */
  openAll(cleanShutdown: boolean): StoredReplica[] {
    const { disk } = this.#host;
    const highWatermarks = this.#highWatermarks.read();
    const recoveryPoints = this.#recoveryPoints.read();
    const replicas: StoredReplica[] = [];
    for (const name of disk.list(this.#directory)) {
      const path = pathIn(this.#directory, name);
      if (name.endsWith(deletedSuffix)) {
        disk.remove(path);
        continue;
      }
      const parts = /^(.+)-(\d+)$/.exec(name);
      if (parts === null || name === quorumDirectory) continue;
      const topicId = parseTopicId(readText(disk, pathIn(path, metadataName)));
      if (topicId === null) {
        if (cleanShutdown)
          throw new DiskError('EIO', pathIn(path, metadataName), 'read a topic id in');
        this.#host.log('warn', `removing ${path}: no topic id was made durable`);
        disk.remove(path);
        continue;
      }
      const identity = { topicId, topic: parts[1] as string, index: Number(parts[2]) };
      const recoveryPoint = recoveryPoints.get(name) ?? 0;
      const log = this.#open(identity, this.#defaults, cleanShutdown, recoveryPoint);
      const highWatermark = highWatermarks.get(name) ?? log.logStartOffset;
      replicas.push({ identity, log, highWatermark, directoryDurable: this.#makeDurable(path) });
    }
    return replicas;
  }

  /** An empty replica. Throws DiskError. */
  create(identity: PartitionIdentity, settings: TopicSettings): StoredReplica {
    const { disk } = this.#host;
    const path = this.#path(identity);
    // A directory that nobody owns is left of a replica that could not be removed wholly.
    disk.remove(path);
    disk.makeDirectory(path);
    const file = disk.open(pathIn(path, metadataName), true);
    file.write(0, new TextEncoder().encode(`version: 0\ntopic_id: ${identity.topicId}\n`));
    file.close();
    const log = this.#open(identity, settings, true, 0);
    return { identity, log, highWatermark: 0, directoryDurable: this.#makeDurable(path) };
  }

  /** Takes the replica out of sight in one step, then removes it. Throws DiskError. */
  remove(identity: PartitionIdentity, log: Log): void {
    const { disk } = this.#host;
    const path = this.#path(identity);
    const doomed = `${path}.${identity.topicId}${deletedSuffix}`;
    if (disk.exists(path)) disk.rename(path, doomed);
    log.delete();
    disk.remove(doomed);
  }

  /** Durable when it resolves; rejects with a DiskError. */
  writeHighWatermarks(partitions: Iterable<Partition>): Promise<void> {
    return this.#highWatermarks.write(
      Array.from(partitions, ({ topic, index, lastingHighWatermark }) => ({
        topic,
        index,
        offset: lastingHighWatermark,
      })),
    );
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

  #open(
    identity: PartitionIdentity,
    settings: TopicSettings,
    cleanShutdown: boolean,
    recoveryPoint: Offset,
  ): Log {
    const { clock, disk } = this.#host;
    const { topic, topicId, index } = identity;
    return Log.open({
      disk,
      directory: this.#path(identity),
      settings,
      cleanShutdown,
      recoveryPoint,
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
      const file = disk.open(pathIn(path, metadataName));
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

function parseTopicId(text: string | null): string | null {
  return /^version: 0\ntopic_id: ([A-Za-z0-9_-]{22})\n?$/.exec(text ?? '')?.[1] ?? null;
}
