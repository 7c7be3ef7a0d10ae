import type { Micros } from '../base/ids.ts';
import { DiskError } from '../host/disk.ts';
import { FileContent } from './disk-file.ts';
import { Directory, DiskJournal, type EntryChange, type TreeNode } from './disk-journal.ts';

/**
 * The directories of a disk as processes see them, and as a power loss leaves them. Strict as POSIX
 * is: an entry (a create, rename or remove) is durable once its directory was synced, and syncing a
 * file does not sync its entry. What was not synced is kept in order, as by a journal.
 */
export class DiskTree {
  root = new Directory();
  readonly #writebackUs: Micros;
  readonly #journal = new DiskJournal();

  /** Operations become durable by themselves when they are this old. */
  constructor(writebackUs: Micros) {
    this.#writebackUs = writebackUs;
  }

  /** Number of the latest operation: a sync covers those up to it. */
  get sequence(): number {
    return this.#journal.sequence;
  }

  /** How many operations a power loss puts at risk. */
  get pending(): number {
    return this.#journal.pending;
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

  /** Returns what was replaced. A directory takes the place of an empty one only. */
  rename(from: string, to: string, time: Micros): TreeNode | null {
    const source = this.parent(from, 'rename');
    const target = this.parent(to, 'rename');
    const node = source.directory.entries.get(source.name);
    if (node === undefined) throw new DiskError('ENOENT', from, 'rename');
    if (from === to) return null;
    if (to.startsWith(`${from}/`)) throw new DiskError('EINVAL', to, 'rename');
    const replaced = target.directory.entries.get(target.name) ?? null;
    checkReplacement(node, replaced, to);
    const into = target.directory === source.directory ? [] : this.#directoriesAbove(to);
    this.#change(
      [
        { ...source, node: null },
        { ...target, node },
      ],
      time,
      into,
      directoriesOf(replaced),
    );
    return replaced;
  }

  /** Returns what was removed. */
  remove(path: string, time: Micros): TreeNode | null {
    const node = this.get(path);
    if (node === null) return null;
    this.#change([{ ...this.parent(path, 'remove'), node: null }], time, [], directoriesOf(node));
    return node;
  }

  /** Operations on this directory up to this one are durable. */
  settle(directory: Directory, sequence: number): void {
    this.#journal.settle(directory, sequence);
  }

  /** Writeback, as it stands at this time. */
  writeback(time: Micros): void {
    this.#journal.settleBefore(time - this.#writebackUs);
  }

  /** Power loss: only the first `kept` of the pending operations have happened. */
  lose(kept: number): void {
    this.#journal.lose(kept);
    restore(this.root);
  }

  /** All files that can be reached, each once, with their paths, in the order of their creation. */
  files(): Map<FileContent, string> {
    const found = new Map<FileContent, string>();
    collect(this.root, '', found);
    return found;
  }

  /** The directories that hold what lies at `path`, the root first. */
  #directoriesAbove(path: string): Directory[] {
    let directory = this.root;
    const found = [directory];
    for (const name of path.split('/').slice(0, -1)) {
      directory = directory.entries.get(name) as Directory;
      found.push(directory);
    }
    return found;
  }

  #change(
    changes: readonly EntryChange[],
    time: Micros,
    into: readonly Directory[] = [],
    lost: readonly Directory[] = [],
  ): void {
    this.writeback(time);
    for (const { directory, name, node } of changes) {
      if (node === null) directory.entries.delete(name);
      else directory.entries.set(name, node);
    }
    this.#journal.add(changes, time, into, lost);
  }
}

/** What a rename may put in the place of what, as POSIX has it. */
function checkReplacement(node: TreeNode, replaced: TreeNode | null, path: string): void {
  if (replaced === null) return;
  if (!(node instanceof Directory)) {
    if (replaced instanceof Directory) throw new DiskError('EISDIR', path, 'rename');
  } else if (!(replaced instanceof Directory)) {
    throw new DiskError('ENOTDIR', path, 'rename');
  } else if (replaced.entries.size > 0) {
    throw new DiskError('ENOTEMPTY', path, 'rename');
  }
}

/** All files at or below a node. */
export function filesOf(node: TreeNode | null): FileContent[] {
  const found = new Map<FileContent, string>();
  if (node instanceof FileContent) found.set(node, '');
  else if (node !== null) collect(node, '', found);
  return [...found.keys()];
}

/** A directory with all that lie in it; none for a file. */
function directoriesOf(node: TreeNode | null): Directory[] {
  if (!(node instanceof Directory)) return [];
  return [node, ...[...node.entries.values()].flatMap(directoriesOf)];
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
