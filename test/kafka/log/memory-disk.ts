/**
 * A small disk for tests of the log, as harsh as the port allows: on power loss every unsynced
 * write is kept, dropped or torn on its own, and every unsynced create, rename and remove is kept
 * or lost on its own.
 */
import { type Disk, DiskError, type DiskErrorCode, type DiskFile } from '../../../src/host/disk.ts';

type Change = { readonly position: number; readonly bytes: Uint8Array } | { readonly size: number };

class Inode {
  content = new Uint8Array(256);
  length = 0;
  durable: Uint8Array = new Uint8Array(0);
  unsynced: Change[] = [];

  write(position: number, bytes: Uint8Array): void {
    const end = position + bytes.length;
    if (end > this.content.length) {
      const larger = new Uint8Array(Math.max(end, this.content.length * 2));
      larger.set(this.content.subarray(0, this.length));
      this.content = larger;
    }
    this.content.set(bytes, position);
    this.length = Math.max(this.length, end);
  }

  truncate(size: number): void {
    if (size > this.length) this.write(size - 1, new Uint8Array(1));
    this.content.fill(0, size);
    this.length = size;
  }

  apply(change: Change): void {
    if ('size' in change) this.truncate(change.size);
    else this.write(change.position, change.bytes);
  }

  sync(): void {
    this.durable = this.content.slice(0, this.length);
    this.unsynced = [];
  }
}

/** Chooses a number in [0, n). */
export type Pick = (n: number) => number;

export class MemoryDisk implements Disk {
  #entries = new Map<string, Inode | 'directory'>([['', 'directory']]);
  #durable = new Map(this.#entries);
  /** The next calls of this kind fail. */
  failing: { kind: 'write' | 'sync' | 'open'; code: DiskErrorCode } | null = null;
  /** Called at each sync of a file; it resolves when the promise does. */
  onSync: (path: string) => Promise<void> = () => Promise.resolve();
  reads = 0;
  writes = 0;
  tracksChanges = true;
  #isDead = false;

  open(path: string, create = false): DiskFile {
    this.check('open', path);
    let inode = this.#entries.get(path);
    if (inode === 'directory') throw new DiskError('EISDIR', path, 'open');
    if (inode === undefined) {
      if (!create || this.#entries.get(parentOf(path)) !== 'directory') {
        throw new DiskError('ENOENT', path, 'open');
      }
      inode = new Inode();
      this.#entries.set(path, inode);
    }
    return new MemoryFile(this, path, inode);
  }

  check(kind: 'write' | 'sync' | 'open', path: string): void {
    if (this.failing?.kind === kind) throw new DiskError(this.failing.code, path, kind);
  }

  exists(path: string): boolean {
    return this.#entries.has(path);
  }

  makeDirectory(path: string): void {
    if (path !== '') this.makeDirectory(parentOf(path));
    if (!this.#entries.has(path)) this.#entries.set(path, 'directory');
  }

  list(path: string): string[] {
    const names = [...this.#entries.keys()].filter((key) => key !== '' && parentOf(key) === path);
    return names.map((key) => key.slice(path === '' ? 0 : path.length + 1)).sort();
  }

  rename(from: string, to: string): void {
    const inode = this.#entries.get(from);
    if (inode === undefined) throw new DiskError('ENOENT', from, 'rename');
    this.#entries.delete(from);
    this.#entries.set(to, inode);
  }

  remove(path: string): void {
    for (const key of [...this.#entries.keys()]) {
      if (key === path || key.startsWith(`${path}/`)) this.#entries.delete(key);
    }
  }

  async syncDirectory(path: string): Promise<void> {
    this.check('sync', path);
    await Promise.resolve();
    await this.alive();
    const keys = [...new Set([...this.#entries.keys(), ...this.#durable.keys()])];
    for (const key of keys.filter((each) => each !== '' && parentOf(each) === path)) {
      const inode = this.#entries.get(key);
      if (inode === undefined) this.#durable.delete(key);
      else this.#durable.set(key, inode);
    }
  }

  /** The process dies, and what it awaits never comes; the next one finds the same files. */
  crash(): MemoryDisk {
    const next = new MemoryDisk();
    next.#entries = this.#entries;
    next.#durable = this.#durable;
    this.#isDead = true;
    return next;
  }

  /** Resolves unless the process has died meanwhile. */
  alive(): Promise<void> {
    return this.#isDead ? new Promise(() => {}) : Promise.resolve();
  }

  /** The machine comes back with what the power loss left. */
  powerLoss(pick: Pick): MemoryDisk {
    const after = new MemoryDisk();
    const inodes = new Map<Inode, Inode>();
    const keys = new Set([...this.#entries.keys(), ...this.#durable.keys()]);
    for (const key of [...keys].sort()) {
      const now = this.#entries.get(key);
      const before = this.#durable.get(key);
      const entry = now === before || pick(2) === 0 ? before : now;
      if (entry === undefined || after.#entries.get(parentOf(key)) !== 'directory') continue;
      after.#entries.set(key, entry === 'directory' ? entry : restored(entry, inodes, pick));
    }
    after.#durable = new Map(after.#entries);
    return after;
  }

  /** The bytes of a file, to be damaged by tests. */
  bytes(path: string): Uint8Array {
    const inode = this.#entries.get(path);
    if (!(inode instanceof Inode)) throw new DiskError('ENOENT', path, 'read');
    return inode.content.subarray(0, inode.length);
  }
}

function restored(inode: Inode, known: Map<Inode, Inode>, pick: Pick): Inode {
  const earlier = known.get(inode);
  if (earlier !== undefined) return earlier;
  const after = new Inode();
  if (inode.durable.length > 0) after.write(0, inode.durable);
  for (const change of inode.unsynced) {
    const fate = pick(4);
    if (fate === 0) continue;
    if (fate === 1 && 'bytes' in change) {
      const torn = change.bytes.subarray(0, pick(change.bytes.length));
      if (torn.length > 0) after.apply({ position: change.position, bytes: torn });
    } else after.apply(change);
  }
  after.sync();
  known.set(inode, after);
  return after;
}

class MemoryFile implements DiskFile {
  readonly path: string;
  readonly #disk: MemoryDisk;
  readonly #inode: Inode;
  #isClosed = false;

  constructor(disk: MemoryDisk, path: string, inode: Inode) {
    this.#disk = disk;
    this.path = path;
    this.#inode = inode;
  }

  size(): number {
    return this.#inode.length;
  }

  read(position: number, length: number): Uint8Array {
    this.#checkOpen();
    this.#disk.reads += 1;
    const end = Math.min(position + length, this.#inode.length);
    return this.#inode.content.slice(position, Math.max(position, end));
  }

  write(position: number, bytes: Uint8Array): void {
    this.#checkOpen();
    this.#disk.check('write', this.path);
    this.#disk.writes += 1;
    this.#inode.write(position, bytes);
    if (this.#disk.tracksChanges) this.#inode.unsynced.push({ position, bytes: bytes.slice() });
  }

  truncate(size: number): void {
    this.#checkOpen();
    this.#inode.truncate(size);
    if (this.#disk.tracksChanges) this.#inode.unsynced.push({ size });
  }

  async sync(): Promise<void> {
    this.#checkOpen();
    this.#disk.check('sync', this.path);
    const pending = this.#inode.unsynced.length;
    const content = this.#inode.content.slice(0, this.#inode.length);
    await this.#disk.onSync(this.path);
    await this.#disk.alive();
    this.#disk.check('sync', this.path);
    this.#inode.durable = content;
    this.#inode.unsynced.splice(0, pending);
  }

  close(): void {
    this.#isClosed = true;
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new DiskError('EBADF', this.path, 'use');
  }
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/**
 * A Pick from a seed: a linear congruential generator is random enough to choose what a disk keeps.
 */
export function pickFrom(seed: number): Pick {
  let state = seed >>> 0;
  return (n) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 4_294_967_296) * n);
  };
}
