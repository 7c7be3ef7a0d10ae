/**
 * The functions of node:fs in their synchronous form, by name. The forms that call back and those
 * that promise are made of them, see fs.ts.
 */
import { posix } from 'node:path';
import type { ModuleContext } from '../context.ts';
import { type Files, fileError, type PathLike } from './files.ts';
import { Stats } from './stats.ts';

export type Operation = (...values: never[]) => unknown;
type Target = PathLike | number;
type Data = string | Uint8Array;
interface ReadOptions {
  readonly encoding?: BufferEncoding | null;
  readonly flag?: string;
}
type Encoding = BufferEncoding | ReadOptions | null | undefined;
interface ListOptions extends ReadOptions {
  readonly withFileTypes?: boolean;
  readonly recursive?: boolean;
}

const wholeFile = 2 ** 40;

export function operations(files: Files, { chance }: ModuleContext): Record<string, Operation> {
  const onDescriptor = <T>(target: Target, flag: string, run: (descriptor: number) => T): T => {
    if (typeof target === 'number') return run(target);
    const descriptor = files.open(target, flag);
    try {
      return run(descriptor);
    } finally {
      files.close(descriptor);
    }
  };
  const readFile = (target: Target, options?: Encoding): Buffer | string =>
    onDescriptor(target, flagIn(options) ?? 'r', (descriptor) =>
      encoded(files.read(descriptor, wholeFile, null), options),
    );
  const put = (flag: string) => (target: Target, data: Data, options?: Encoding) =>
    onDescriptor(target, flagIn(options) ?? flag, (descriptor) => {
      if (flag === 'w' && typeof target === 'number') files.truncate(descriptor);
      files.write(descriptor, bytesOf(data, encodingIn(options)), null);
    });
  const list = (path: PathLike, options?: Encoding | ListOptions): unknown[] => {
    const { withFileTypes = false, recursive = false } = (options ?? {}) as ListOptions;
    const found = files.list(path).flatMap((entry) => {
      if (!recursive || !entry.isDirectory()) return [entry];
      const inside = posix.join(entry.parentPath, entry.name);
      return [entry, ...(list(inside, { withFileTypes: true, recursive }) as (typeof entry)[])];
    });
    const base = files.absolute(path);
    if (withFileTypes) return found;
    return found.map(({ name, parentPath }) => posix.relative(base, posix.join(parentPath, name)));
  };
  const statOr = (syscall: string) => (path: PathLike, options?: { throwIfNoEntry?: boolean }) =>
    options?.throwIfNoEntry === false && !files.exists(path)
      ? undefined
      : files.stat(path, syscall);
  return {
    ...onDescriptors(files),
    readFile,
    writeFile: put('w'),
    appendFile: put('a'),
    readdir: list,
    stat: statOr('stat'),
    lstat: statOr('lstat'),
    open: (path: PathLike, flags?: string | number) => files.open(path, flags),
    mkdir: (path: PathLike, options?: { recursive?: boolean } | number) =>
      files.makeDirectory(path, typeof options === 'object' && options?.recursive === true),
    mkdtemp: (prefix: string) => {
      const path = prefix + chance.uuid().slice(0, 6);
      files.makeDirectory(path, false);
      return path;
    },
    rename: (from: PathLike, to: PathLike) => files.rename(from, to),
    unlink: (path: PathLike) => files.unlink(path),
    rmdir: (path: PathLike, options?: { recursive?: boolean }) =>
      options?.recursive === true ? files.remove(path, options) : files.removeDirectory(path),
    rm: (path: PathLike, options?: object) => files.remove(path, options),
    truncate: (path: PathLike, size = 0) =>
      onDescriptor(path, 'r+', (descriptor) => files.truncate(descriptor, size)),
    copyFile: (from: PathLike, to: PathLike) => put('w')(to, readFile(from) as Buffer),
    access: (path: PathLike) => {
      if (!files.exists(path)) throw fileError('ENOENT', 'access', files.absolute(path));
    },
    realpath: (path: PathLike) => {
      files.stat(path, 'realpath');
      return files.absolute(path);
    },
    chmod: (path: PathLike) => void files.stat(path, 'chmod'),
    chown: (path: PathLike) => void files.stat(path, 'chown'),
    utimes: (path: PathLike) => void files.stat(path, 'utime'),
  };
}

function onDescriptors(files: Files): Record<string, Operation> {
  return {
    close: (descriptor: number) => files.close(descriptor),
    fstat: (descriptor: number) =>
      new Stats(
        files.opened(descriptor, 'fstat').is === 'directory' ? 'directory' : 'file',
        files.size(descriptor),
      ),
    ftruncate: (descriptor: number, size?: number) => files.truncate(descriptor, size),
    fchmod() {},
    futimes() {},
    read: (descriptor: number, target: Uint8Array, ...values: unknown[]) =>
      readInto(files, descriptor, target, values),
    write: (descriptor: number, data: Data, ...values: unknown[]) =>
      writeFrom(files, descriptor, data, values),
    readv: (descriptor: number, targets: readonly Uint8Array[], position: number | null = null) => {
      let total = 0;
      for (const target of targets) {
        const at = position === null ? null : position + total;
        total += readInto(files, descriptor, target, [0, target.length, at]);
      }
      return total;
    },
    writev: (descriptor: number, parts: readonly Uint8Array[], position: number | null = null) =>
      files.write(descriptor, Buffer.concat(parts), position),
  };
}

/** `(offset?, length?, position?)` or `({ offset, length, position })`. */
function readInto(
  files: Files,
  descriptor: number,
  target: Uint8Array,
  values: readonly unknown[],
): number {
  const [first, given, place] = values;
  const options = (typeof first === 'object' && first !== null ? first : {}) as RangeOptions;
  const offset = options.offset ?? (typeof first === 'number' ? first : 0);
  const length = options.length ?? (given as number | undefined) ?? target.length - offset;
  const position = options.position ?? (place as number | null | undefined) ?? null;
  const bytes = files.read(descriptor, length, position === null ? null : Number(position));
  target.set(bytes, offset);
  return bytes.length;
}

interface RangeOptions {
  readonly offset?: number;
  readonly length?: number;
  readonly position?: number | bigint | null;
}

/** `(bytes, offset?, length?, position?)` or `(text, position?, encoding?)`. */
function writeFrom(
  files: Files,
  descriptor: number,
  data: Data,
  values: readonly unknown[],
): number {
  const [first, second, third] = values;
  if (typeof data === 'string') {
    const bytes = Buffer.from(data, (second as BufferEncoding | undefined) ?? 'utf8');
    return files.write(descriptor, bytes, (first as number | null | undefined) ?? null);
  }
  const options = (typeof first === 'object' && first !== null ? first : {}) as RangeOptions;
  const offset = options.offset ?? (typeof first === 'number' ? first : 0);
  const length = options.length ?? (second as number | undefined) ?? data.byteLength - offset;
  const bytes = new Uint8Array(data.buffer, data.byteOffset + offset, length);
  const position = options.position ?? (third as number | null | undefined) ?? null;
  return files.write(descriptor, bytes, position === null ? null : Number(position));
}

const encodingIn = (options: Encoding): BufferEncoding | null | undefined =>
  typeof options === 'string' ? options : options?.encoding;
const flagIn = (options: Encoding): string | undefined =>
  typeof options === 'object' && options !== null ? options.flag : undefined;

function encoded(bytes: Uint8Array, options: Encoding): Buffer | string {
  const copy = Buffer.from(bytes);
  const encoding = encodingIn(options);
  return encoding === undefined || encoding === null || (encoding as string) === 'buffer'
    ? copy
    : copy.toString(encoding);
}

function bytesOf(data: Data, encoding: BufferEncoding | null | undefined): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data, encoding ?? 'utf8');
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
