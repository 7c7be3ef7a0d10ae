import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DiskFile } from '../../src/host/disk.ts';
import { instantDisk } from '../../src/sim/disk.ts';
import { FileContent } from '../../src/sim/disk-file.ts';
import { constantLatency } from '../../src/sim/latency.ts';
import { boot, dial, elapse, idle, listen, plainWorld, text } from './support.ts';

const read = (file: DiskFile): string =>
  String.fromCharCode(...file.read(0, file.size())).replaceAll('\0', '.');

const machineWithDisk = async (seed = '1', disk = instantDisk) => {
  const world = plainWorld({ seed });
  return { world, ...(await boot(world, 'a', { disk })) };
};

/** Power is lost and comes back; what a file is then, or null when it is gone. */
async function afterPowerLoss(
  seed: string,
  prepare: (booted: Awaited<ReturnType<typeof machineWithDisk>>) => Promise<void>,
  path: string,
): Promise<string | null> {
  const booted = await machineWithDisk(seed);
  await prepare(booted);
  booted.machine.powerLoss();
  const { host } = await boot(booted.world, 'a');
  return host.disk.exists(path) ? read(host.disk.open(path)) : null;
}

const seeds = Array.from({ length: 60 }, (_, i) => String(i));

/** What becomes of it, over many seeds. */
async function fates(
  prepare: (booted: Awaited<ReturnType<typeof machineWithDisk>>) => Promise<void>,
  path: string,
): Promise<Set<string | null>> {
  const found = new Set<string | null>();
  for (const seed of seeds) found.add(await afterPowerLoss(seed, prepare, path));
  return found;
}

/** A file of this content that a power loss cannot touch. */
async function durableFile(
  { world, host }: Awaited<ReturnType<typeof machineWithDisk>>,
  content: string,
): Promise<DiskFile> {
  const file = host.disk.open('f', true);
  file.write(0, text(content));
  void file.sync();
  void host.disk.syncDirectory('');
  await elapse(world, 1000);
  return file;
}

describe('files', () => {
  it('behave as bytes do under any writes, cuts and reads, and reads stay as they were', () => {
    const step = fc.oneof(
      fc.record({ at: fc.nat(300), length: fc.integer({ min: 1, max: 80 }) }),
      fc.record({ cut: fc.nat(400) }),
      fc.record({ read: fc.nat(300), length: fc.nat(200) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const file = new FileContent();
        let model = new Uint8Array(0);
        const views: [Uint8Array, Uint8Array][] = [];
        const resize = (size: number): void => {
          const next = new Uint8Array(size);
          next.set(model.subarray(0, size));
          model = next;
        };
        steps.forEach((step, i) => {
          if ('at' in step) {
            const bytes = new Uint8Array(step.length).fill(i + 1);
            file.write(step.at, bytes, 0);
            if (step.at + step.length > model.length) resize(step.at + step.length);
            model.set(bytes, step.at);
          } else if ('cut' in step) {
            file.truncate(step.cut, 0);
            resize(step.cut);
          } else {
            const bytes = file.read(step.read, step.length) as Uint8Array;
            views.push([bytes, model.slice(step.read, step.read + step.length)]);
          }
          expect(file.size).toBe(model.length);
        });
        for (const [view, copy] of views) expect(view).toEqual(copy);
        expect(file.read(0, 1000)).toEqual(model);
        file.lose(() => 0);
        expect(file.size).toBe(0);
      }),
    );
  });

  it('are back at what was durable when all that was not synced is lost', () => {
    const write = fc.record({ at: fc.nat(300), length: fc.integer({ min: 0, max: 80 }) });
    fc.assert(
      fc.property(fc.array(write), fc.array(write), (before, unsynced) => {
        const file = new FileContent();
        const apply = (writes: typeof before): void =>
          writes.forEach(({ at, length }, i) => {
            if (length === 0) file.truncate(at, 0);
            else file.write(at, new Uint8Array(length).fill(i + 1), 0);
          });
        apply(before);
        file.settle(file.sequence);
        const durable = (file.read(0, 1000) as Uint8Array).slice();
        apply(unsynced);
        const latest = (file.read(0, 1000) as Uint8Array).slice();
        file.lose(() => 0);
        expect(file.read(0, 1000)).toEqual(durable);
        apply(unsynced);
        file.lose(({ length }) => Math.max(1, length));
        expect(file.read(0, 1000)).toEqual(latest);
      }),
    );
  });

  it('copy nothing while a log is appended and read', () => {
    const file = new FileContent();
    file.write(0, new Uint8Array(1000), 0);
    file.write(1000, new Uint8Array(8), 0);
    const first = file.read(0, 1008) as Uint8Array;
    file.write(1008, new Uint8Array(8), 0);
    expect((file.read(0, 10) as Uint8Array).buffer === first.buffer).toBe(true);
  });

  it('do not keep the array that was written', async () => {
    const { host } = await machineWithDisk();
    const file = host.disk.open('f', true);
    const bytes = text('mine');
    file.write(0, bytes);
    bytes.fill(0);
    expect(read(file)).toBe('mine');
  });
});

describe('power loss', () => {
  it('spares what was synced, with its directory entry', async () => {
    const prepare = async (booted: Awaited<ReturnType<typeof machineWithDisk>>): Promise<void> => {
      await durableFile(booted, 'safe');
    };
    expect(await fates(prepare, 'f')).toEqual(new Set(['safe']));
  });

  it('keeps or drops each write that was not synced', async () => {
    const found = await fates(async (booted) => {
      const file = await durableFile(booted, 'safe');
      file.write(4, text('one'));
      file.write(7, text('two'));
    }, 'f');
    expect(found).toEqual(new Set(['safe', 'safeone', 'safe...two', 'safeonetwo']));
  });

  it('brings overwritten and cut bytes back', async () => {
    const found = await fates(async (booted) => {
      const file = await durableFile(booted, 'original');
      file.write(0, text('ORIG'));
      file.truncate(6);
    }, 'f');
    expect(found).toEqual(new Set(['original', 'ORIGinal', 'origin', 'ORIGin']));
  });

  it('tears a write at a sector, and nowhere else', async () => {
    const lengths = new Set<number>();
    for (const seed of seeds) {
      const booted = await machineWithDisk(seed);
      const file = await durableFile(booted, 'x'.repeat(100));
      file.write(100, new Uint8Array(1500).fill(65));
      booted.machine.powerLoss();
      const { host } = await boot(booted.world, 'a');
      lengths.add(host.disk.open('f').size());
    }
    expect([...lengths].sort((a, b) => a - b)).toEqual([100, 512, 1024, 1536, 1600]);
  });

  it('spares what writeback made durable after 30 s', async () => {
    const found = await fates(async (booted) => {
      const file = await durableFile(booted, 'safe');
      file.write(4, text('!'));
      await elapse(booted.world, 31_000_000);
      file.write(5, text('?'));
    }, 'f');
    expect(found).toEqual(new Set(['safe!', 'safe!?']));
  });

  it('may lose a file whose entry was not synced, though its bytes were', async () => {
    const found = await fates(async ({ world, host }) => {
      const file = host.disk.open('f', true);
      file.write(0, text('bytes'));
      void file.sync();
      await elapse(world, 1000);
    }, 'f');
    expect(found).toEqual(new Set([null, 'bytes']));
  });

  it('may undo renames and removes, from the last one backwards', async () => {
    const states = new Set<string>();
    for (const seed of seeds) {
      const booted = await machineWithDisk(seed);
      await durableFile(booted, 'old');
      const { host, world } = booted;
      const next = host.disk.open('f.tmp', true);
      next.write(0, text('new'));
      void next.sync();
      await elapse(world, 1000);
      host.disk.rename('f.tmp', 'f');
      host.disk.open('g', true);
      host.disk.remove('f');
      booted.machine.powerLoss();
      const { disk } = (await boot(world, 'a')).host;
      states.add(`${disk.list('')} ${disk.exists('f') ? read(disk.open('f')) : '-'}`);
    }
    expect(states).toEqual(new Set(['f old', 'f,f.tmp old', 'f new', 'f,g new', 'g -']));
  });

  it('spares entries whose directory was synced, and no others', async () => {
    const survivors = new Set<string>();
    for (const seed of seeds) {
      const { world, machine, host } = await machineWithDisk(seed);
      host.disk.makeDirectory('x/y');
      void host.disk.syncDirectory('');
      host.disk.open('x/y/f', true);
      void host.disk.syncDirectory('x/y');
      await elapse(world, 1000);
      machine.powerLoss();
      const { disk } = (await boot(world, 'a')).host;
      survivors.add([disk.exists('x'), disk.exists('x/y'), disk.exists('x/y/f')].join());
    }
    expect(survivors).toEqual(new Set(['true,false,false', 'true,true,true']));
  });

  it('counts what it took', async () => {
    const booted = await machineWithDisk('1');
    const file = await durableFile(booted, '');
    for (let i = 0; i < 30; i++) file.write(i * 2000, new Uint8Array(2000));
    booted.host.disk.open('lost', true);
    booted.machine.powerLoss();
    const { writesLost, writesTorn, entriesLost } = booted.machine.disk.effects;
    expect(writesLost).toBeGreaterThan(3);
    expect(writesTorn).toBeGreaterThan(3);
    expect(writesLost + writesTorn).toBeLessThan(30);
    expect(entriesLost).toBeLessThanOrEqual(1);
  });

  it('is survived by what a crash of the process leaves in the page cache', async () => {
    const { world, machine, host } = await machineWithDisk();
    host.disk.open('f', true).write(0, text('cached'));
    machine.crash();
    expect(read((await boot(world, 'a')).host.disk.open('f'))).toBe('cached');
    expect(world.machine('a').disk.effects.writesLost).toBe(0);
  });
});

describe('syncs', () => {
  it('take time, one after the other, and cover what was written before the call', async () => {
    const { world, host, machine } = await machineWithDisk('1', {
      syncLatency: constantLatency(500),
    });
    const file = host.disk.open('f', true);
    const done: number[] = [];
    file.write(0, text('covered'));
    for (let i = 0; i < 2; i++) void file.sync().then(() => done.push(world.now));
    file.write(7, text('not covered'));
    await elapse(world, 2000);
    expect(done).toEqual([500, 1000]);
    expect(machine.disk.tree.files().keys().next().value?.unsynced()).toHaveLength(1);
  });

  it('that fail take the dirty pages with them, and the next one is content', async () => {
    const booted = await machineWithDisk();
    const { world, machine } = booted;
    const file = await durableFile(booted, 'safe');
    machine.disk.faults.failNextSyncs();
    file.write(4, text('lost'));
    const answers: string[] = [];
    const sync = (): void =>
      void file.sync().then(
        () => answers.push('synced'),
        (error: Error) => answers.push(error.message),
      );
    sync();
    file.write(8, text('later'));
    sync();
    await elapse(world, 1000);
    expect(answers).toEqual(['EIO: cannot sync f', 'synced']);
    expect(read(file)).toBe('safe....later');
    machine.powerLoss();
    expect(read((await boot(world, 'a')).host.disk.open('f'))).toBe('safe....later');
    const effects = { syncsRefused: 1, writesLost: 1, powerLosses: 1, replacements: 0 };
    expect(machine.disk.effects).toMatchObject(effects);
    machine.wipe();
    expect(machine.disk.effects.replacements).toBe(1);
  });
});

describe('a slow disk', () => {
  it('delays syncs, and moves the clock of who writes on', async () => {
    const { world, host, machine } = await machineWithDisk('1', {
      syncLatency: constantLatency(500),
    });
    machine.disk.faults.slow(10, 2000);
    const file = host.disk.open('f', true);
    const seen: string[] = [];
    const start = host.clock.monotonicUs();
    const say = (what: string): void =>
      void seen.push(`${what} ${host.clock.monotonicUs() - start}`);
    host.timers.after(100, () => {
      file.write(0, text('a'));
      file.write(1, text('b'));
      say('written');
      void file.sync().then(() => say('synced'));
      host.timers.after(50, () => say('timer'));
    });
    host.timers.after(200, () => say('held up'));
    await elapse(world, 20_000);
    expect(seen).toEqual(['written 4100', 'held up 4100', 'timer 4150', 'synced 9100']);
    expect(machine.disk.effects).toMatchObject({ callsBlocked: 3, syncsSlowed: 1 });
  });

  it('is as fast as ever when that ends, also for syncs that wait', async () => {
    const { world, host, machine } = await machineWithDisk('1', {
      syncLatency: constantLatency(500),
    });
    const files = ['f', 'g', 'h'].map((name) => host.disk.open(name, true));
    const start = host.clock.monotonicUs();
    const synced: number[] = [];
    machine.disk.faults.slow(100, 0);
    for (const file of files)
      void file.sync().then(() => synced.push(host.clock.monotonicUs() - start));
    await elapse(world, 10_000);
    machine.disk.faults.endSlow();
    await elapse(world, 1_500);
    expect(synced).toEqual([10_500, 11_000, 11_500]);
    expect(machine.disk.effects).toMatchObject({ syncsSlowed: 1 });
  });

  it('lets bytes depart only after the call that blocked', async () => {
    const world = plainWorld();
    const a = await boot(world, 'a');
    const b = await boot(world, 'b');
    const accepted = listen(b.host, 1);
    const client = dial(a.host, 'b', 1);
    const file = a.host.disk.open('f', true);
    await elapse(world, 10_000);
    a.machine.disk.faults.slow(1, 5000);
    file.write(0, text('x'));
    client.connection.write(text('after the write'));
    await elapse(world, 5999);
    expect(accepted[0]?.bytes).toBe(0);
    await elapse(world, 1);
    expect(accepted[0]?.bytes).toBe(15);
  });
});

describe('a stalled disk', () => {
  it('completes no sync, and freezes who writes, until the stall ends', async () => {
    const world = plainWorld();
    const a = await boot(world, 'a');
    const b = await boot(world, 'b');
    const accepted = listen(b.host, 1);
    const client = dial(a.host, 'b', 1);
    const file = a.host.disk.open('f', true);
    await elapse(world, 10_000);
    const { faults } = a.machine.disk;
    faults.stall();
    const seen: string[] = [];
    void file.sync().then(() => seen.push('synced'));
    await elapse(world, 1_000_000);
    a.host.timers.after(10, () => {
      file.write(0, text('x'));
      client.connection.write(text('acknowledged'));
      seen.push('returned');
    });
    a.host.timers.after(20, () => void seen.push('timer'));
    await elapse(world, 60_000_000);
    expect([seen, accepted[0]?.log]).toEqual([['returned'], []]);
    faults.unstall();
    await elapse(world, 10_000);
    expect(seen).toEqual(['returned', 'timer', 'synced']);
    expect(accepted[0]?.text).toBe('acknowledged');
    expect(a.machine.disk.effects).toMatchObject({ callsBlocked: 1, syncsStalled: 1 });
  });
});

describe('a full disk', () => {
  it('refuses growth by its capacity, and nothing else', async () => {
    const { host, machine } = await machineWithDisk('1', { capacityBytes: 100 });
    const file = host.disk.open('f', true);
    file.write(0, new Uint8Array(90));
    expect(() => file.write(90, new Uint8Array(11))).toThrow('ENOSPC: cannot write f');
    expect(file.size()).toBe(90);
    file.write(10, new Uint8Array(90));
    file.truncate(50);
    file.write(50, new Uint8Array(50));
    expect(machine.disk.usedBytes).toBe(100);
    host.disk.remove('f');
    host.disk.open('g', true).write(0, new Uint8Array(100));
    expect(machine.disk.effects.writesRefused).toBe(1);
  });

  it('refuses all growth and new files while the fault holds', async () => {
    const { host, machine } = await machineWithDisk();
    const file = host.disk.open('f', true);
    machine.disk.faults.full = true;
    expect(() => file.write(0, text('x'))).toThrow('ENOSPC');
    expect(() => host.disk.open('g', true)).toThrow('ENOSPC');
    machine.disk.faults.heal();
    file.write(0, text('x'));
  });
});

describe('damage', () => {
  it('rot flips synced bits, is told, stays, and ends when overwritten', async () => {
    const booted = await machineWithDisk();
    const file = await durableFile(booted, 'abcdefgh');
    const before = file.read(0, 8);
    expect(booted.machine.disk.faults.rot(3, (path) => path === 'f')).toBe(3);
    expect(read(file)).not.toBe('abcdefgh');
    expect(String.fromCharCode(...before)).toBe('abcdefgh');
    booted.machine.restart(idle);
    const { host } = await boot(await crashed(booted), 'a');
    const again = host.disk.open('f');
    expect(read(again)).not.toBe('abcdefgh');
    const content = [...booted.machine.disk.tree.files().keys()][0] as FileContent;
    expect(content.damage.every(({ kind }) => kind === 'rot')).toBe(true);
    again.write(0, text('abcdefgh'));
    expect([read(again), content.damage]).toEqual(['abcdefgh', []]);
    expect(booted.machine.disk.effects.bytesFlipped).toBe(3);
  });

  it('a broken sector cannot be read until it is overwritten', async () => {
    const booted = await machineWithDisk();
    const file = await durableFile(booted, 'x'.repeat(2000));
    booted.machine.disk.faults.breakSector('f', 700);
    expect(file.read(0, 512)).toHaveLength(512);
    expect(() => file.read(500, 20)).toThrow('EIO: cannot read f');
    file.write(512, new Uint8Array(512));
    expect(file.read(0, 2000)).toHaveLength(2000);
    expect(booted.machine.disk.effects.readsFailed).toBe(1);
  });

  it('reads fail as often as asked for', async () => {
    const booted = await machineWithDisk();
    const file = await durableFile(booted, 'fine');
    booted.machine.disk.faults.failNextReads();
    expect(() => file.read(0, 4)).toThrow('EIO');
    expect(read(file)).toBe('fine');
  });

  it('a misdirected write spoils another sector and misses its own', async () => {
    const booted = await machineWithDisk();
    const file = await durableFile(booted, 'x'.repeat(4096));
    booted.machine.disk.faults.misdirectNextWrites();
    file.write(512, text('y'.repeat(512)));
    const content = read(file);
    expect(content.slice(512, 1024)).toBe('x'.repeat(512));
    expect(content.indexOf('y'.repeat(512)) % 512).toBe(0);
    expect(booted.machine.disk.effects.writesMisdirected).toBe(1);
  });
});

async function crashed(booted: Awaited<ReturnType<typeof machineWithDisk>>) {
  booted.machine.crash();
  return booted.world;
}
