/**
 * The port's disk on a folder of the file system. Calls other than the two syncs are synchronous,
 * as the port says; file handles stay open until closed.
 */
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  fsync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import {
  type Disk,
  DiskError,
  type DiskErrorCode,
  type DiskFile,
  diskErrorCodes,
} from '../host/disk.ts';

export function realDisk(directory: string): Disk {
  mkdirSync(directory, { recursive: true });
  const at = (path: string): string => join(directory, path);
  return {
    open: (path, create = false) => new RealFile(path, at(path), create),
    exists: (path) => existsSync(at(path)),
    makeDirectory: (path) =>
      attempt(path, 'make', () => void mkdirSync(at(path), { recursive: true })),
    list: (path) =>
      existsSync(at(path)) ? attempt(path, 'list', () => readdirSync(at(path)).sort()) : [],
    rename: (from, to) => attempt(from, 'rename', () => renameSync(at(from), at(to))),
    remove: (path) =>
      attempt(path, 'remove', () => rmSync(at(path), { recursive: true, force: true })),
    async syncDirectory(path) {
      const handle = attempt(path, 'open', () => openSync(at(path), directoryOnly));
      await syncHandle(path, handle).finally(() => closeSync(handle));
    },
  };
}

const directoryOnly = constants.O_RDONLY | constants.O_DIRECTORY;

class RealFile implements DiskFile {
  readonly path: string;
  readonly #handle: number;
  #open = true;

  constructor(path: string, fullPath: string, create: boolean) {
    this.path = path;
    const flags = constants.O_RDWR | (create ? constants.O_CREAT : 0);
    this.#handle = attempt(path, 'open', () => openSync(fullPath, flags));
  }

  size(): number {
    return this.#attempt('stat', () => fstatSync(this.#handle).size);
  }

  read(position: number, length: number): Uint8Array {
    return this.#attempt('read', () => {
      const bytes = new Uint8Array(length);
      let filled = 0;
      while (filled < length) {
        const count = readSync(this.#handle, bytes, filled, length - filled, position + filled);
        if (count === 0) break;
        filled += count;
      }
      return filled === length ? bytes : bytes.subarray(0, filled);
    });
  }

  write(position: number, bytes: Uint8Array): void {
    this.#attempt('write', () => {
      for (let done = 0; done < bytes.length; ) {
        done += writeSync(this.#handle, bytes, done, bytes.length - done, position + done);
      }
    });
  }

  truncate(size: number): void {
    this.#attempt('truncate', () => ftruncateSync(this.#handle, size));
  }

  async sync(): Promise<void> {
    if (!this.#open) throw new DiskError('EBADF', this.path, 'sync');
    await syncHandle(this.path, this.#handle);
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    closeSync(this.#handle);
  }

  #attempt<T>(doing: string, action: () => T): T {
    if (!this.#open) throw new DiskError('EBADF', this.path, doing);
    return attempt(this.path, doing, action);
  }
}

function syncHandle(path: string, handle: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fsync(handle, (error) =>
      error === null ? resolve() : reject(asDiskError(error, path, 'sync')),
    );
  });
}

function attempt<T>(path: string, doing: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw asDiskError(error, path, doing);
  }
}

const knownCodes: readonly string[] = diskErrorCodes;

function asDiskError(error: unknown, path: string, doing: string): DiskError {
  const code = (error as NodeJS.ErrnoException).code ?? 'EIO';
  return new DiskError(knownCodes.includes(code) ? (code as DiskErrorCode) : 'EIO', path, doing);
}
