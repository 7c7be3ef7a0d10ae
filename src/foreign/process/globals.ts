/**
 * The globals that stand in for the runtime's while foreign code runs: whatever has to do with
 * time, chance, the outside or the engine. All others (Object, Promise, URL, Buffer, …) are the
 * runtime's own. Names that other runtimes than Node have do not exist here.
 */
import { RefusedError } from '../loader/refused.ts';
import { readableStreamClass } from '../modules/web-streams.ts';
import { localeCompare } from './locale.ts';
import type { Realm } from './realm.ts';

export type Globals = Record<string, unknown>;

export interface GlobalParts {
  readonly realm: Realm;
  readonly process: unknown;
  readonly timers: Globals;
  readonly date: DateConstructor;
  readonly math: Math;
  readonly performance: unknown;
  readonly console: unknown;
  /** Made when they are first used, since they take time to load. */
  readonly lazy: Readonly<Record<string, () => unknown>>;
}

/** What Node of the simulated machine does not know, though the runtime may. */
const absent = [
  ...['Deno', 'Bun', 'window', 'self', 'document', 'navigator', 'Navigator', 'location', 'prompt'],
  ...['alert', 'confirm', 'Worker', 'WebSocket', 'EventSource', 'XMLHttpRequest', 'localStorage'],
  ...['sessionStorage', 'caches', 'indexedDB', 'gc', 'require', 'module', 'exports'],
];

export function makeGlobals(parts: GlobalParts): Globals {
  const { realm } = parts;
  const globals: Globals = {};
  for (const name of absent) globals[name] = undefined;
  Object.assign(globals, parts.timers, {
    process: parts.process,
    Date: parts.date,
    Math: parts.math,
    performance: parts.performance,
    console: parts.console,
    queueMicrotask: microtasks(realm),
    __localeCompare: localeCompare,
    AbortSignal: abortSignal(parts.timers),
    ReadableStream: readableStreamClass(),
    WeakRef: StrongRef,
    FinalizationRegistry: NoFinalization,
    MessageChannel: refusedClass('MessageChannel'),
    BroadcastChannel: refusedClass('BroadcastChannel'),
    WebAssembly: webAssembly(),
  });
  for (const [name, make] of Object.entries(parts.lazy)) defineLazily(globals, name, make);
  const world = globalObject(globals);
  globals.globalThis = world;
  globals.global = world;
  return globals;
}

export function defineLazily(target: object, name: string, make: () => unknown): void {
  const define = (value: unknown): void =>
    void Object.defineProperty(target, name, {
      value,
      writable: true,
      enumerable: true,
      configurable: true,
    });
  Object.defineProperty(target, name, {
    get() {
      const value = make();
      define(value);
      return value;
    },
    set: define,
    enumerable: true,
    configurable: true,
  });
}

/** `globalThis`: the runtime's names with ours before them; what is put there stays with us. */
function globalObject(globals: Globals): object {
  const world = Object.create(null) as object;
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    if (name in globals) continue;
    const get = (): unknown => (globalThis as unknown as Globals)[name];
    const define = (value: unknown): void =>
      void Object.defineProperty(world, name, { value, writable: true, configurable: true });
    Object.defineProperty(world, name, { get, set: define, configurable: true });
  }
  for (const name of Object.keys(globals)) {
    if (absent.includes(name) || name.startsWith('__')) continue;
    const get = (): unknown => globals[name];
    const set = (value: unknown): void => {
      globals[name] = value;
    };
    Object.defineProperty(world, name, { get, set, enumerable: true, configurable: true });
  }
  for (const name of ['globalThis', 'global']) {
    Object.defineProperty(world, name, { value: world, writable: true, configurable: true });
  }
  Object.defineProperty(world, Symbol.toStringTag, { value: 'global' });
  return world;
}

/** A microtask is a promise job; what it throws is an exception of the process. */
function microtasks(realm: Realm) {
  return (callback: () => void): void => {
    if (typeof callback !== 'function') throw new TypeError('The callback must be a function');
    const bound = realm.bind(callback);
    void Promise.resolve().then(() => {
      try {
        if (!realm.hasEnded) bound();
      } catch (error) {
        realm.uncaught(error, 'uncaughtException');
      }
    });
  };
}

function abortSignal(timers: Globals): unknown {
  type Set = (run: () => void, delayMs: number) => { unref(): void };
  const timeout = (delayMs: number): AbortSignal => {
    const controller = new AbortController();
    const reason = new DOMException('The operation was aborted due to timeout', 'TimeoutError');
    (timers.setTimeout as Set)(() => controller.abort(reason), delayMs).unref();
    return controller.signal;
  };
  return new Proxy(AbortSignal, {
    get: (target, key) => (key === 'timeout' ? timeout : Reflect.get(target, key)),
  });
}

/** Whether memory was collected shows when is the engine's affair; here it never is. */
class StrongRef {
  readonly #target: unknown;

  constructor(target: unknown) {
    this.#target = target;
  }

  deref(): unknown {
    return this.#target;
  }
}

class NoFinalization {
  register(): void {}

  unregister(): boolean {
    return false;
  }
}

function refusedClass(name: string): unknown {
  return class {
    constructor() {
      throw new RefusedError(`new ${name}()`, 'a simulated machine has one thread');
    }
  };
}

interface WasmInterface {
  readonly Module: new (bytes: unknown) => object;
  readonly Instance: new (module: object, imports: unknown) => object;
}

/** Compiling off the thread would end at a time of the engine's choice; here it is done at once. */
function webAssembly(): unknown {
  const real = (globalThis as unknown as { WebAssembly: WasmInterface }).WebAssembly;
  const compile = async (bytes: unknown): Promise<object> => new real.Module(bytes);
  const instantiate = async (from: unknown, imports?: unknown): Promise<object> => {
    if (from instanceof real.Module) return new real.Instance(from, imports);
    const module = new real.Module(from);
    return { module, instance: new real.Instance(module, imports) };
  };
  const own: Globals = { compile, instantiate };
  return new Proxy(real, {
    get: (target, key) => own[key as string] ?? Reflect.get(target, key),
  });
}
