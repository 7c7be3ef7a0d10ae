import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Program } from '../../src/host/host.ts';
import type { Connection } from '../../src/host/network.ts';
import { World, type WorldOptions } from '../../src/sim/world.ts';

const names = ['a', 'b', 'c'];

/**
 * Each machine greets the others over and over, keeps what it hears in a synced file, and draws
 * chance.
 */
const gossip: Program = (host) => {
  const file = host.disk.open('heard', true);
  const chance = host.random.stream('gossip');
  host.network.listen(
    1,
    () => ({
      onData(bytes) {
        file.write(file.size(), bytes);
        if (chance.int(4) === 0) file.sync().catch(() => host.exit(1, 'disk failed'));
      },
      onClose() {},
    }),
    () => {},
  );
  for (const peer of names) talk(peer, null);
  return { stop: () => host.exit(0, 'asked to') };

  function talk(peer: string, connection: Connection | null): void {
    let open = connection;
    if (open === null) {
      open = host.network.connect(
        { host: peer, port: 1 },
        {
          onData() {},
          onClose() {
            open = null;
          },
        },
      );
    }
    open.write(Uint8Array.of(chance.int(256), chance.int(256)));
    host.timers.after(1000 + chance.int(5000), () => talk(peer, open));
  }
};

/** Two virtual seconds of gossip under a fixed set of faults. */
async function trial(options: WorldOptions): Promise<World> {
  const world = new World({ splitWrites: true, tieBreak: 'random', ...options });
  world.recordDigests();
  for (const name of names) world.addMachine(name, { clock: { driftPpm: 100 } }).start(gossip);
  const at = (ms: number, label: string, act: () => void): void =>
    void world.schedule(ms * 1000, label, act);
  at(100, 'block', () => world.network.link('a', 'b').block());
  at(300, 'crash', () => world.machine('c').crash());
  at(400, 'restart', () => world.machine('c').restart());
  at(500, 'unblock', () => world.network.link('a', 'b').unblock());
  at(600, 'pause', () => world.machine('a').pause());
  at(700, 'power loss', () => world.machine('b').powerLoss());
  at(900, 'resume', () => world.machine('a').resume());
  at(1000, 'power', () => world.machine('b').restart());
  at(1200, 'slow', () => world.machine('a').disk.faults.slow(20, 300));
  at(1400, 'rot', () => void world.machine('a').disk.faults.rot(2));
  at(1500, 'sync fails', () => world.machine('b').disk.faults.failNextSyncs());
  await world.runUntil(2_000_000);
  if (world.failure !== null) throw world.failure;
  return world;
}

describe('a trial', () => {
  it('is the same for the same seed', async () => {
    const [one, two] = [await trial({ seed: '7' }), await trial({ seed: '7' })];
    expect(one.recordDigests().firstDifference(two.recordDigests())).toBeNull();
    expect([one.digest, one.events]).toEqual([two.digest, two.events]);
    expect(one.events).toBeGreaterThan(2000);
  });

  it('is another for another seed', async () => {
    const digests = await Promise.all(
      ['1', '2', '3', '4'].map(async (seed) => (await trial({ seed })).digest),
    );
    expect(new Set(digests).size).toBe(4);
  });

  it('is the same whether it is traced or not', async () => {
    const lines: string[] = [];
    const traced = await trial({
      seed: '7',
      trace: {
        write: (entry) => {
          if (entry.is === 'event') lines.push(`${entry.time} ${entry.machine} ${entry.what}`);
        },
      },
    });
    expect(traced.digest).toBe((await trial({ seed: '7' })).digest);
    expect(lines.length).toBeGreaterThanOrEqual(traced.events);
    expect(lines.some((line) => /^\d+ b receives 2 bytes from a:\d+$/.test(line))).toBe(true);
    expect(lines.some((line) => /late: /.test(line))).toBe(true);
  });

  it('is the same on every engine and in every version', async () => {
    const world = await trial({ seed: 'golden' });
    expect(`${world.digest} after ${world.events} events`).toMatchInlineSnapshot(
      `"ef6871b304665683 after 10410 events"`,
    );
  });
});

describe('under random faults', () => {
  const ms = (max: number) => fc.integer({ min: 1, max });
  const fault = fc.record({
    at: ms(3000),
    lasts: ms(1500),
    what: fc.constantFrom('block', 'block back', 'clog', 'pause', 'slow link', 'pause reading'),
  });
  const messages = fc.array(fc.record({ at: ms(4000), size: fc.integer({ min: 4, max: 600 }) }), {
    maxLength: 120,
  });

  it('each connection delivers what was written, all of it and in order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(),
        fc.array(fault, { maxLength: 6 }),
        messages,
        async (seed, faults, writes) => {
          const world = new World({
            seed: String(seed),
            tieBreak: 'random',
            splitWrites: seed % 2 === 0,
          });
          const sent: number[] = [];
          const received: number[] = [];
          let ended = false;
          let reading: Connection | null = null;
          world.addMachine('server').start((host) => {
            host.network.listen(
              1,
              (connection) => {
                reading = connection;
                return {
                  onData: (bytes) => void received.push(...bytes),
                  onClose(reason) {
                    ended = reason === 'ended';
                  },
                };
              },
              () => {},
            );
            return { stop() {} };
          });
          world.addMachine('client').start((host) => {
            const connection = host.network.connect(
              { host: 'server', port: 1 },
              { onData() {}, onClose() {} },
            );
            for (const { at, size } of writes) {
              host.timers.after(at * 1000, () => {
                const bytes = Uint8Array.from({ length: size }, (_, i) => (sent.length + i) % 251);
                sent.push(...bytes);
                connection.write(bytes);
              });
            }
            host.timers.after(4_500_000, () => connection.close());
            return { stop() {} };
          });
          const [there, back] = [
            world.network.link('client', 'server'),
            world.network.link('server', 'client'),
          ];
          const usual = there.latency;
          const server = world.machine('server');
          const acts: Record<string, [() => void, () => void]> = {
            block: [() => there.block(), () => there.unblock()],
            'block back': [() => back.block(), () => back.unblock()],
            clog: [() => there.clog(), () => there.unclog()],
            pause: [() => server.pause(), () => server.resume()],
            'pause reading': [() => reading?.pauseReading(), () => reading?.resumeReading()],
            'slow link': [
              () => {
                there.latency = { ...usual, baseUs: 40_000, jitterUs: 20_000 };
              },
              () => {
                there.latency = usual;
              },
            ],
          };
          for (const { at, lasts, what } of faults) {
            const [begin, end] = acts[what] as [() => void, () => void];
            world.schedule(at * 1000, what, begin);
            world.schedule((at + lasts) * 1000, `${what} ends`, end);
          }
          await world.runUntil(30_000_000);
          expect(world.failure).toBeNull();
          expect(received).toEqual(sent);
          expect(ended).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });
});
