/**
 * node:fs and node:fs/promises. A call takes effect when it is made, as in the page cache, and is
 * told in a later event, with each operation in its three forms.
 */
import type { MakeModule, ModuleContext } from '../context.ts';
import { refusedCall } from '../refusals.ts';
import { type FileHandle, fileHandleClass } from './file-handle.ts';
import { Files, type PathLike } from './files.ts';
import { operations } from './operations.ts';
import { Dirent, Stats } from './stats.ts';
import { fileStreams } from './streams.ts';

type Call = (...values: unknown[]) => unknown;
type Callback = (error: unknown, ...values: unknown[]) => void;

const refused = [
  'link',
  'symlink',
  'readlink',
  'watch',
  'watchFile',
  'unwatchFile',
  'opendir',
  'cp',
];
const constants = {
  ...{ F_OK: 0, R_OK: 4, W_OK: 2, X_OK: 1, COPYFILE_EXCL: 1, COPYFILE_FICLONE: 2 },
  ...{
    O_RDONLY: 0,
    O_WRONLY: 1,
    O_RDWR: 2,
    O_CREAT: 64,
    O_EXCL: 128,
    O_TRUNC: 512,
    O_APPEND: 1024,
  },
  ...{ S_IFMT: 61_440, S_IFREG: 32_768, S_IFDIR: 16_384, S_IFLNK: 40_960 },
};

/** Both modules share open files, so both are made at once. */
const made = new WeakMap<object, { fs: object; promises: object }>();

export const makeFs: MakeModule = (context) => both(context).fs;
export const makeFsPromises: MakeModule = (context) => both(context).promises;

function both(context: ModuleContext): { fs: object; promises: object } {
  const known = made.get(context);
  if (known !== undefined) return known;
  const files = new Files(context);
  const all = operations(files, context) as Record<string, Call>;
  const promises = promising(context, files, all);
  const fs = { ...calling(context, files, all), ...fileStreams(context, all), promises };
  made.set(context, { fs, promises });
  return { fs, promises };
}

/** The forms that block and those that call back. */
function calling(context: ModuleContext, files: Files, all: Record<string, Call>) {
  const { realm } = context;
  const members: Record<string, unknown> = { constants, ...constants, Stats, Dirent };
  const told = (run: () => unknown, tell: (callback: Callback, value: unknown) => void) => {
    return (callback: Callback): void => {
      try {
        const value = run();
        realm.later(() => tell(callback, value));
      } catch (error) {
        realm.later(() => callback(error));
      }
    };
  };
  for (const [name, run] of Object.entries(all)) {
    members[`${name}Sync`] = run;
    members[name] = (...values: unknown[]) => {
      const callback = callbackIn(values);
      const buffer = values[1];
      const tell = /^(read|write)v?$/.test(name)
        ? (call: Callback, count: unknown) => call(null, count, buffer)
        : (call: Callback, value: unknown) => call(null, value);
      told(() => run(...values), tell)(callback);
    };
  }
  for (const name of ['fsync', 'fdatasync']) {
    members[name] = (descriptor: number, callback: Callback) => {
      realm.retain();
      const end = (error: unknown): void =>
        realm.nextTick(() => {
          realm.release();
          callback(error);
        });
      files.sync(descriptor).then(() => end(null), end);
    };
    members[`${name}Sync`] = refusedCall('fs', `${name}Sync`);
  }
  members.existsSync = (path: PathLike) => files.exists(path);
  members.exists = (path: PathLike, callback: (isThere: boolean) => void) => {
    const isThere = files.exists(path);
    realm.later(() => callback(isThere));
  };
  const realpath = members.realpath as Record<string, unknown>;
  realpath.native = realpath;
  (members.realpathSync as unknown as Record<string, unknown>).native = members.realpathSync;
  for (const name of refused) {
    members[name] = refusedCall('fs', name);
    members[`${name}Sync`] = refusedCall('fs', `${name}Sync`);
  }
  return members;
}

function callbackIn(values: unknown[]): Callback {
  const callback = values.pop();
  if (typeof callback === 'function') return callback as Callback;
  throw Object.assign(new TypeError('The "cb" argument must be of type function'), {
    code: 'ERR_INVALID_ARG_TYPE',
  });
}

function promising(context: ModuleContext, files: Files, all: Record<string, Call>): object {
  const { realm } = context;
  const FileHandleOf = fileHandleClass(context, files, all);
  const members: Record<string, unknown> = { constants };
  for (const [name, run] of Object.entries(all)) {
    if (name.startsWith('f') || /^(read|write)v?$|^close$/.test(name)) continue;
    members[name] = async (...values: unknown[]) => {
      const [target, ...rest] = values;
      const given = [descriptorOf(target), ...rest];
      try {
        const value = run(...given);
        await realm.passed();
        return value;
      } catch (error) {
        await realm.passed();
        throw error;
      }
    };
  }
  members.open = async (path: PathLike, flags?: string | number): Promise<FileHandle> => {
    await realm.passed();
    return new FileHandleOf(files.open(path, flags));
  };
  for (const name of refused) members[name] = refusedCall('fs/promises', name);
  return members;
}

/** A file handle stands for its file. */
const descriptorOf = (target: unknown): unknown =>
  typeof target === 'object' && target !== null && 'fd' in target ? target.fd : target;
