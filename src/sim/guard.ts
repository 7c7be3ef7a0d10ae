/**
 * Keeps simulated code inside its world: while the guard is installed, a call to the ambient clock,
 * timers, random numbers or network throws an EscapeError that names the call site. Calls whose
 * nearest caller lies in node_modules or in the runtime itself pass: test runners and libraries
 * have lives of their own. What a runtime does not let be replaced stays as it is.
 */
export class EscapeError extends Error {
  override readonly name = 'EscapeError';
  /** What was called, and `file:line:column` of the call. */
  readonly call: string;
  readonly site: string;

  constructor(call: string, site: string) {
    super(`simulated code escaped to the ambient world: ${call} at ${site}`);
    this.call = call;
    this.site = site;
  }
}

type AnyFunction = (...args: unknown[]) => unknown;
type Target = Record<string, unknown>;

const here = import.meta.url.replace(/^file:\/\//, '');
const outsiders = /\/node_modules\/|^(node|bun|ext|deno|internal):/;

/** Installs the guard; the function it returns takes it off again. Guards nest. */
export function installGuard(): () => void {
  const undo: (() => void)[] = [];
  const world = globalThis as unknown as Target;
  const forbid = (target: unknown, key: string, name: string): void => {
    const original = (target as Target | undefined)?.[key];
    if (typeof original !== 'function') return;
    undo.push(replace(target as Target, key, guarded(original as AnyFunction, target, name)));
  };
  for (const name of ['setTimeout', 'setInterval', 'setImmediate', 'fetch']) {
    forbid(world, name, name);
  }
  forbid(Math, 'random', 'Math.random');
  forbid(world.performance, 'now', 'performance.now');
  forbid(world.process, 'hrtime', 'process.hrtime');
  forbid(world.crypto, 'randomUUID', 'crypto.randomUUID');
  forbid(world.crypto, 'getRandomValues', 'crypto.getRandomValues');
  undo.push(replace(world, 'Date', guardedDate(Date)));
  return () => {
    for (const action of undo.reverse()) action();
    undo.length = 0;
  };
}

/** `new Date()`, `Date()` and `Date.now()` are forbidden; all else of Date is as it was. */
function guardedDate(original: DateConstructor): DateConstructor {
  const now = guarded(original.now as AnyFunction, original, 'Date.now');
  return new Proxy(original, {
    construct(target, args, newTarget) {
      if (args.length === 0) check('new Date()');
      return Reflect.construct(target, args, newTarget) as object;
    },
    apply(target) {
      check('Date()');
      return target();
    },
    get: (target, key, receiver) => (key === 'now' ? now : Reflect.get(target, key, receiver)),
  });
}

/**
 * The function with a check before it; its own properties, such as `hrtime.bigint`, are checked
 * too.
 */
function guarded(original: AnyFunction, self: unknown, name: string): AnyFunction {
  const wrapper = function (this: unknown, ...args: unknown[]): unknown {
    check(name);
    return Reflect.apply(original, this === undefined ? self : this, args);
  };
  for (const key of Reflect.ownKeys(original)) {
    const value = (original as unknown as Record<PropertyKey, unknown>)[key];
    const descriptor = Reflect.getOwnPropertyDescriptor(original, key);
    if (descriptor === undefined || key === 'prototype') continue;
    if (typeof value === 'function' && typeof key === 'string') {
      const inner = guarded(value as AnyFunction, original, `${name}.${key}`);
      Reflect.defineProperty(wrapper, key, { value: inner, configurable: true, writable: true });
    } else {
      Reflect.defineProperty(wrapper, key, { ...descriptor, configurable: true });
    }
  }
  return wrapper;
}

function check(call: string): void {
  const site = nearestCaller();
  if (site !== null) throw new EscapeError(call, site);
}

/** Where the nearest caller outside this file is; null when that is not the project's own code. */
function nearestCaller(): string | null {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 12;
  const stack = new Error('where').stack ?? '';
  Error.stackTraceLimit = limit;
  for (const line of stack.split('\n')) {
    const found = /(?:\(|@|at )(?:async )?([^()@]*:\d+:\d+)\)?$/.exec(line.trim())?.[1];
    const site = found?.replace(/^file:\/\//, '');
    if (site === undefined || site.includes(here)) continue;
    return outsiders.test(site) ? null : site;
  }
  return null;
}

/** Sets a property in whatever way the runtime allows; returns how to set it back. */
function replace(target: Target, key: string, value: unknown): () => void {
  const before = Reflect.getOwnPropertyDescriptor(target, key);
  const descriptor = {
    value,
    configurable: true,
    writable: true,
    enumerable: before?.enumerable ?? false,
  };
  if (!Reflect.defineProperty(target, key, descriptor)) {
    const original = target[key];
    if (!Reflect.set(target, key, value)) return () => {};
    return () => void Reflect.set(target, key, original);
  }
  return () => {
    if (before === undefined) Reflect.deleteProperty(target, key);
    else Reflect.defineProperty(target, key, before);
  };
}
