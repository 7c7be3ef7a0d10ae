/** What the modules of the runtime are made of, for one process. */
import type { Host } from '../../host/host.ts';
import type { ModuleLoader } from '../loader/module-loader.ts';
import type { Chance } from '../process/chance.ts';
import type { Globals } from '../process/globals.ts';
import type { ForeignProcess } from '../process/process-object.ts';
import type { Realm } from '../process/realm.ts';
import type { ProcessTimers } from '../process/timers.ts';

export interface ModuleContext {
  readonly realm: Realm;
  readonly host: Host;
  readonly chance: Chance;
  readonly timers: ProcessTimers;
  readonly process: ForeignProcess;
  readonly globals: Globals;
  readonly loader: ModuleLoader;
  /** Another module of the runtime, of this process. */
  readonly module: (name: string) => unknown;
  /** A package that Ordeal brings with it, in an instance of this process. */
  readonly own: (specifier: string) => unknown;
}

export type MakeModule = (context: ModuleContext) => unknown;

/** An error as Node makes them, with its code. */
export function codedError(
  code: string,
  message: string,
  more: object = {},
  Kind: new (message: string) => Error = Error,
): Error & { code: string } {
  return Object.assign(new Kind(message), { code, ...more });
}

/** The numbers that Linux gives to the errors of the simulated machine. */
const numbers: Readonly<Record<string, number>> = {
  ...{ ENOENT: 2, EIO: 5, EBADF: 9, EACCES: 13, EEXIST: 17, ENOTDIR: 20, EISDIR: 21, EINVAL: 22 },
  ...{ ENOSPC: 28, EPIPE: 32, ENOTEMPTY: 39, EADDRINUSE: 98, ECONNRESET: 104, ETIMEDOUT: 110 },
  ...{ ECONNREFUSED: 111, ENOTFOUND: 3008 },
};

/** What a failed system call says: `connect ECONNREFUSED 10.1.2.3:9092`. */
export function systemError(
  syscall: string,
  code: string,
  about: string,
  more: object = {},
): Error & { code: string } {
  const text = about === '' ? '' : ` ${about}`;
  const errno = -(numbers[code] ?? 1);
  return codedError(code, `${syscall} ${code}${text}`, { errno, syscall, ...more });
}
