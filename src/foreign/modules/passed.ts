/** Modules of the runtime that compute only, each as a copy for its process. */
import type { Realm } from '../process/realm.ts';
import { codedError, type MakeModule, type ModuleContext } from './context.ts';
import { copyOf, runtimeModule } from './runtime.ts';

type Callback = (error: unknown, value?: unknown) => void;
type AnyFunction = (...values: unknown[]) => unknown;

export const pass =
  (name: string): MakeModule =>
  () =>
    copyOf(name);

/** Modules that are functions are handed through as they are. */
export const passFunction =
  (name: string): MakeModule =>
  () =>
    runtimeModule(name);

/** Paths are those of Linux, and relative to the directory of the simulated process. */
export const makePath: MakeModule = ({ process }) => {
  const posix = copyOf('path/posix') as Record<string, AnyFunction>;
  const { resolve, relative } = posix as { resolve: AnyFunction; relative: AnyFunction };
  const absolute = (...parts: unknown[]): unknown => resolve(process.cwd(), ...parts);
  const path: Record<string, unknown> = {
    ...posix,
    resolve: absolute,
    relative: (from: unknown, to: unknown) => relative(absolute(from), absolute(to)),
    win32: runtimeModule('path/win32'),
  };
  path.posix = path;
  return path;
};

export const makeUtil: MakeModule = (context) => {
  const { realm, process } = context;
  const util = copyOf('util');
  const parseArgs = util.parseArgs as AnyFunction;
  return Object.assign(util, {
    callbackify: callbackify(realm),
    debuglog: (section: string) => debugLog(context, section),
    debug: (section: string) => debugLog(context, section),
    deprecate: (run: unknown) => run,
    inherits: util.inherits,
    parseArgs: (options: object = {}) =>
      parseArgs({ args: (process as unknown as { argv: string[] }).argv.slice(2), ...options }),
    aborted: (signal: AbortSignal) =>
      new Promise<void>((resolve) => {
        if (signal.aborted) resolve();
        else signal.addEventListener('abort', () => resolve(), { once: true });
      }),
  });
};

/** A function that promises, as one that calls back in a tick of its own. */
function callbackify(realm: Realm) {
  return (run: (...values: unknown[]) => Promise<unknown>) =>
    function (this: unknown, ...values: unknown[]): void {
      const callback = values.pop() as Callback;
      run.apply(this, values).then(
        (value) => realm.nextTick(() => callback(null, value)),
        (error: unknown) =>
          realm.nextTick(() =>
            callback(
              error ??
                codedError('ERR_FALSY_VALUE_REJECTION', 'Promise was rejected with a falsy value'),
            ),
          ),
      );
    };
}

function debugLog({ process, globals }: ModuleContext, section: string): unknown {
  const enabled = new RegExp(`(^|,)${section}(,|$)`, 'i').test(process.env.NODE_DEBUG ?? '');
  const { error } = globals.console as { error: AnyFunction };
  const log = enabled
    ? (...values: unknown[]) => void error(`${section.toUpperCase()}:`, ...values)
    : () => {};
  return Object.assign(log, { enabled });
}

/** Of node:v8 what turns values into bytes and back. */
export const makeV8: MakeModule = () => {
  const { serialize, deserialize } = runtimeModule('v8') ?? {};
  const statistics = {
    total_heap_size: 1 << 26,
    used_heap_size: 1 << 25,
    heap_size_limit: 1 << 30,
  };
  return {
    serialize,
    deserialize,
    getHeapStatistics: () => statistics,
    setFlagsFromString() {},
    startupSnapshot: { isBuildingSnapshot: () => false },
  };
};
