/**
 * What can happen to a file or a directory while nobody looks, on the disk of a machine whose
 * process has ended; and what a replica's files hold.
 */
import * as batch from '../../../src/kafka/records/batch.ts';
import { readRecords } from '../../../src/kafka/records/reader.ts';
import type { SimDisk } from '../../../src/sim/disk.ts';
import { FileContent } from '../../../src/sim/disk-file.ts';
import { Directory } from '../../../src/sim/disk-journal.ts';
import type { DiskTree } from '../../../src/sim/disk-tree.ts';

/** Bytes by path. */
export type Copy = ReadonlyMap<string, Uint8Array>;

export class Files {
  readonly #tree: DiskTree;

  constructor(disk: SimDisk) {
    this.#tree = disk.tree;
  }

  list(path: string): string[] {
    const node = this.#tree.get(path);
    return node instanceof Directory ? [...node.entries.keys()].sort() : [];
  }

  bytes(path: string): Uint8Array | null {
    const node = this.#tree.get(path);
    return node instanceof FileContent ? (node.read(0, node.size) as Uint8Array).slice() : null;
  }

  write(path: string, bytes: Uint8Array): void {
    this.remove(path);
    const parent = path.slice(0, path.lastIndexOf('/'));
    if (this.#tree.get(parent) === null) this.#tree.makeDirectory(parent, 0);
    this.#tree.createFile(path, 0).write(0, bytes, 0);
  }

  remove(path: string): void {
    this.#tree.remove(path, 0);
  }

  rename(from: string, to: string): void {
    this.#tree.rename(from, to, 0);
  }

  /** All files at or below a path. */
  copy(path: string): Copy {
    const bytes = this.bytes(path);
    if (bytes !== null) return new Map([[path, bytes]]);
    const copy = new Map<string, Uint8Array>();
    for (const name of this.list(path)) {
      for (const [below, content] of this.copy(`${path}/${name}`)) copy.set(below, content);
    }
    return copy;
  }

  restore(path: string, copy: Copy): void {
    this.remove(path);
    for (const [file, bytes] of copy) {
      if (file === path || file.startsWith(`${path}/`)) this.write(file, bytes);
    }
  }
}

export interface Surroundings {
  /** The data directory as it was some time before. */
  readonly older: Copy;
  /** A path of the same kind, to exchange the other with. */
  readonly other: string | null;
}

export type Damage = (files: Files, path: string, around: Surroundings) => void;

const alter = (files: Files, path: string, change: (bytes: Uint8Array) => Uint8Array): void => {
  const copy = files.copy(path);
  for (const [file, bytes] of copy) files.write(file, change(bytes));
};

/** Each works on a file, and on all files of a directory. */
export const damages: Readonly<Record<string, Damage>> = {
  cut: (files, path) => alter(files, path, (bytes) => bytes.slice(0, Math.floor(bytes.length / 2))),
  'cut by a byte': (files, path) => alter(files, path, (bytes) => bytes.slice(0, -1)),
  'cut behind a batch': (files, path) =>
    alter(files, path, (bytes) => bytes.slice(0, endOfFirstBatch(bytes))),
  emptied: (files, path) => alter(files, path, () => new Uint8Array(0)),
  deleted: (files, path) => files.remove(path),
  older: (files, path, { older }) => files.restore(path, older),
  exchanged(files, path, { other }) {
    if (other === null) return;
    files.rename(path, 'data/meanwhile');
    files.rename(other, path);
    files.rename('data/meanwhile', other);
  },
  flipped: (files, path) =>
    alter(files, path, (bytes) => {
      const middle = bytes.length >> 1;
      if (bytes.length > 0) bytes[middle] = (bytes[middle] as number) ^ 4;
      return bytes;
    }),
  foreign: (files, path) => alter(files, path, () => new TextEncoder().encode('my notes\n')),
};

function endOfFirstBatch(bytes: Uint8Array): number {
  const isBatch = batch.verifyHeader(bytes, 0, bytes.length) === null;
  return isBatch ? batch.sizeInBytes(bytes) : 0;
}

/** Every record in a replica's files, as text; a batch that is damaged is `damaged`. */
export function recordsIn(files: Files, directory: string): string[] {
  const values: string[] = [];
  const text = new TextDecoder();
  for (const name of files.list(directory).filter((file) => file.endsWith('.log'))) {
    const bytes = files.bytes(`${directory}/${name}`) ?? new Uint8Array(0);
    for (let at = 0; at < bytes.length; ) {
      if (batch.verifyBatch(bytes, at) !== null) return [...values, 'damaged'];
      for (const record of readRecords(bytes, at)) {
        values.push(`${record.offset} ${text.decode(record.value ?? undefined)}`);
      }
      at += batch.sizeInBytes(bytes, at);
    }
  }
  return values;
}
