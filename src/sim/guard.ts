/**
 * Keeps simulated code inside its world: while the guard is installed, a call to the ambient clock,
 * timers, chance, network, files, processes or threads throws an EscapeError that names the call
 * site. In an event of a world, whoever calls is simulated code, also from a library. Outside of
 * one a library (or a test runner) has a life of its own, and only the project's code and a
 * scenario's are held; the wings that face the outside (`cli`, `real`, `report`) are always free.
 *
 * What a runtime does not let be replaced stays open: see "What the guard cannot see" in
 * docs/scenarios.md. `--verify` finds what came through.
 */
import { type Door, findDoors, syncNamedImports } from './doors.ts';
import { inSimulation } from './pump.ts';

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

/** `loading`: modules are being loaded, which may read files. */
export type GuardedPhase = 'trial' | 'loading';

type AnyFunction = (...args: unknown[]) => unknown;
type Target = Record<string, unknown>;

const here = pathOf(import.meta.url);
const runtime = /^(node|bun|ext|deno|internal|native):|^\[native/;
const library = /\/node_modules\//;
/**
 * Wings whose task it is to touch the outside, and the files of others that do: the pump, and what
 * reads the code of packages.
 */
const readsPackages = '../foreign/loader/package-files.';
const facingOutside = ['../cli/', '../real/', '../report/', './pump.', readsPackages].map((path) =>
  pathOf(new URL(path, import.meta.url).href),
);

/** The doors of this runtime, found once: later ones might be guards. */
let doors: Door[] | null = null;
let undo: (() => void)[] = [];
const phases: GuardedPhase[] = [];

/** Installs the guard; the function it returns takes it off again. Guards nest. */
export function installGuard(phase: GuardedPhase = 'trial'): () => void {
  phases.push(phase);
  if (phases.length === 1) closeDoors();
  let installed = true;
  return () => {
    if (!installed) return;
    installed = false;
    phases.splice(phases.lastIndexOf(phase), 1);
    if (phases.length === 0) openDoors();
  };
}

function closeDoors(): void {
  doors ??= findDoors();
  for (const { target, key, name, isFiles } of doors) {
    const original = target[key] as AnyFunction;
    undo.push(replace(target, key, guarded(original, target, name, isFiles)));
  }
  undo.push(replace(globalThis as unknown as Target, 'Date', guardedDate(Date)));
  syncNamedImports();
}

function openDoors(): void {
  for (const action of undo.reverse()) action();
  undo = [];
  syncNamedImports();
}

/** `new Date()`, `Date()` and `Date.now()` are forbidden; all else of Date is as it was. */
function guardedDate(original: DateConstructor): DateConstructor {
  const now = guarded(original.now as AnyFunction, original, 'Date.now', false);
  return new Proxy(original, {
    construct(target, args, newTarget) {
      if (args.length === 0) check('new Date()', false);
      return Reflect.construct(target, args, newTarget) as object;
    },
    apply(target) {
      check('Date()', false);
      return target();
    },
    get: (target, key, receiver) => (key === 'now' ? now : Reflect.get(target, key, receiver)),
  });
}

/** The function or class with a check before it; its own functions, such as `hrtime.bigint`, too. */
function guarded(
  original: AnyFunction,
  self: unknown,
  name: string,
  isFiles: boolean,
): AnyFunction {
  const proxy: AnyFunction = new Proxy(original, {
    apply(target, thisArgument, args) {
      check(name, isFiles);
      return Reflect.apply(target, thisArgument ?? self, args) as unknown;
    },
    construct(target, args, newTarget) {
      check(`new ${name}()`, isFiles);
      return Reflect.construct(target, args, newTarget === proxy ? target : newTarget) as object;
    },
    get(target, key) {
      const value = Reflect.get(target, key) as unknown;
      const descriptor = Reflect.getOwnPropertyDescriptor(target, key);
      if (typeof value !== 'function' || descriptor?.configurable !== true) return value;
      if (key === 'prototype' || key === 'constructor') return value;
      return guarded(value as AnyFunction, target, `${name}.${String(key)}`, isFiles);
    },
  });
  return proxy;
}

/** A function that somebody kept from a guarded time checks nothing once the guard is gone. */
function check(call: string, isFiles: boolean): void {
  const phase = phases.at(-1);
  if (phase === undefined) return;
  const simulating = inSimulation();
  if (isFiles && phase === 'loading' && !simulating) return;
  const site = nearestCaller();
  if (site === null || runtime.test(site)) return;
  if (!simulating && library.test(site)) return;
  if (facingOutside.some((wing) => site.startsWith(wing))) return;
  throw new EscapeError(call, site);
}

/** Where the nearest caller outside this file is. */
function nearestCaller(): string | null {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 12;
  const stack = new Error('where').stack ?? '';
  Error.stackTraceLimit = limit;
  for (const line of stack.split('\n')) {
    const found = /(?:\(|@|at )(?:async )?([^()@]*:\d+:\d+)\)?$/.exec(line.trim())?.[1];
    if (found === undefined) continue;
    const site = pathOf(found);
    if (!site.includes(here)) return site;
  }
  return null;
}

function pathOf(url: string): string {
  return url.replace(/^file:\/\//, '');
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
