/** What node:fs tells of a file. Times and owners are not kept: all files are root's, of 1970. */
type Kind = 'file' | 'directory';

const fileMode = 0o100_644;
const directoryMode = 0o040_755;

export class Stats {
  readonly #kind: Kind;
  readonly size: number;
  readonly mode: number;
  readonly blksize = 4096;
  readonly blocks: number;
  readonly [time: string]: unknown;

  constructor(kind: Kind, size: number) {
    this.#kind = kind;
    this.size = size;
    this.mode = kind === 'file' ? fileMode : directoryMode;
    this.blocks = Math.ceil(size / 512);
    const own = this as Record<string, unknown>;
    for (const name of ['dev', 'ino', 'nlink', 'uid', 'gid', 'rdev']) own[name] = 0;
    for (const name of ['atime', 'mtime', 'ctime', 'birthtime']) {
      own[`${name}Ms`] = 0;
      own[name] = new Date(0);
    }
  }

  isFile(): boolean {
    return this.#kind === 'file';
  }

  isDirectory(): boolean {
    return this.#kind === 'directory';
  }

  isSymbolicLink(): boolean {
    return false;
  }

  isFIFO(): boolean {
    return false;
  }

  isSocket(): boolean {
    return false;
  }

  isBlockDevice(): boolean {
    return false;
  }

  isCharacterDevice(): boolean {
    return false;
  }
}

export class Dirent {
  readonly name: string;
  readonly parentPath: string;
  readonly path: string;
  readonly #kind: Kind;

  constructor(name: string, parentPath: string, kind: Kind) {
    this.name = name;
    this.parentPath = parentPath;
    this.path = parentPath;
    this.#kind = kind;
  }

  isFile(): boolean {
    return this.#kind === 'file';
  }

  isDirectory(): boolean {
    return this.#kind === 'directory';
  }

  isSymbolicLink(): boolean {
    return false;
  }
}
