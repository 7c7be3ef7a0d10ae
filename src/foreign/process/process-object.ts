/**
 * `process` as foreign code sees it: one Linux machine with one processor, the same on every
 * runtime and in every trial. What it says of memory and load is fixed; what it says of time is
 * simulated.
 */
import type { EventEmitter } from 'node:events';
import { microsPerMs, microsPerSecond } from '../../base/time.ts';
import { RefusedError } from '../loader/refused.ts';
import type { Realm } from './realm.ts';

export interface ProcessOptions {
  readonly entry: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** What the rest of the wing needs of it. */
export interface ForeignProcess extends EventEmitter {
  exitCode: number | undefined;
  readonly env: Record<string, string>;
  cwd(): string;
}

const nodeVersion = '20.19.5';
const memoryBytes = 1 << 30;
const nanosPerMicro = 1000;
const signals: Readonly<Record<string, number>> = {
  ...{ SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGABRT: 6, SIGKILL: 9, SIGUSR1: 10, SIGUSR2: 12 },
  ...{ SIGPIPE: 13, SIGALRM: 14, SIGTERM: 15, SIGCONT: 18, SIGSTOP: 19 },
};

/** Members without those of an emitter, which the module `events` of the process adds later. */
export function processMembers(realm: Realm, options: ProcessOptions): Record<string, unknown> {
  const { host } = realm;
  const startUs = host.clock.monotonicUs();
  const pid = 2 + host.random.stream('foreign/pid').int(30_000);
  const members: Record<string, unknown> = {
    ...constants,
    ...refusals,
    pid,
    argv: [constants.execPath, options.entry, ...options.args],
    env: { ...options.env },
    exitCode: undefined,
    nextTick(callback: (...values: unknown[]) => void, ...values: unknown[]) {
      if (typeof callback !== 'function') throw new TypeError('The callback must be a function');
      realm.nextTick(values.length === 0 ? (callback as () => void) : () => callback(...values));
    },
    uptime: () => (host.clock.monotonicUs() - startUs) / microsPerSecond,
    hrtime: highResolutionTime(host),
    exit(code?: number | string) {
      const given = code === undefined ? members.exitCode : Number(code);
      if (code !== undefined) members.exitCode = given;
      realm.exit((given as number | undefined) ?? 0);
    },
    reallyExit: (code = 0) => realm.exit(code),
    abort: () => realm.exit(134, 'abort'),
    ...directories(),
    kill: (target: number, signal: string | number = 'SIGTERM') => kill(realm, pid, target, signal),
    emitWarning(warning: unknown) {
      realm.output(
        'stderr',
        `(node:${pid}) ${warning instanceof Error ? warning.message : warning}\n`,
      );
      const error = warning instanceof Error ? warning : new Error(String(warning));
      realm.nextTick(() => realm.events.emit('warning', error));
    },
  };
  Object.defineProperty(members, Symbol.toStringTag, { value: 'process', configurable: true });
  return members;
}

function highResolutionTime({ clock }: Realm['host']) {
  const hrtime = (since?: readonly [number, number]): [number, number] => {
    const now = clock.monotonicUs();
    const time: [number, number] = [
      Math.floor(now / microsPerSecond),
      (now % microsPerSecond) * nanosPerMicro,
    ];
    if (since === undefined) return time;
    const nanos = time[1] - since[1];
    return nanos < 0
      ? [time[0] - since[0] - 1, nanos + 1_000_000_000]
      : [time[0] - since[0], nanos];
  };
  return Object.assign(hrtime, {
    bigint: () => BigInt(clock.monotonicUs()) * BigInt(nanosPerMicro),
  });
}

function directories() {
  let directory = '/';
  return {
    cwd: () => directory,
    chdir(to: string) {
      directory = to.startsWith('/') ? to : `${directory.replace(/\/$/, '')}/${to}`;
    },
    umask: () => 0o22,
  };
}

/** A process may signal itself; there is no other on its machine. */
function kill(realm: Realm, pid: number, target: number, signal: string | number): boolean {
  if (target !== pid) {
    throw Object.assign(new Error('kill ESRCH'), { code: 'ESRCH', errno: -3, syscall: 'kill' });
  }
  if (signal === 0) return true;
  const name = typeof signal === 'string' ? signal : nameOfSignal(signal);
  realm.later(() => receiveSignal(realm, name));
  return true;
}

const nameOfSignal = (number: number): string =>
  Object.keys(signals).find((name) => signals[name] === number) ?? 'SIGTERM';

/** A signal that nobody listens for ends the process, as the system would. */
export function receiveSignal(realm: Realm, name: string): void {
  const number = signals[name] ?? 15;
  if (name !== 'SIGKILL' && realm.events.has(name)) realm.events.emit(name, name, number);
  else if (name !== 'SIGCONT') realm.end(128 + number, name);
}

const constants = {
  title: 'node',
  version: `v${nodeVersion}`,
  versions: { node: nodeVersion, v8: '11.3.244.8-node.30', uv: '1.46.0', modules: '115' },
  arch: 'x64',
  platform: 'linux',
  release: { name: 'node', lts: 'Iron' },
  argv0: 'node',
  execPath: '/usr/bin/node',
  execArgv: [],
  ppid: 1,
  features: { inspector: false, ipv6: true, tls: true, typescript: false },
  config: { variables: {}, target_defaults: {} },
  connected: false,
  noDeprecation: false,
  throwDeprecation: false,
  report: undefined,
  allowedNodeEnvironmentFlags: new Set(),
  getuid: () => 0,
  geteuid: () => 0,
  getgid: () => 0,
  getegid: () => 0,
  getgroups: () => [0],
  memoryUsage: Object.assign(
    () => ({
      rss: memoryBytes / 8,
      heapTotal: memoryBytes / 16,
      heapUsed: memoryBytes / 32,
      external: 0,
      arrayBuffers: 0,
    }),
    { rss: () => memoryBytes / 8 },
  ),
  availableMemory: () => memoryBytes,
  constrainedMemory: () => memoryBytes,
  cpuUsage: () => ({ user: 0, system: 0 }),
  resourceUsage: () => ({ userCPUTime: 0, systemCPUTime: 0, maxRSS: memoryBytes / 8192 }),
  getActiveResourcesInfo: () => [],
  setSourceMapsEnabled() {},
  hasUncaughtExceptionCaptureCallback: () => false,
} as const;

const refusals = Object.fromEntries(
  ['binding', 'dlopen', 'send', 'disconnect', 'setUncaughtExceptionCaptureCallback'].map((name) => [
    name,
    // A process without a parent has no channel to it, and packages look whether there is one.
    name === 'send' || name === 'disconnect' ? undefined : refuse(name),
  ]),
);

function refuse(name: string) {
  return () => {
    throw new RefusedError(`process.${name}`, 'leave it out, or replace the package that calls it');
  };
}

/** Milliseconds since the process began, with a fraction: what `performance.now` tells. */
export function sinceStartMs({ host }: Realm): () => number {
  const startUs = host.clock.monotonicUs();
  return () => (host.clock.monotonicUs() - startUs) / microsPerMs;
}
