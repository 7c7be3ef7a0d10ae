/**
 * Modules that a simulated machine does not have. They can be loaded, as many packages do in case
 * they need them; each call is refused.
 */
import { RefusedError } from '../loader/refused.ts';
import type { MakeModule } from './context.ts';
import { functionsOfRefused } from './node-names.ts';
import { runtimeModule } from './runtime.ts';

/** By module: what to do instead. */
export const advice: Readonly<Record<string, string>> = {
  child_process: 'a machine runs one process; start another machine for the other program',
  cluster: 'a machine runs one process; start one machine for each worker',
  worker_threads: 'a machine has one thread; let the package work in its own, or replace it',
  dgram: 'the simulated network carries TCP only',
  http2: 'use HTTP/1.1',
  inspector: 'replay the trial with a trace instead',
  'inspector/promises': 'replay the trial with a trace instead',
  vm: 'code made at run time would see the real machine; load it as a module',
  wasi: 'it would see the real machine; use WebAssembly with imports of your own',
  repl: 'a simulated machine has no terminal',
  readline: 'a simulated machine has no terminal; read streams line by line yourself',
  'readline/promises': 'a simulated machine has no terminal',
  trace_events: 'replay the trial with a trace instead',
  domain: 'it is deprecated; use AsyncLocalStorage',
  test: 'the test runs outside of the simulation',
  sqlite: 'it reads the real disk; use a database that is JavaScript or WebAssembly only',
};

const otherwise = 'replace the package that calls it';

/** `members` stand beside what is refused: facts that code asks before it calls. */
export const refuse =
  (name: string, members: Readonly<Record<string, unknown>> = {}): MakeModule =>
  () => {
    const names = functionsOfRefused[name] ?? [];
    const refused = names.map((key): [string, unknown] => [key, refusedCall(name, key)]);
    const constants = runtimeModule(name)?.constants ?? {};
    return { ...Object.fromEntries(refused), constants, ...members };
  };

/** A function that is called and a class that is made or extended. */
export function refusedCall(module: string, key: string): unknown {
  const refused = function (): never {
    const call = new.target === undefined ? `node:${module}.${key}` : `new node:${module}.${key}`;
    throw new RefusedError(call, advice[module] ?? otherwise);
  };
  Object.defineProperty(refused, 'name', { value: key });
  return refused;
}

export const workerThreads: Readonly<Record<string, unknown>> = {
  isMainThread: true,
  threadId: 0,
  parentPort: null,
  workerData: null,
  resourceLimits: {},
};

export const clusterFacts: Readonly<Record<string, unknown>> = {
  isPrimary: true,
  isMaster: true,
  isWorker: false,
  worker: undefined,
  workers: {},
  settings: {},
  on() {},
};
