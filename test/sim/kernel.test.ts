import { describe, expect, it } from 'vitest';
import type { TraceEntry } from '../../src/sim/trace.ts';
import { World } from '../../src/sim/world.ts';

const atOnce = async (world: World, count: number): Promise<string> => {
  const order: number[] = [];
  for (let i = 0; i < count; i++) world.schedule(5, 'tick', () => void order.push(i));
  await world.runUntil(10);
  return order.join(' ');
};

describe('the kernel', () => {
  it('runs events in the order of virtual time and lets time jump', async () => {
    const world = new World({ seed: '1' });
    const seen: string[] = [];
    world.schedule(3_000_000_000_000, 'late', () => void seen.push(`late ${world.now}`));
    world.schedule(20, 'second', () => void seen.push(`second ${world.now}`));
    world.schedule(10, 'first', () => void seen.push(`first ${world.now}`));
    await world.runUntil(4_000_000_000_000);
    expect(seen).toEqual(['first 10', 'second 20', 'late 3000000000000']);
    expect(world.now).toBe(4_000_000_000_000);
    expect(world.events).toBe(3);
  });

  it('runs what is due at the limit, and nothing after it', async () => {
    const world = new World({ seed: '1' });
    const seen: number[] = [];
    world.schedule(10, 'at', () => void seen.push(10));
    world.schedule(11, 'after', () => void seen.push(11));
    await world.runUntil(10);
    expect(seen).toEqual([10]);
    await world.runUntil(11);
    expect(seen).toEqual([10, 11]);
  });

  it('fifo: events of one time run as they were scheduled', async () => {
    expect(await atOnce(new World({ seed: '1', tieBreak: 'fifo' }), 6)).toBe('0 1 2 3 4 5');
  });

  it('random: events of one time run in an order that the seed decides', async () => {
    const run = (seed: string): Promise<string> =>
      atOnce(new World({ seed, tieBreak: 'random' }), 20);
    expect(await run('1')).toBe(await run('1'));
    expect(await run('1')).not.toBe(await run('2'));
    expect(
      (await run('1'))
        .split(' ')
        .map(Number)
        .sort((a, b) => a - b),
    ).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  it('finishes all microtasks of an event before the next event', async () => {
    const world = new World({ seed: '1' });
    const seen: string[] = [];
    const work = async (name: string): Promise<void> => {
      for (let i = 0; i < 5; i++) {
        await null;
        seen.push(`${name}${i}@${world.now}`);
      }
    };
    for (let i = 0; i < 200; i++) world.schedule(7, 'work', () => void work(`${i}.`));
    world.onEvent = () => expect(seen.length % 5).toBe(0);
    await world.runUntil(10);
    expect(world.failure).toBeNull();
    expect(seen.slice(0, 6)).toEqual(['0.0@7', '0.1@7', '0.2@7', '0.3@7', '0.4@7', '1.0@7']);
    expect(seen.length).toBe(1000);
  });

  it('never runs a cancelled event, also when many are cancelled', async () => {
    const world = new World({ seed: '1' });
    const seen: number[] = [];
    const timers = Array.from({ length: 5000 }, (_, i) =>
      world.schedule(i, 'tick', () => void seen.push(i)),
    );
    timers.forEach((timer, i) => {
      if (i % 10 !== 0) timer.cancel();
      if (i % 100 === 1) timer.cancel();
    });
    await world.runUntil(6000);
    expect(seen).toEqual(Array.from({ length: 500 }, (_, i) => i * 10));
    for (const timer of timers) timer.cancel();
    world.schedule(5, 'more', () => void seen.push(-1));
    await world.runUntil(7000);
    expect(seen.at(-1)).toBe(-1);
  });

  it('stops at an exception and keeps it', async () => {
    const world = new World({ seed: '1' });
    let ran = false;
    world.schedule(1, 'bad', () => {
      throw new RangeError('broken invariant');
    });
    world.schedule(2, 'next', () => {
      ran = true;
    });
    await world.runUntil(10);
    expect(world.failure).toBeInstanceOf(RangeError);
    expect([ran, world.now]).toEqual([false, 1]);
    await world.runUntil(20);
    expect(ran).toBe(false);
  });

  it('stops at a promise that is rejected and that nobody handles', async () => {
    const world = new World({ seed: '1' });
    world.schedule(1, 'bad', () => void Promise.reject(new Error('nobody listens')));
    await world.runUntil(10);
    expect(world.failure?.message).toBe('nobody listens');
  });

  it('stops when a hook after an event throws', async () => {
    const world = new World({ seed: '1' });
    world.onEvent = () => {
      throw new Error('invariant broken');
    };
    world.schedule(1, 'tick', () => {});
    await world.runUntil(10);
    expect(world.failure?.message).toBe('invariant broken');
  });

  it('runs while a condition holds, and at most to a limit', async () => {
    const world = new World({ seed: '1' });
    let count = 0;
    const tick = (): void => {
      count++;
      world.schedule(10, 'tick', tick);
    };
    world.schedule(10, 'tick', tick);
    await world.runWhile(() => count < 5, 1000);
    expect([count, world.now]).toEqual([5, 50]);
    await world.runWhile(() => true, 100);
    expect([count, world.now]).toEqual([10, 100]);
  });

  it('runs two worlds side by side', async () => {
    const worlds = ['1', '2'].map((seed) => new World({ seed }));
    for (const world of worlds) {
      const tick = (): void => void world.schedule(10, 'tick', tick);
      tick();
    }
    await Promise.all(worlds.map((world) => world.runUntil(1000)));
    expect(worlds.map(({ events }) => events)).toEqual([100, 100]);
  });
});

describe('the digest and the trace', () => {
  const run = async (seed: string, at = 30): Promise<World> => {
    const world = new World({ seed });
    world.recordDigests();
    for (let i = 1; i <= 5; i++) world.schedule(i * 10, 'tick', () => {});
    world.schedule(at, 'extra', () => world.note('found', 'something'));
    await world.runUntil(100);
    return world;
  };

  it('are the same for the same run', async () => {
    const [one, two] = [await run('1'), await run('1')];
    expect(one.digest).toBe(two.digest);
    expect(one.recordDigests().firstDifference(two.recordDigests())).toBeNull();
    expect(one.recordDigests().events).toBe(6);
  });

  it('name the first event that differs', async () => {
    const [one, two] = [await run('1', 30), await run('1', 35)];
    expect(one.digest).not.toBe(two.digest);
    expect(one.recordDigests().firstDifference(two.recordDigests())).toBe(4);
  });

  it('describe every event when asked, and change nothing by it', async () => {
    const entries: TraceEntry[] = [];
    const world = new World({ seed: '1', trace: { write: (entry) => void entries.push(entry) } });
    world.schedule(10, 'partition b1', () => world.note('held', '3 bytes'));
    await world.runUntil(20);
    const place = { event: 1, time: 10, machine: '' };
    expect(entries).toEqual([
      { ...place, is: 'event', kind: 'world', what: 'partition b1' },
      { ...place, is: 'note', label: 'held', detail: '3 bytes' },
    ]);
    const silent = new World({ seed: '1' });
    silent.schedule(10, 'partition b1', () => silent.note('held', '3 bytes'));
    await silent.runUntil(20);
    expect(silent.digest).toBe(world.digest);
  });
});
