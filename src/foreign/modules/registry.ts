/** The modules of the runtime as the simulated machine has them: what answers to `node:…`. */
import { makeAsyncHooks } from './async-hooks.ts';
import type { MakeModule } from './context.ts';
import { makeCrypto } from './crypto.ts';
import { makeDiagnosticsChannel } from './diagnostics-channel.ts';
import { makeDns, makeDnsPromises } from './dns.ts';
import { makeEvents } from './events.ts';
import { makeFs, makeFsPromises } from './fs/fs.ts';
import { makeHttp, makeHttps } from './http/http.ts';
import { makeOs, makeTty } from './machine.ts';
import { makeNet } from './net/net.ts';
import { makeConsole, makeModule, makePerformanceHooks, makeProcess } from './own-state.ts';
import { makePath, makeUtil, makeV8, pass, passFunction } from './passed.ts';
import { clusterFacts, refuse, workerThreads } from './refusals.ts';
import { makeStream, makeStreamConsumers, makeWebStreams } from './stream.ts';
import { makeTimers, makeTimersPromises } from './timers.ts';
import { makeTls } from './tls.ts';
import { makeZlib } from './zlib.ts';

export const runtimeModules: Readonly<Record<string, MakeModule>> = {
  assert: passFunction('assert'),
  'assert/strict': passFunction('assert/strict'),
  async_hooks: makeAsyncHooks,
  buffer: pass('buffer'),
  child_process: refuse('child_process'),
  cluster: refuse('cluster', clusterFacts),
  console: makeConsole,
  constants: pass('constants'),
  crypto: makeCrypto,
  dgram: refuse('dgram'),
  diagnostics_channel: makeDiagnosticsChannel,
  dns: makeDns,
  'dns/promises': makeDnsPromises,
  domain: refuse('domain'),
  events: makeEvents,
  fs: makeFs,
  'fs/promises': makeFsPromises,
  http: makeHttp,
  http2: refuse('http2'),
  https: makeHttps,
  inspector: refuse('inspector', { url: () => undefined }),
  'inspector/promises': refuse('inspector/promises', { url: () => undefined }),
  module: makeModule,
  net: makeNet,
  os: makeOs,
  path: makePath,
  'path/posix': makePath,
  'path/win32': pass('path/win32'),
  perf_hooks: makePerformanceHooks,
  process: makeProcess,
  punycode: pass('punycode'),
  querystring: pass('querystring'),
  readline: refuse('readline'),
  'readline/promises': refuse('readline/promises'),
  repl: refuse('repl'),
  sqlite: refuse('sqlite'),
  stream: makeStream,
  'stream/consumers': makeStreamConsumers,
  'stream/promises': ({ module }) => (module('stream') as { promises: unknown }).promises,
  'stream/web': makeWebStreams,
  string_decoder: pass('string_decoder'),
  sys: makeUtil,
  test: refuse('test'),
  timers: makeTimers,
  'timers/promises': makeTimersPromises,
  tls: makeTls,
  trace_events: refuse('trace_events'),
  tty: makeTty,
  url: pass('url'),
  util: makeUtil,
  'util/types': pass('util/types'),
  v8: makeV8,
  vm: refuse('vm'),
  wasi: refuse('wasi'),
  worker_threads: refuse('worker_threads', workerThreads),
  zlib: makeZlib,
};
