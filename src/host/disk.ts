/**
 * A machine's disk as an operating system shows it. Reads and writes go through the page cache and
 * are synchronous, as they are for a broker's request threads: on a slow or stalled disk the call
 * blocks the process, whose clock has then moved on when it returns. What must survive a power loss
 * is made durable by `sync` (a file's bytes and length) and `syncDirectory` (creates, renames and
 * removes in it). A crash of the process alone loses nothing that was written.
 *
 * Paths use `/`, are relative to the disk's root and contain no `.` or `..`. Every call may throw a
 * DiskError, a value that callers are expected to handle.
 */
export interface Disk {
  /**
   * Opens a file for reading and writing. Creates it, empty, where `create` is set and it is
   * missing.
   */
  open(path: string, create?: boolean): DiskFile;
  exists(path: string): boolean;
  /** Makes a directory and its missing parents; no error where it exists. */
  makeDirectory(path: string): void;
  /** Names in a directory, sorted by code unit, without their path; empty where it is missing. */
  list(path: string): string[];
  /**
   * Atomically replaces `to`, also in another directory: even after a power loss there is one of the
   * names, never both, and never neither where the file was durable. Works for files and
   * directories; a directory takes the place of an empty one only.
   */
  rename(from: string, to: string): void;
  /** Removes a file, or a directory with all in it; no error where it is missing. */
  remove(path: string): void;
  /**
   * Makes the directory's entries durable: all creates, renames and removes in it before the call.
   * Rejects with ENOENT or ENOTDIR where there is no directory.
   */
  syncDirectory(path: string): Promise<void>;
}

export interface DiskFile {
  readonly path: string;
  /** Length in bytes, as last written. */
  size(): number;
  /**
   * Bytes [position, position + length); fewer at the end of the file. The caller may keep but not
   * change the result; it stays as it is whatever is written later.
   */
  read(position: number, length: number): Uint8Array;
  /**
   * Writes all of `bytes` at `position`; a gap before it reads as zeros. The caller may reuse
   * `bytes`.
   */
  write(position: number, bytes: Uint8Array): void;
  /** Cuts or extends (with zeros) to `size` bytes. */
  truncate(size: number): void;
  /** Resolves once all written before the call is durable; rejects with a DiskError, see below. */
  sync(): Promise<void>;
  /** Releases the handle; idempotent. Unsynced bytes stay in the page cache. */
  close(): void;
}

export const diskErrorCodes = [
  'ENOSPC',
  'EIO',
  'ENOENT',
  'EISDIR',
  'ENOTDIR',
  'ENOTEMPTY',
  'EINVAL',
  'EBADF',
] as const;

export type DiskErrorCode = (typeof diskErrorCodes)[number];

/**
 * `ENOSPC`: the disk is full, nothing of this write was made. `EIO`: the device failed; after a
 * failed `sync` the dirty pages are gone and reported clean, so a process must not trust the file
 * any more.
 */
export class DiskError extends Error {
  override readonly name = 'DiskError';
  readonly code: DiskErrorCode;
  readonly path: string;

  constructor(code: DiskErrorCode, path: string, doing: string) {
    super(`${code}: cannot ${doing} ${path}`);
    this.code = code;
    this.path = path;
  }
}
