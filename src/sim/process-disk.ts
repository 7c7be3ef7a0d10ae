import { hashOfText } from '../base/digest.ts';
import { mark } from '../base/mark.ts';
import { type Disk, DiskError, type DiskErrorCode, type DiskFile } from '../host/disk.ts';
import type { SimDisk } from './disk.ts';
import { FileContent } from './disk-file.ts';
import { Directory } from './disk-journal.ts';
import type { SimProcess } from './incarnation.ts';
import type { DiskFact } from './trace.ts';

/**
 * A disk as one process sees it. After the process has ended its changes have no effect. Each
 * change is folded into the digest: what was done, to which path, and every byte that was written.
 */
export class SimProcessDisk implements Disk {
  readonly #disk: SimDisk;
  readonly #owner: SimProcess;

  constructor(disk: SimDisk, owner: SimProcess) {
    this.#disk = disk;
    this.#owner = owner;
  }

  open(path: string, create = false): DiskFile {
    const { tree, faults } = this.#disk;
    const node = tree.get(path);
    if (node instanceof FileContent) return new SimFile(this.#disk, this.#owner, path, node);
    if (node !== null) throw new DiskError('EISDIR', path, 'open');
    tree.parent(path, 'open');
    if (!create) throw new DiskError('ENOENT', path, 'open');
    if (faults.refusesGrowth(0)) throw refusal(this.#owner, 'ENOSPC', path, 'create');
    if (this.#owner.ended) return new SimFile(this.#disk, this.#owner, path, new FileContent());
    faults.charge(this.#owner);
    this.#fold('create', path);
    tell(this.#owner, 'create', path);
    const file = tree.createFile(path, this.#owner.localNow());
    return new SimFile(this.#disk, this.#owner, path, file);
  }

  exists(path: string): boolean {
    return this.#disk.tree.get(path) !== null;
  }

  makeDirectory(path: string): void {
    if (this.#owner.ended || path === '' || this.#isDirectory(path)) return;
    if (this.#disk.faults.refusesGrowth(0)) throw refusal(this.#owner, 'ENOSPC', path, 'make');
    this.#fold('make', path);
    tell(this.#owner, 'make', path);
    this.#disk.tree.makeDirectory(path, this.#owner.localNow());
  }

  list(path: string): string[] {
    const node = this.#disk.tree.get(path);
    if (node === null) return [];
    if (!(node instanceof Directory)) throw new DiskError('ENOTDIR', path, 'list');
    return [...node.entries.keys()].sort();
  }

  rename(from: string, to: string): void {
    if (this.#owner.ended) return;
    this.#fold('rename', from);
    this.#fold('to', to);
    tell(this.#owner, 'rename', from, { to });
    this.#disk.forget(this.#disk.tree.rename(from, to, this.#owner.localNow()));
  }

  remove(path: string): void {
    if (this.#owner.ended) return;
    this.#fold('remove', path);
    tell(this.#owner, 'remove', path);
    this.#disk.forget(this.#disk.tree.remove(path, this.#owner.localNow()));
  }

  syncDirectory(path: string): Promise<void> {
    const node = this.#disk.tree.get(path);
    if (node instanceof Directory) return this.#disk.sync(this.#owner, node, path);
    const code = node === null ? 'ENOENT' : 'ENOTDIR';
    return Promise.reject(new DiskError(code, path, 'sync directory'));
  }

  #fold(what: string, path: string): void {
    const { digest } = this.#owner.kernel;
    digest.foldString(what);
    digest.foldString(path);
  }

  #isDirectory(path: string): boolean {
    return this.#disk.tree.get(path) instanceof Directory;
  }
}

class SimFile implements DiskFile {
  readonly path: string;
  readonly #disk: SimDisk;
  readonly #owner: SimProcess;
  readonly #content: FileContent;
  /** Stands for the path in the digest. */
  readonly #mark: number;
  #open = true;

  constructor(disk: SimDisk, owner: SimProcess, path: string, content: FileContent) {
    this.path = path;
    this.#disk = disk;
    this.#owner = owner;
    this.#content = content;
    this.#mark = hashOfText(path);
  }

  size(): number {
    this.#check('stat');
    return this.#content.size;
  }

  read(position: number, length: number): Uint8Array {
    this.#check('read');
    const { faults, effects } = this.#disk;
    if (faults.refusesRead()) throw refusal(this.#owner, 'EIO', this.path, 'read');
    const bytes = this.#content.read(position, length);
    if (bytes === null) {
      effects.readsFailed++;
      throw refusal(this.#owner, 'EIO', this.path, 'read');
    }
    tell(this.#owner, 'read', this.path, { position, bytes: bytes.length });
    return bytes;
  }

  write(position: number, bytes: Uint8Array): void {
    this.#check('write');
    const owner = this.#owner;
    if (owner.ended || bytes.length === 0) return;
    const content = this.#content;
    const { faults } = this.#disk;
    const growth = position + bytes.length - content.size;
    if (growth > 0) this.#grow(growth, 'write');
    faults.charge(owner);
    const time = owner.localNow();
    this.#disk.writeback(content, time);
    const { digest } = owner.kernel;
    digest.fold(this.#mark);
    digest.foldNumber(position);
    digest.foldBytes(bytes);
    tell(owner, 'write', this.path, { position, bytes: bytes.length });
    const target = faults.misdirect(content, position, bytes.length);
    if (target === position) {
      content.write(position, bytes, time);
      return;
    }
    mark('write-misdirected');
    if (growth > 0) content.truncate(position + bytes.length, time);
    content.write(target, bytes, time);
    content.spoil({ kind: 'misdirected', position: target, length: bytes.length });
    content.spoil({ kind: 'misdirected', position, length: bytes.length });
  }

  truncate(size: number): void {
    this.#check('truncate');
    const owner = this.#owner;
    const content = this.#content;
    if (owner.ended || size === content.size) return;
    if (size > content.size) this.#grow(size - content.size, 'truncate');
    else this.#disk.account(size - content.size);
    this.#disk.faults.charge(owner);
    owner.kernel.digest.fold(this.#mark);
    owner.kernel.digest.foldNumber(size);
    tell(owner, 'truncate', this.path, { position: size });
    content.truncate(size, owner.localNow());
  }

  sync(): Promise<void> {
    if (!this.#open) return Promise.reject(new DiskError('EBADF', this.path, 'sync'));
    return this.#disk.sync(this.#owner, this.#content, this.path);
  }

  close(): void {
    this.#open = false;
  }

  #grow(bytes: number, doing: 'write' | 'truncate'): void {
    if (this.#disk.faults.refusesGrowth(bytes))
      throw refusal(this.#owner, 'ENOSPC', this.path, doing);
    this.#disk.account(bytes);
  }

  #check(doing: string): void {
    if (!this.#open) throw new DiskError('EBADF', this.path, doing);
  }
}

type Details = Pick<DiskFact, 'position' | 'bytes' | 'to' | 'error'>;

function tell(
  { kernel, machine }: SimProcess,
  call: DiskFact['call'],
  path: string,
  details: Details = {},
): void {
  if (kernel.trace !== null) kernel.tell(machine, { is: 'disk', call, path, ...details });
}

/** The error of a fault, which the trace tells too. */
function refusal(
  owner: SimProcess,
  code: DiskErrorCode,
  path: string,
  call: DiskFact['call'],
): DiskError {
  tell(owner, call, path, { error: code });
  return new DiskError(code, path, call);
}
