import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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
];

describe('the guard', () => {
  let remove = (): void => {};
  beforeEach(() => {
    remove = installGuard();
  });
  afterEach(() => remove());

  it.each(escapes)('turns %s into an error that names the call site', (call, tryIt) => {
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

  it('puts all back when it is removed', () => {
    remove();
    for (const [, tryIt] of escapes.filter(([name]) => !/set|fetch/.test(name))) {
      expect(tryIt).not.toThrow();
    }
  });
});
