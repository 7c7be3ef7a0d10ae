/**
 * Puts one foreign process together: its realm, its globals, its modules. The order matters:
 * modules see the globals, and some globals are made of modules, so those are made when they are
 * first used.
 */
import type { Host } from '../../host/host.ts';
import { ModuleLoader } from '../loader/module-loader.ts';
import type { ModuleContext } from '../modules/context.ts';
import { simulatedPerformance } from '../modules/own-state.ts';
import { runtimeModules } from '../modules/registry.ts';
import { globalTimers } from '../modules/timers.ts';
import { Chance, simulatedMath } from './chance.ts';
import { simulatedConsole } from './console.ts';
import { simulatedDate } from './dates.ts';
import { defineLazily, makeGlobals } from './globals.ts';
import { type ForeignProcess, processMembers, sinceStartMs } from './process-object.ts';
import type { Output, Realm } from './realm.ts';
import { ProcessTimers } from './timers.ts';

export interface Assembly {
  readonly realm: Realm;
  readonly entry: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Modules of the trial's own, by specifier. */
  readonly provide: Readonly<Record<string, (host: Host) => unknown>>;
}

/** Gives the loader of the process, ready to run its entry. */
export function assemble({ realm, entry, args, env, provide }: Assembly): ModuleLoader {
  const { host } = realm;
  const modules = new Map<string, unknown>();
  const provided = new Map<string, unknown>();
  const timers = new ProcessTimers(realm);
  const chance = new Chance(host);
  const nowMs = sinceStartMs(realm);
  const process = processMembers(realm, { entry, args, env }) as unknown as ForeignProcess;
  const builtin = (name: string): unknown => {
    let module = modules.get(name);
    if (module === undefined) {
      const make = runtimeModules[name];
      if (make === undefined) throw noBuiltin(name);
      module = make(context);
      modules.set(name, module);
    }
    return module;
  };
  const globals = makeGlobals({
    realm,
    process,
    timers: globalTimers({ timers }),
    date: simulatedDate(() => host.clock.wallMs()),
    math: simulatedMath(chance),
    performance: simulatedPerformance(nowMs, host.clock.wallMs()),
    console: simulatedConsole(realm, nowMs),
    lazy: {
      crypto: () => (builtin('crypto') as { webcrypto: unknown }).webcrypto,
      ...fetchGlobals((specifier) => context.own(specifier)),
    },
  });
  const given = (specifier: string, from: string): unknown => {
    if (from.includes(streamPackage)) return forStreams[specifier]?.(context);
    const make = provide[specifier];
    if (make === undefined) return undefined;
    if (!provided.has(specifier)) provided.set(specifier, make(host));
    return provided.get(specifier);
  };
  const loader = new ModuleLoader({ globals, costly, builtin, given });
  // Ordeal's own packages are not among the modules that foreign code sees.
  const inner = new ModuleLoader({ globals, costly, builtin, given });
  const own = inner.createRequire(import.meta.url);
  const context: ModuleContext = {
    ...{ realm, host, chance, timers, process, globals, loader, own },
    module: builtin,
  };
  completeProcess(context);
  return loader;
}

/** What belongs to `fetch`: Node's own implementation, the package undici, in the process. */
const fetchClasses = ['Request', 'Response', 'Headers', 'FormData'] as const;
const costly = new Set(['crypto', ...fetchClasses]);

function fetchGlobals(own: (specifier: string) => unknown): Record<string, () => unknown> {
  type Undici = Record<string, (...values: unknown[]) => unknown>;
  const undici = (): Undici => own('undici') as Undici;
  const classes = fetchClasses.map((name) => [name, () => undici()[name]]);
  const fetch = (...values: unknown[]): unknown => undici().fetch?.(...values);
  return { ...Object.fromEntries(classes), fetch: () => fetch };
}

const streamPackage = '/node_modules/readable-stream/';

/** What the streams of the process take from elsewhere than Node's. */
const forStreams: Readonly<Record<string, (context: ModuleContext) => unknown>> = {
  'process/': ({ process }) => process,
  'string_decoder/': ({ module }) => module('string_decoder'),
  'abort-controller': ({ globals }) => ({ AbortController, AbortSignal: globals.AbortSignal }),
};

/** Makes the process an emitter, with streams where it is read and written. */
function completeProcess({ process, module, realm }: ModuleContext): void {
  const Emitter = module('events') as { prototype: object } & ((this: unknown) => void);
  Object.setPrototypeOf(process, Emitter.prototype);
  Emitter.call(process);
  realm.events = {
    has: (event) => process.listenerCount(event) > 0,
    emit: (event, ...values) => void process.emit(event, ...values),
    exitCode: () => process.exitCode,
  };
  for (const stream of ['stdout', 'stderr'] as const) {
    defineLazily(process, stream, () => outputStream(module, realm, stream));
  }
  defineLazily(process, 'stdin', () => {
    const { Readable } = module('stream') as typeof import('node:stream');
    return Object.assign(Readable.from([]), { fd: 0, isTTY: false });
  });
}

function outputStream(
  module: (name: string) => unknown,
  realm: Realm,
  stream: Output,
): NodeJS.WritableStream {
  const { Writable } = module('stream') as typeof import('node:stream');
  const writable = new Writable({
    decodeStrings: false,
    write(chunk: string | Uint8Array, _encoding, done) {
      realm.output(stream, typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString());
      done();
    },
  });
  return Object.assign(writable, { fd: stream === 'stdout' ? 1 : 2, isTTY: false, columns: 80 });
}

function noBuiltin(name: string): Error {
  const message = `No such built-in module: node:${name}`;
  return Object.assign(new Error(message), { code: 'ERR_UNKNOWN_BUILTIN_MODULE' });
}
