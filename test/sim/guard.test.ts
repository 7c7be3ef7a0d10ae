import processes from 'node:child_process';
import ciphers, { createHash } from 'node:crypto';
import dns from 'node:dns';
import fs, { readFileSync } from 'node:fs';
import files from 'node:fs/promises';
import http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import timers from 'node:timers/promises';
import threads from 'node:worker_threads';
import zlib from 'node:zlib';
import seedrandom from 'seedrandom';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runtime } from '../../src/cli/self.ts';
import { EscapeError, installGuard } from '../../src/sim/guard.ts';
import { World } from '../../src/sim/world.ts';

const escapes: [string, () => unknown][] = [
  ['Date.now', () => Date.now()],
  ['new Date()', () => new Date()],
  ['Date()', () => Date()],
  ['Math.random', () => Math.random()],
  ['setTimeout', () => setTimeout(() => {}, 0)],
  ['setInterval', () => setInterval(() => {}, 1000)],
  ['setImmediate', () => setImmediate(() => {})],
  ['performance.now', () => performance.now()],
  ['process.hrtime', () => process.hrtime()],
  ['process.hrtime.bigint', () => process.hrtime.bigint()],
  ['crypto.randomUUID', () => crypto.randomUUID()],
  ['crypto.getRandomValues', () => crypto.getRandomValues(new Uint8Array(1))],
  ['fetch', () => fetch('http://127.0.0.1:1/')],
  ['new WebSocket()', () => new WebSocket('ws://127.0.0.1:1/')],
  ['new MessageChannel()', () => new MessageChannel()],
  ['new WeakRef()', () => new WeakRef({})],
  ['Atomics.wait', () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)],
  ['queueMicrotask', () => queueMicrotask(() => {})],
  ['process.nextTick', () => process.nextTick(() => {})],
  ['process.exit', () => process.exit(0)],
  ['process.uptime', () => process.uptime()],
  ['performance.mark', () => performance.mark('here')],
  ['Date.prototype.getHours', () => new Date(5).getHours()],
  ['String.prototype.localeCompare', () => 'ä'.localeCompare('z')],
  ['node:fs.readFileSync', () => fs.readFileSync(import.meta.filename)],
  ['node:fs/promises.readFile', () => files.readFile(import.meta.filename)],
  ['node:net.connect', () => net.connect(1)],
  ['new node:net.Socket()', () => new net.Socket()],
  ['node:dns.lookup', () => dns.lookup('localhost', () => {})],
  ['node:http.get', () => http.get('http://127.0.0.1:1/')],
  ['node:child_process.execFileSync', () => processes.execFileSync('true')],
  ['new node:worker_threads.Worker()', () => new threads.Worker('', { eval: true })],
  ['node:os.hostname', () => os.hostname()],
  ['node:timers/promises.setTimeout', () => timers.setTimeout(0)],
  ['node:crypto.randomBytes', () => ciphers.randomBytes(4)],
  ['node:zlib.gzipSync', () => zlib.gzipSync('bytes')],
];

/** Those whose doors a runtime lacks, or does not let be replaced, are not tried there. */
const present = escapes.filter(([call]) => {
  if (runtime === 'deno' && call.startsWith('node:zlib.')) return false;
  const name = /^new (\w+)\(\)$/.exec(call)?.[1];
  return name === undefined || name in globalThis;
});

describe('the guard', () => {
  let remove = (): void => {};
  beforeEach(() => {
    remove = installGuard();
  });
  afterEach(() => remove());

  it.each(present)('turns %s into an error that names the call site', (call, tryIt) => {
    let caught: unknown = null;
    try {
      const result = tryIt();
      void result;
    } catch (error) {
      caught = error;
    }
    remove();
    expect(caught).toBeInstanceOf(EscapeError);
    expect((caught as EscapeError).call).toBe(call);
    expect((caught as EscapeError).site).toMatch(/guard\.test\.ts:\d+:\d+$/);
  });

  it('lets dates be made from numbers, and told apart', () => {
    expect(new Date(5).toISOString()).toBe('1970-01-01T00:00:00.005Z');
    expect(new Date(5)).toBeInstanceOf(Date);
    expect(Date.UTC(1970, 0, 1)).toBe(0);
  });

  it('fails a run whose code escapes, and lets the world itself run', async () => {
    const world = new World({ seed: '1' });
    world.schedule(1, 'honest', () => {});
    world.schedule(2, 'escaping', () => {
      const start = Date.now();
      expect(start).toBe(0);
    });
    await world.runUntil(10);
    expect(world.failure).toBeInstanceOf(EscapeError);
    expect(world.events).toBe(2);
  });

  it('holds libraries too in an event, and lets them live outside of one', async () => {
    expect(() => seedrandom()).not.toThrow();
    const world = new World({ seed: '1' });
    world.schedule(1, 'a library draws', () => void seedrandom());
    await world.runUntil(10);
    expect(world.failure).toBeInstanceOf(EscapeError);
    expect((world.failure as EscapeError).site).toMatch(/node_modules\/seedrandom\/.*:\d+:\d+$/);
  });

  it('holds what an event awaits, and what its microtasks do', async () => {
    const world = new World({ seed: '1' });
    world.schedule(1, 'escapes later', () => {
      void Promise.resolve().then(() => Promise.resolve().then(() => seedrandom()));
    });
    await world.runUntil(10).catch(() => {});
    expect(world.failure).toBeInstanceOf(EscapeError);
  });

  it('lets pass what computes only', () => {
    expect(createHash('sha256').update('bytes').digest('hex')).toHaveLength(64);
  });

  it('lets modules read files while they are loaded, and nothing else', () => {
    const lift = installGuard('loading');
    expect(fs.readFileSync(import.meta.filename)).toBeDefined();
    expect(() => Math.random()).toThrow(EscapeError);
    lift();
    expect(() => fs.readFileSync(import.meta.filename)).toThrow(EscapeError);
  });

  it.runIf(runtime === 'node')('holds the named imports of the runtime’s modules, on Node', () => {
    expect(() => readFileSync(import.meta.filename)).toThrow(EscapeError);
  });

  it('is gone for those who kept a function of a guarded time', () => {
    const kept = Math.random;
    remove();
    expect(kept()).toBeLessThan(1);
  });

  it('puts all back when it is removed', () => {
    remove();
    const harmless = /Date|Math|hrtime|uuid|mark|uptime|readFileSync|hostname|gzip|randomBytes/i;
    for (const [, tryIt] of present.filter(([name]) => harmless.test(name))) {
      expect(tryIt).not.toThrow();
    }
  });
});
