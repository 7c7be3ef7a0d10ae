import { describe, expect, it } from 'vitest';
import type { Host, Program } from '../../src/host/host.ts';
import { boot, elapse, idle, pair, plainWorld, text } from './support.ts';

describe('a machine', () => {
  it('is off, running, paused, running, dead and off in its life', async () => {
    const world = plainWorld();
    const machine = world.addMachine('a');
    const states: string[] = [machine.state];
    const acts = ['start', 'pause', 'resume', 'crash', 'restart', 'powerLoss'] as const;
    for (const act of acts) {
      if (act === 'start') machine.start(idle);
      else machine[act]();
      states.push(machine.state);
    }
    expect(states).toEqual(['off', 'running', 'paused', 'running', 'dead', 'running', 'off']);
    expect(machine.incarnation).toBe(2);
  });

  it('asks its process to stop, and says how that ended', async () => {
    const world = plainWorld();
    const { machine } = await boot(world, 'a');
    const exits: string[] = [];
    machine.onExit = (code, reason) => void exits.push(`${code} ${reason} ${machine.state}`);
    machine.stop();
    await elapse(world, 1);
    expect(exits).toEqual(['0 stopped dead']);
  });

  it('restarts the program it had, on the disk it had', async () => {
    const world = plainWorld();
    const machine = world.addMachine('a');
    const found: number[] = [];
    machine.start((host) => {
      const file = host.disk.open('counter', true);
      found.push(file.size());
      file.write(file.size(), text('x'));
      return { stop() {} };
    });
    await elapse(world, 1);
    machine.restart();
    await elapse(world, 1);
    machine.crash();
    machine.restart();
    await elapse(world, 1);
    expect(found).toEqual([0, 1, 2]);
    machine.wipe();
    machine.restart();
    await elapse(world, 1);
    expect(found).toEqual([0, 1, 2, 0]);
  });

  it('gives each incarnation chance of its own, which the seed decides', async () => {
    const draws = async (seed: string): Promise<number[]> => {
      const world = plainWorld({ seed });
      const machine = world.addMachine('a');
      const drawn: number[] = [];
      machine.start((host) => {
        expect(host.random.stream('election')).toBe(host.random.stream('election'));
        drawn.push(host.random.stream('election').next());
        return { stop() {} };
      });
      await elapse(world, 1);
      machine.restart();
      await elapse(world, 1);
      return drawn;
    };
    const [first, second] = [await draws('1'), await draws('1')];
    expect(first).toEqual(second);
    expect(new Set([...first, ...(await draws('2'))]).size).toBe(4);
  });

  it('stops also a process that was started in the same moment', async () => {
    for (const seed of ['1', '2', '3', '4', '5', '6']) {
      const world = plainWorld({ seed, tieBreak: 'random' });
      const machine = world.addMachine('a');
      machine.start((host) => ({ stop: () => host.exit(0, 'stopped') }));
      machine.stop();
      await elapse(world, 1);
      expect(machine.state).toBe('dead');
    }
  });

  it('hands what nobody handled to a program that takes it, and to no other', async () => {
    const world = plainWorld();
    const taken: string[] = [];
    const rejecting =
      (name: string): Program =>
      (host) => {
        host.timers.after(10, () => void Promise.reject(new Error(name)));
        host.timers.after(10, () => void taken.push(`after ${name}`));
        host.timers.after(20, () => {
          throw new Error(`${name} throws`);
        });
        return {
          stop() {},
          onRejection: (reason) => void taken.push((reason as Error).message),
        };
      };
    for (const name of ['one', 'two']) world.addMachine(name).start(rejecting(name));
    await world.runUntil(100);
    expect(world.failure).toBeNull();
    expect(taken.sort()).toEqual(
      ['one', 'two', 'after one', 'after two', 'one throws', 'two throws'].sort(),
    );
    world.addMachine('three').start((host) => {
      host.timers.after(10, () => void Promise.reject(new Error('three')));
      return { stop() {} };
    });
    await world.runUntil(200);
    expect(world.failure?.message).toBe('three');
    expect(world.failedOn).toBe('three');
  });

  it('tells a program of its rejection before its next event', async () => {
    const world = plainWorld();
    const order: string[] = [];
    world.addMachine('m').start((host) => {
      for (let i = 0; i < 5; i++) {
        host.timers.after(10, () => {
          order.push(`event ${i}`);
          void Promise.reject(new Error(String(i)));
        });
      }
      return { stop() {}, onRejection: (reason) => void order.push(`told ${reason}`) };
    });
    await world.runUntil(100);
    const expected = [0, 1, 2, 3, 4].flatMap((i) => [`event ${i}`, `told Error: ${i}`]);
    expect(order).toEqual(expected);
  });

  it('fails the run when a program throws at what nobody handled', async () => {
    const world = plainWorld();
    world.addMachine('m').start((host) => {
      host.timers.after(10, () => void Promise.reject(new Error('first')));
      return {
        stop() {},
        onRejection: () => {
          throw new Error('second');
        },
      };
    });
    await world.runUntil(100);
    expect(world.failure?.message).toBe('second');
  });

  it('fails the run when its program throws', async () => {
    const world = plainWorld();
    world.addMachine('a').start(() => {
      throw new Error('bad configuration');
    });
    await elapse(world, 1);
    expect(world.failure?.message).toBe('bad configuration');
  });
});

describe('a process that has ended', () => {
  const ends = ['crash', 'powerLoss'] as const;

  it.each(ends)('runs no timer, callback or promise again (%s)', async (end) => {
    const world = plainWorld();
    const { host, machine } = await boot(world, 'a');
    const seen: string[] = [];
    host.timers.after(1000, () => void seen.push('timer'));
    host.network.listen(
      1,
      () => ({ onData() {}, onClose() {} }),
      () => void seen.push('ready'),
    );
    host.network.connect(
      { host: 'a', port: 2 },
      { onData() {}, onClose: () => void seen.push('closed') },
    );
    const file = host.disk.open('f', true);
    file.write(0, text('x'));
    const synced = async (): Promise<void> => {
      await file.sync();
      seen.push('synced');
    };
    void synced();
    machine.stop();
    machine[end]();
    await elapse(world, 100_000);
    expect(seen).toEqual([]);
    expect(world.failure).toBeNull();
  });

  it('has no effect by what it still does after host.exit', async () => {
    const { world, a, server, client } = await pair();
    const { host } = a;
    const seen: string[] = [];
    host.timers.after(10, () => {
      const file = host.disk.open('f', true);
      file.write(0, text('before'));
      host.exit(3, 'halt');
      host.exit(4, 'again');
      file.write(6, text(' after'));
      host.disk.remove('f');
      host.disk.makeDirectory('d');
      client.connection.write(text('ghost'));
      host.timers.after(1, () => void seen.push('timer'));
      host.network.listen(
        5,
        () => ({ onData() {}, onClose() {} }),
        () => void seen.push('ready'),
      );
      void file.sync().then(() => seen.push('synced'));
      throw new Error('a dead process may throw');
    });
    const exits: number[] = [];
    a.machine.onExit = (code) => void exits.push(code);
    await elapse(world, 100_000);
    expect([exits, seen, server.log]).toEqual([[3], [], ['close reset']]);
    const again = await boot(world, 'a');
    expect(again.host.disk.open('f').size()).toBe(6);
    expect(again.host.disk.exists('d')).toBe(false);
    expect(world.failure).toBeNull();
  });
});

describe('a paused process', () => {
  it('runs nothing; then all of it, late and in order', async () => {
    const { world, b, client, server } = await pair();
    const seen: string[] = [];
    b.host.timers.after(1000, () => void seen.push(`timer ${server.text}`));
    b.machine.pause();
    client.connection.write(text('1'));
    await elapse(world, 2000);
    client.connection.write(text('2'));
    client.connection.close();
    await elapse(world, 60_000_000);
    expect([seen, server.log]).toEqual([[], []]);
    expect(client.closed).toBe('closed');
    b.machine.resume();
    await elapse(world, 1);
    expect(server.log).toEqual(['data 1', 'data 1', 'close ended']);
    expect(server.text).toBe('12');
    expect(seen).toHaveLength(1);
    expect(b.machine.effects.eventsDeferred).toBe(4);
  });

  it('may cancel what waits for it', async () => {
    const world = plainWorld();
    const { host, machine } = await boot(world, 'a');
    const seen: string[] = [];
    host.timers.after(10, () => {
      seen.push('first');
      second.cancel();
    });
    const second = host.timers.after(20, () => void seen.push('second'));
    host.timers.after(30, () => void seen.push('third'));
    machine.pause();
    await elapse(world, 1000);
    machine.resume();
    await elapse(world, 1000);
    expect(seen).toEqual(['first', 'third']);
  });

  it('is accepted for by its system, and dies as others do', async () => {
    const { world, a, b } = await pair();
    b.machine.pause();
    const log: string[] = [];
    a.host.network.connect(
      { host: 'b', port: 1 },
      { onOpen: () => void log.push('open'), onData() {}, onClose: (r) => void log.push(r) },
    );
    await elapse(world, 5000);
    expect(log).toEqual(['open']);
    b.machine.crash();
    await elapse(world, 5000);
    expect([log, b.machine.state]).toEqual([['open', 'reset'], 'dead']);
  });

  it('resumes into a new pause without running more than it may', async () => {
    const world = plainWorld();
    const { host, machine } = await boot(world, 'a');
    const seen: number[] = [];
    for (let i = 0; i < 3; i++) {
      host.timers.after(10, () => {
        seen.push(i);
        if (i === 0) machine.pause();
      });
    }
    machine.pause();
    await elapse(world, 100);
    machine.resume();
    await elapse(world, 100);
    expect(seen).toEqual([0]);
    machine.resume();
    await elapse(world, 100);
    expect(seen).toEqual([0, 1, 2]);
  });
});

describe('a clock', () => {
  const hostWith = async (clock: {
    offsetMs?: number;
    driftPpm?: number;
  }): Promise<[Host, ReturnType<typeof plainWorld>, Awaited<ReturnType<typeof boot>>]> => {
    const world = plainWorld();
    const booted = await boot(world, 'a', { clock: { monotonicStartUs: 500, ...clock } });
    return [booted.host, world, booted];
  };

  it('runs fast by its drift, monotonic and wall time alike', async () => {
    const [{ clock }, world] = await hostWith({ driftPpm: 1000 });
    const wall = clock.wallMs();
    await world.runUntil(10_000_000);
    expect(clock.monotonicUs()).toBe(500 + 10_010_000);
    expect(clock.wallMs() - wall).toBe(10_010);
  });

  it('is offset and jumps in wall time only', async () => {
    const [{ clock }, world, { machine }] = await hostWith({ offsetMs: -5000 });
    const [exact] = await hostWith({});
    expect(clock.wallMs() - exact.clock.wallMs()).toBe(-5000);
    machine.clock.jump(-60_000);
    expect(clock.wallMs() - exact.clock.wallMs()).toBe(-65_000);
    await elapse(world, 100);
    expect(clock.monotonicUs()).toBe(600);
  });

  it.each([-200_000, -300, 0, 300, 200_000])(
    'with drift %d fires timers never early',
    async (ppm) => {
      const [host, world] = await hostWith({ driftPpm: ppm });
      const late: number[] = [];
      for (const delay of [0, 1, 7, 999, 1_000_003, 30_000_001]) {
        const due = host.clock.monotonicUs() + delay;
        host.timers.after(delay, () => void late.push(host.clock.monotonicUs() - due));
      }
      await elapse(world, 60_000_000);
      expect(late).toHaveLength(6);
      expect(late.every((us) => us >= 0 && us <= 2)).toBe(true);
    },
  );

  it('that slows down puts off the timers that are set', async () => {
    const [host, world, { machine }] = await hostWith({});
    const due = host.clock.monotonicUs() + 10_000_000;
    let fired = 0;
    host.timers.after(10_000_000, () => {
      fired = host.clock.monotonicUs();
    });
    machine.clock.setDrift(-100_000);
    await elapse(world, 10_500_000);
    expect(fired).toBe(0);
    await elapse(world, 1_000_000);
    expect(fired).toBeGreaterThanOrEqual(due);
    expect(fired).toBeLessThanOrEqual(due + 2);
  });

  it.each([-200_000, -166_667, 900_000])(
    'runs at half to one and a half of the truth, also with six drifts of %d ppm',
    async (ppm) => {
      const [host, world, { machine }] = await hostWith({});
      for (let i = 0; i < 6; i++) machine.clock.setDrift(machine.clock.driftPpm + ppm);
      const start = host.clock.monotonicUs();
      const fired: number[] = [];
      host.timers.after(3_000_000, () => fired.push(world.now));
      await elapse(world, 10_000_000);
      const rate = (host.clock.monotonicUs() - start) / 10_000_000;
      expect(rate).toBeCloseTo(ppm < 0 ? 0.5 : 1.5, 5);
      expect(fired).toHaveLength(1);
      for (let i = 0; i < 6; i++) machine.clock.setDrift(machine.clock.driftPpm - ppm);
      const healed = host.clock.monotonicUs();
      await elapse(world, 1_000_000);
      expect(host.clock.monotonicUs() - healed).toBe(1_000_000);
    },
  );

  it('never steps back when its drift changes', async () => {
    const [host, world, { machine }] = await hostWith({ driftPpm: 500 });
    let last = host.clock.monotonicUs();
    for (const ppm of [-900, 40, 0, 700, -3]) {
      await elapse(world, 1_234_567);
      machine.clock.setDrift(ppm);
      expect(host.clock.monotonicUs()).toBeGreaterThan(last);
      last = host.clock.monotonicUs();
    }
  });
});
