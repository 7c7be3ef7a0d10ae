/**
 * What node:fs does, in its synchronous form, on the disk of the simulated machine. Files of the
 * packages that the process has loaded can be read too, from the real disk: they are its code.
 * Times, owners and modes are not kept.
 */
import { dirname, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Disk, DiskError, type DiskFile } from '../../../host/disk.ts';
import type { ModuleLoader } from '../../loader/module-loader.ts';
import { isDirectory, isFile, readBytes } from '../../loader/package-files.ts';
import { type ModuleContext, systemError } from '../context.ts';
import { Dirent, Stats } from './stats.ts';

export type PathLike = string | Uint8Array | URL;

/** What an open file is: of the disk, a directory of it, or a file of a package. */
export type OpenFile =
  | { readonly is: 'file'; readonly file: DiskFile; readonly appends: boolean; position: number }
  | { readonly is: 'directory'; readonly path: string }
  | { readonly is: 'code'; readonly bytes: Uint8Array; position: number };

const texts: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  EEXIST: 'file already exists',
  EISDIR: 'illegal operation on a directory',
  ENOTDIR: 'not a directory',
  ENOTEMPTY: 'directory not empty',
  ENOSPC: 'no space left on device',
  EIO: 'i/o error',
  EBADF: 'bad file descriptor',
  EINVAL: 'invalid argument',
  EACCES: 'permission denied',
};

export function fileError(code: string, syscall: string, path = '', dest = ''): Error {
  const about = path === '' ? '' : ` '${path}'`;
  const error = systemError(syscall, code, '', {
    ...(path === '' ? {} : { path }),
    ...(dest === '' ? {} : { dest }),
  });
  const to = dest === '' ? '' : ` -> '${dest}'`;
  error.message = `${code}: ${texts[code] ?? 'unknown error'}, ${syscall}${about}${to}`;
  return error;
}

export class Files {
  readonly #disk: Disk;
  readonly #loader: ModuleLoader;
  readonly #cwd: () => string;
  readonly #open = new Map<number, OpenFile>();
  #nextDescriptor = 3;

  constructor({ host, loader, process }: ModuleContext) {
    this.#disk = host.disk;
    this.#loader = loader;
    this.#cwd = () => process.cwd();
  }

  absolute(path: PathLike): string {
    const text = path instanceof URL ? fileURLToPath(path) : path.toString();
    return posix.resolve(this.#cwd(), text);
  }

  exists(path: PathLike): boolean {
    const absolute = this.absolute(path);
    return this.#isCode(absolute) || this.#disk.exists(inside(absolute)) || absolute === '/';
  }

  stat(path: PathLike, syscall = 'stat'): Stats {
    const absolute = this.absolute(path);
    if (this.#disk.exists(inside(absolute)) || absolute === '/') {
      if (this.#isDirectory(absolute)) return new Stats('directory', 4096);
      return this.#attempt(syscall, absolute, () => {
        const file = this.#disk.open(inside(absolute));
        const size = file.size();
        file.close();
        return new Stats('file', size);
      });
    }
    if (!this.#isCode(absolute)) throw fileError('ENOENT', syscall, absolute);
    return isFile(absolute)
      ? new Stats('file', readBytes(absolute).length)
      : new Stats('directory', 4096);
  }

  open(path: PathLike, flags: string | number = 'r'): number {
    const opened = this.#openFile(this.absolute(path), flagsOf(flags));
    const descriptor = this.#nextDescriptor++;
    this.#open.set(descriptor, opened);
    return descriptor;
  }

  close(descriptor: number): void {
    const opened = this.opened(descriptor, 'close');
    if (opened.is === 'file') opened.file.close();
    this.#open.delete(descriptor);
  }

  opened(descriptor: number, syscall: string): OpenFile {
    const opened = this.#open.get(descriptor);
    if (opened === undefined) throw fileError('EBADF', syscall);
    return opened;
  }

  /** Reads from a place, or from where the file stands; gives the bytes that there are. */
  read(descriptor: number, length: number, position: number | null): Uint8Array {
    const opened = this.opened(descriptor, 'read');
    if (opened.is === 'directory') throw fileError('EISDIR', 'read');
    const at = position ?? opened.position;
    const bytes =
      opened.is === 'code'
        ? opened.bytes.subarray(at, at + length)
        : this.#attempt('read', '', () => opened.file.read(at, length));
    if (position === null) opened.position = at + bytes.length;
    return bytes;
  }

  write(descriptor: number, bytes: Uint8Array, position: number | null): number {
    const opened = this.opened(descriptor, 'write');
    if (opened.is !== 'file') throw fileError('EBADF', 'write');
    const { file, appends } = opened;
    const at = appends ? file.size() : (position ?? opened.position);
    this.#attempt('write', '', () => file.write(at, bytes));
    if (position === null || appends) opened.position = at + bytes.length;
    return bytes.length;
  }

  truncate(descriptor: number, size = 0): void {
    const opened = this.opened(descriptor, 'ftruncate');
    if (opened.is !== 'file') throw fileError('EINVAL', 'ftruncate');
    this.#attempt('ftruncate', '', () => opened.file.truncate(size));
  }

  size(descriptor: number): number {
    const opened = this.opened(descriptor, 'fstat');
    if (opened.is === 'directory') return 4096;
    return opened.is === 'code' ? opened.bytes.length : opened.file.size();
  }

  async sync(descriptor: number): Promise<void> {
    const opened = this.opened(descriptor, 'fsync');
    if (opened.is === 'code') return;
    const done =
      opened.is === 'file' ? opened.file.sync() : this.#disk.syncDirectory(inside(opened.path));
    await done.catch((error: unknown) => {
      throw asFileError(error, 'fsync', '');
    });
  }

  list(path: PathLike): Dirent[] {
    const absolute = this.absolute(path);
    if (!this.exists(absolute)) throw fileError('ENOENT', 'scandir', absolute);
    const names = this.#attempt('scandir', absolute, () => this.#disk.list(inside(absolute)));
    return names.map((name) => {
      const kind = this.#isDirectory(posix.join(absolute, name)) ? 'directory' : 'file';
      return new Dirent(name, absolute, kind);
    });
  }

  makeDirectory(path: PathLike, isRecursive: boolean): string | undefined {
    const absolute = this.absolute(path);
    const parent = dirname(absolute);
    if (this.exists(absolute)) {
      if (isRecursive && this.#isDirectory(absolute)) return undefined;
      throw fileError('EEXIST', 'mkdir', absolute);
    }
    if (!isRecursive && parent !== '/tmp' && !this.exists(parent)) {
      throw fileError('ENOENT', 'mkdir', absolute);
    }
    let first = absolute;
    while (isRecursive && !this.exists(dirname(first))) first = dirname(first);
    this.#attempt('mkdir', absolute, () => this.#disk.makeDirectory(inside(absolute)));
    return isRecursive ? first : undefined;
  }

  rename(from: PathLike, to: PathLike): void {
    const [source, target] = [this.absolute(from), this.absolute(to)];
    this.#attempt('rename', source, () => this.#disk.rename(inside(source), inside(target)));
  }

  unlink(path: PathLike): void {
    const absolute = this.absolute(path);
    if (!this.exists(absolute)) throw fileError('ENOENT', 'unlink', absolute);
    if (this.#isDirectory(absolute)) throw fileError('EISDIR', 'unlink', absolute);
    this.#attempt('unlink', absolute, () => this.#disk.remove(inside(absolute)));
  }

  removeDirectory(path: PathLike): void {
    const absolute = this.absolute(path);
    if (!this.exists(absolute)) throw fileError('ENOENT', 'rmdir', absolute);
    if (!this.#isDirectory(absolute)) throw fileError('ENOTDIR', 'rmdir', absolute);
    if (this.list(absolute).length > 0) throw fileError('ENOTEMPTY', 'rmdir', absolute);
    this.#attempt('rmdir', absolute, () => this.#disk.remove(inside(absolute)));
  }

  remove(path: PathLike, { recursive = false, force = false } = {}): void {
    const absolute = this.absolute(path);
    if (!this.exists(absolute)) {
      if (force) return;
      throw fileError('ENOENT', 'rm', absolute);
    }
    if (this.#isDirectory(absolute) && !recursive) throw fileError('EISDIR', 'rm', absolute);
    this.#attempt('rm', absolute, () => this.#disk.remove(inside(absolute)));
  }

  #openFile(absolute: string, flags: Flags): OpenFile {
    const path = inside(absolute);
    const isThere = this.#disk.exists(path);
    if (isThere && flags.isExclusive) throw fileError('EEXIST', 'open', absolute);
    if (this.#isDirectory(absolute)) {
      if (flags.writes) throw fileError('EISDIR', 'open', absolute);
      return { is: 'directory', path: absolute };
    }
    if (!isThere && this.#isCode(absolute)) {
      if (flags.writes) throw fileError('EACCES', 'open', absolute);
      if (!isFile(absolute)) return { is: 'directory', path: absolute };
      return { is: 'code', bytes: readBytes(absolute), position: 0 };
    }
    return this.#attempt('open', absolute, () => {
      if (flags.creates && dirname(absolute) === '/tmp') this.#disk.makeDirectory('tmp');
      const file = this.#disk.open(path, flags.creates);
      if (flags.truncates) file.truncate(0);
      return { is: 'file', file, appends: flags.appends, position: 0 };
    });
  }

  /** Whether it lies in a package of the process, outside of which the real disk is not read. */
  #isCode(absolute: string): boolean {
    for (const directory of this.#loader.packages) {
      if (absolute.startsWith(`${directory}/`)) return isFile(absolute) || isDirectory(absolute);
    }
    return false;
  }

  #isDirectory(absolute: string): boolean {
    const path = inside(absolute);
    if (path === '') return true;
    if (!this.#disk.exists(path)) return false;
    try {
      this.#disk.list(path);
      return true;
    } catch {
      return false;
    }
  }

  #attempt<T>(syscall: string, path: string, run: () => T): T {
    try {
      return run();
    } catch (error) {
      throw asFileError(error, syscall, path);
    }
  }
}

function asFileError(error: unknown, syscall: string, path: string): unknown {
  return error instanceof DiskError ? fileError(error.code, syscall, path) : error;
}

/** Paths of the host's disk begin at its root. */
const inside = (absolute: string): string => absolute.slice(1);

interface Flags {
  readonly writes: boolean;
  readonly creates: boolean;
  readonly truncates: boolean;
  readonly appends: boolean;
  readonly isExclusive: boolean;
}

const bits = {
  writeOnly: 1,
  readWrite: 2,
  create: 64,
  exclusive: 128,
  truncate: 512,
  append: 1024,
};

function flagsOf(flags: string | number): Flags {
  if (typeof flags === 'number') {
    return {
      writes: (flags & (bits.writeOnly | bits.readWrite)) !== 0,
      creates: (flags & bits.create) !== 0,
      truncates: (flags & bits.truncate) !== 0,
      appends: (flags & bits.append) !== 0,
      isExclusive: (flags & bits.exclusive) !== 0,
    };
  }
  const [first] = flags;
  return {
    writes: first !== 'r' || flags.includes('+'),
    creates: first !== 'r',
    truncates: first === 'w',
    appends: first === 'a',
    isExclusive: flags.includes('x'),
  };
}
