/**
 * The doors from simulated code to the ambient world, as data: which of them are there on this
 * runtime, and what each is called. Left out is what computes only (hashes, paths, streams), and
 * the microtasks of promises, which the kernel waits for.
 */
export interface Door {
  /** Where the function is found, and under what name. */
  readonly target: Record<string, unknown>;
  readonly key: string;
  readonly name: string;
  /** Files are also read by modules while they are loaded. */
  readonly isFiles: boolean;
}

type Target = Record<string, unknown>;

const globalFunctions = [
  // What a microtask of its own throws no promise holds: the process would end.
  'queueMicrotask',
  ...['setTimeout', 'setInterval', 'setImmediate', 'fetch', 'WebSocket', 'EventSource'],
  ...['XMLHttpRequest', 'Worker', 'MessageChannel', 'BroadcastChannel', 'prompt'],
  // When memory is collected is the engine's affair.
  ...['WeakRef', 'FinalizationRegistry'],
];

const ofProcess = [
  ...['exit', 'reallyExit', 'abort', 'kill', 'hrtime', 'nextTick', 'uptime', 'cpuUsage', 'cwd'],
  ...['memoryUsage', 'resourceUsage', 'availableMemory', 'constrainedMemory', 'chdir', 'dlopen'],
  ...['getActiveResourcesInfo', 'setUncaughtExceptionCaptureCallback'],
];

/** What depends on where the machine stands and on the engine's tables. */
const ofDates = [
  ...['getTimezoneOffset', 'getFullYear', 'getMonth', 'getDate', 'getDay', 'getHours'],
  ...['getMinutes', 'toString', 'toDateString', 'toTimeString', 'toLocaleString'],
  ...['toLocaleDateString', 'toLocaleTimeString'],
];

const fileModules = ['fs', 'fs/promises'];
/** Modules of the runtime that reach out by each of their functions. */
const outwardModules = [
  ...['net', 'tls', 'dgram', 'dns', 'dns/promises', 'http', 'https', 'http2', 'child_process'],
  ...['worker_threads', 'os', 'timers', 'timers/promises', 'perf_hooks'],
  // Gives other bytes on each runtime, and works off the thread.
  'zlib',
];
/** Of node:crypto what draws chance, or works off the thread. Hashes and signatures compute. */
const ofCrypto = /^(random|generate|getRandomValues|pbkdf2$|scrypt$|hkdf$|checkPrime$|prng|rng)/;
/** Of Deno and Bun what computes only. */
const harmless = new Set(['inspect', 'hash', 'deepEquals', 'escapeHTML', 'stringWidth', 'version']);

/** All doors there are on this runtime. */
export function findDoors(): Door[] {
  const world = globalThis as unknown as Target;
  const doors: Door[] = [];
  const add = (target: unknown, keys: readonly string[], prefix: string, isFiles = false): void => {
    for (const key of keys) {
      if (functionAt(target, key)) {
        doors.push({ target: target as Target, key, name: prefix + key, isFiles });
      }
    }
  };
  add(world, globalFunctions, '');
  add(Math, ['random'], 'Math.');
  add(Atomics, ['wait', 'waitAsync'], 'Atomics.');
  add(Date.prototype, ofDates, 'Date.prototype.');
  add(String.prototype, ['localeCompare'], 'String.prototype.');
  add(world.performance, functionsOf(world.performance), 'performance.');
  add(world.process, ofProcess, 'process.');
  const crypto = world.crypto as Target | undefined;
  add(crypto, ['randomUUID', 'getRandomValues'], 'crypto.');
  add(crypto?.subtle, functionsOf(crypto?.subtle), 'crypto.subtle.');
  for (const runtime of ['Deno', 'Bun']) {
    const functions = Object.keys((world[runtime] as object | undefined) ?? {});
    add(
      world[runtime],
      functions.filter((key) => !harmless.has(key)),
      `${runtime}.`,
    );
  }
  for (const [name, module] of runtimeModules([...fileModules, ...outwardModules])) {
    const isFiles = fileModules.includes(name);
    add(module, Object.keys(module), `node:${name}.`, isFiles);
  }
  for (const [, module] of runtimeModules(['crypto'])) {
    add(
      module,
      Object.keys(module).filter((key) => ofCrypto.test(key)),
      'node:crypto.',
    );
  }
  return doors;
}

/** Named imports of the runtime's modules are as the modules are from now on; on Node alone. */
export function syncNamedImports(): void {
  for (const [, module] of runtimeModules(['module'])) {
    (module.syncBuiltinESMExports as (() => void) | undefined)?.();
  }
}

function runtimeModules(names: readonly string[]): [string, Target][] {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } };
  return names.flatMap((name): [string, Target][] => {
    const module = process?.getBuiltinModule?.(`node:${name}`) as Target | undefined;
    return module === undefined ? [] : [[name, module]];
  });
}

/** Whether a function stands there. But for globals, getters are not touched, since some warn. */
function functionAt(target: unknown, key: string): boolean {
  if (target === globalThis) return typeof (target as unknown as Target)[key] === 'function';
  for (let at: unknown = target; at !== null && at !== undefined; at = Object.getPrototypeOf(at)) {
    const descriptor = Object.getOwnPropertyDescriptor(at, key);
    if (descriptor !== undefined) return typeof descriptor.value === 'function';
  }
  return false;
}

/** The names of an object's functions, also of inherited ones. */
function functionsOf(target: unknown): string[] {
  const names = new Set<string>();
  for (
    let at: unknown = target;
    at !== null && at !== undefined && at !== Object.prototype && at !== EventTarget.prototype;
    at = Object.getPrototypeOf(at)
  ) {
    for (const key of Object.getOwnPropertyNames(at)) {
      if (key !== 'constructor' && functionAt(target, key)) names.add(key);
    }
  }
  return [...names];
}
