import type { Micros } from '../base/ids.ts';
import { DiskError } from '../host/disk.ts';
import { FileContent } from './disk-file.ts';

/**
 * Directories, and which of their entries are durable. Strict as POSIX is: an entry (a create,
 * rename or remove) is durable once its directory was synced, and syncing a file does not sync its
 * entry. What was not synced is kept in order, as by a journal: after a power loss the first so
 * many operations have happened and the others have not; a rename is one operation and happens
 * whole or not at all.
 */
export type TreeNode = Directory | FileContent;

export class Directory {
  entries = new Map<string, TreeNode>();
  readonly durable = new Map<string, TreeNode>();
}

interface EntryChange {
  readonly directory: Directory;
  readonly name: string;
  readonly node: TreeNode | null;
}

interface Operation {
  readonly sequence: number;
  readonly time: Micros;
  readonly changes: readonly EntryChange[];
}

export class DiskTree {
  root = new Directory();
  readonly #writebackUs: Micros;
  #pending: Operation[] = [];
  #sequence = 0;

  /** Operations become durable by themselves when they are this old. */
  constructor(writebackUs: Micros) {
    this.#writebackUs = writebackUs;
  }

  /** Number of the latest operation: a sync covers those up to it. */
  get sequence(): number {
    return this.#sequence;
  }

  get(path: string): TreeNode | null {
    let node: TreeNode = this.root;
    if (path === '') return node;
    for (const name of path.split('/')) {
      if (!(node instanceof Directory)) return null;
      const next = node.entries.get(name);
      if (next === undefined) return null;
      node = next;
    }
    return node;
  }

  /** The directory in which `path` has its last name. */
  parent(path: string, doing: string): { directory: Directory; name: string } {
    const cut = path.lastIndexOf('/');
    const directory = this.get(cut < 0 ? '' : path.slice(0, cut));
    if (directory === null) throw new DiskError('ENOENT', path, doing);
    if (!(directory instanceof Directory)) throw new DiskError('ENOTDIR', path, doing);
    return { directory, name: path.slice(cut + 1) };
  }

  createFile(path: string, time: Micros): FileContent {
    const file = new FileContent();
    this.#change([{ ...this.parent(path, 'open'), node: file }], time);
    return file;
  }

  /** Makes a directory and its missing parents. */
  makeDirectory(path: string, time: Micros): void {
    let directory = this.root;
    for (const name of path.split('/')) {
      let next = directory.entries.get(name);
      if (next === undefined) {
        next = new Directory();
        this.#change([{ directory, name, node: next }], time);
      }
      if (!(next instanceof Directory)) throw new DiskError('ENOTDIR', path, 'make');
      directory = next;
    }
  }

  /** Returns what was replaced. */
  rename(from: string, to: string, time: Micros): TreeNode | null {
    const source = this.parent(from, 'rename');
    const target = this.parent(to, 'rename');
    const node = source.directory.entries.get(source.name);
    if (node === undefined) throw new DiskError('ENOENT', from, 'rename');
    if (from === to) return null;
    const replaced = target.directory.entries.get(target.name) ?? null;
    if (replaced instanceof Directory && node instanceof FileContent) {
      throw new DiskError('EISDIR', to, 'rename');
    }
    if (replaced instanceof FileContent && node instanceof Directory) {
      throw new DiskError('ENOTDIR', to, 'rename');
    }
    this.#change(
      [
        { ...source, node: null },
        { ...target, node },
      ],
      time,
    );
    return replaced;
  }

  /** Returns what was removed. */
  remove(path: string, time: Micros): TreeNode | null {
    const node = this.get(path);
    if (node !== null) this.#change([{ ...this.parent(path, 'remove'), node: null }], time);
    return node;
  }

  /** Operations on this directory up to this one are durable. */
  settle(directory: Directory, sequence: number): void {
    this.#pending = this.#pending.filter((operation) => {
      if (operation.sequence > sequence) return true;
      if (operation.changes.every((change) => change.directory !== directory)) return true;
      settle(operation);
      return false;
    });
  }

  /** Writeback, as it stands at this time. */
  writeback(time: Micros): void {
    const before = time - this.#writebackUs;
    while (this.#pending[0] !== undefined && this.#pending[0].time < before) {
      settle(this.#pending.shift() as Operation);
    }
  }

  /** How many operations a power loss puts at risk. */
  get pending(): number {
    return this.#pending.length;
  }

  /** Power loss: only the first `kept` of the pending operations have happened. */
  lose(kept: number): void {
    for (const operation of this.#pending.slice(0, kept)) settle(operation);
    this.#pending = [];
    restore(this.root);
  }

  /** All files that can be reached, each once, with their paths, in the order of their creation. */
  files(): Map<FileContent, string> {
    const found = new Map<FileContent, string>();
    collect(this.root, '', found);
    return found;
  }

  #change(changes: EntryChange[], time: Micros): void {
    this.writeback(time);
    for (const { directory, name, node } of changes) {
      if (node === null) directory.entries.delete(name);
      else directory.entries.set(name, node);
    }
    this.#pending.push({ sequence: ++this.#sequence, time, changes });
  }
}

/** All files at or below a node. */
export function filesOf(node: TreeNode | null): FileContent[] {
  const found = new Map<FileContent, string>();
  if (node instanceof FileContent) found.set(node, '');
  else if (node !== null) collect(node, '', found);
  return [...found.keys()];
}

function settle(operation: Operation): void {
  for (const { directory, name, node } of operation.changes) {
    if (node === null) directory.durable.delete(name);
    else directory.durable.set(name, node);
  }
}

function restore(directory: Directory): void {
  directory.entries = new Map(directory.durable);
  for (const node of directory.entries.values()) if (node instanceof Directory) restore(node);
}

function collect(directory: Directory, path: string, found: Map<FileContent, string>): void {
  for (const [name, node] of directory.entries) {
    const full = path === '' ? name : `${path}/${name}`;
    if (node instanceof Directory) collect(node, full, found);
    else found.set(node, full);
  }
}
