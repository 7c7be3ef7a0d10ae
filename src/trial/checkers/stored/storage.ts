/**
 * What lies on the disks of the cluster, as the checkers read it: past the nodes and their code,
 * so that a replica is not believed about itself. Only the format of the files is known here.
 */
import type { NodeId, Offset, ProducerEpoch, ProducerId, WallMs } from '../../../base/ids.ts';
import { parseOffsetFileName } from '../../../kafka/log/names.ts';
import * as batch from '../../../kafka/records/batch.ts';
import type { SimDisk } from '../../../sim/disk.ts';
import { FileContent } from '../../../sim/disk-file.ts';
import { Directory } from '../../../sim/disk-journal.ts';
import type { BatchFact } from '../replica-log.ts';

/** A batch as it stands in a file, with what it says of its producer. */
export interface StoredBatch extends BatchFact {
  readonly producerId: ProducerId;
  readonly producerEpoch: ProducerEpoch;
  /** −1 for markers, and for batches without one. */
  readonly lastSequence: number;
  readonly maxTimestamp: WallMs;
  /** Its checksum is that of its bytes. */
  readonly isSound: boolean;
}

export interface StoredLog {
  /** In the order of files and positions. */
  readonly batches: readonly StoredBatch[];
  /** The first place at which no whole batch stands, in words; null where there is none. */
  readonly brokenAt: string | null;
}

/** What has befallen a disk so far, counted. */
export interface DiskPast {
  /** Losses of power and failed syncs: what was not synced may be gone. */
  readonly losses: number;
  /** Bytes and sectors that the disk itself has spoilt: it may hold anything. */
  readonly damages: number;
  /** Empty disks that took its place. */
  readonly replacements: number;
}

/** The disks of all nodes. */
export interface Storage {
  /** Null where nothing can be said: no such directory, or sectors that cannot be read. */
  logOf(node: NodeId, partition: string): StoredLog | null;
  /** Every whole batch of a log, in order; what cannot be read is passed over. */
  eachBatch(
    node: NodeId,
    partition: string,
    visit: (bytes: Uint8Array, position: number) => void,
  ): void;
  pastOf(node: NodeId): DiskPast;
}

/** For nodes that have no disks, or none that can be read. */
export const noStorage: Storage = {
  logOf: () => null,
  eachBatch: () => {},
  pastOf: () => ({ losses: 0, damages: 0, replacements: 0 }),
};

/** Nodes whose data directory is the root of their disk. */
export class SimStorage implements Storage {
  readonly #diskOf: (node: NodeId) => SimDisk;

  constructor(diskOf: (node: NodeId) => SimDisk) {
    this.#diskOf = diskOf;
  }

  logOf(node: NodeId, partition: string): StoredLog | null {
    const directory = this.#diskOf(node).tree.get(partition);
    return directory instanceof Directory ? readLog(directory) : null;
  }

  eachBatch(
    node: NodeId,
    partition: string,
    visit: (bytes: Uint8Array, position: number) => void,
  ): void {
    const directory = this.#diskOf(node).tree.get(partition);
    if (!(directory instanceof Directory)) return;
    for (const [, bytes] of segmentsOf(directory)) if (bytes !== null) walk(bytes, visit);
  }

  pastOf(node: NodeId): DiskPast {
    const { effects } = this.#diskOf(node);
    return {
      losses: effects.powerLosses + effects.syncsRefused,
      damages: effects.bytesFlipped + effects.sectorsBroken + effects.writesMisdirected,
      replacements: effects.replacements,
    };
  }
}

/** The batches of all segments of a log; null where some of them cannot be read. */
function readLog(directory: Directory): StoredLog | null {
  const batches: StoredBatch[] = [];
  let brokenAt: string | null = null;
  for (const [base, bytes] of segmentsOf(directory)) {
    if (bytes === null) return null;
    const end = walk(bytes, (all, position) => batches.push(batchAt(all, position)));
    if (end < bytes.length) brokenAt ??= `byte ${end} of ${bytes.length} of segment ${base}`;
  }
  return { batches, brokenAt };
}

/** By base offset, rising. */
function segmentsOf(directory: Directory): [base: Offset, bytes: Uint8Array | null][] {
  const found: [Offset, Uint8Array | null][] = [];
  for (const [name, file] of directory.entries) {
    const parsed = parseOffsetFileName(name);
    if (parsed?.kind !== 'log' || !(file instanceof FileContent)) continue;
    found.push([parsed.offset, file.read(0, file.size)]);
  }
  return found.sort(([a], [b]) => a - b);
}

/** Visits the whole batches; answers where they end. */
function walk(bytes: Uint8Array, visit: (bytes: Uint8Array, position: number) => void): number {
  let position = 0;
  while (position < bytes.length && batch.verifyHeader(bytes, position, bytes.length) === null) {
    visit(bytes, position);
    position += batch.sizeInBytes(bytes, position);
  }
  return position;
}

function batchAt(bytes: Uint8Array, position: number): StoredBatch {
  return {
    baseOffset: batch.baseOffset(bytes, position),
    lastOffset: batch.lastOffset(bytes, position),
    leaderEpoch: batch.leaderEpoch(bytes, position),
    crc: batch.crc(bytes, position),
    producerId: batch.producerId(bytes, position),
    producerEpoch: batch.producerEpoch(bytes, position),
    lastSequence: batch.isControl(bytes, position) ? -1 : batch.lastSequence(bytes, position),
    maxTimestamp: batch.maxTimestamp(bytes, position),
    isSound: batch.hasValidCrc(bytes, position),
  };
}
