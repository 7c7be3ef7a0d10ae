import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Host } from '../../src/host/host.ts';
import { boot, dial, elapse, listen, plainWorld } from './support.ts';

/** The digest of a world in which this process did something, and a second has gone by. */
async function digestAfter(act: (host: Host) => void): Promise<string> {
  const world = plainWorld();
  const { host } = await boot(world, 'a');
  await boot(world, 'b');
  act(host);
  await elapse(world, 1_000_000);
  if (world.failure !== null) throw world.failure;
  return world.digest;
}

const exchange = async (bytes: Uint8Array): Promise<string> => {
  const world = plainWorld();
  const a = await boot(world, 'a');
  const b = await boot(world, 'b');
  listen(b.host, 1);
  dial(a.host, 'b', 1).connection.write(bytes);
  await elapse(world, 1_000_000);
  return world.digest;
};

const write = (path: string, position: number, bytes: Uint8Array) => (host: Host) =>
  host.disk.open(path, true).write(position, bytes);

const bytes = Uint8Array.of(1, 2, 3);
const nothing = (): void => {};

/** Pairs of acts of one process that differ in one thing. */
const pairs: Record<string, readonly [(host: Host) => void, (host: Host) => void]> = {
  'the bytes of a write to disk': [
    write('f', 0, Uint8Array.of(1, 2, 3)),
    write('f', 0, Uint8Array.of(1, 2, 4)),
  ],
  'where a write lands': [write('f', 0, bytes), write('f', 1, bytes)],
  'which file is made': [write('f', 0, bytes), write('g', 0, bytes)],
  'which of two files is written': [
    (host) => {
      const files = ['f', 'g'].map((path) => host.disk.open(path, true));
      files[0]!.write(0, bytes);
    },
    (host) => {
      const files = ['f', 'g'].map((path) => host.disk.open(path, true));
      files[1]!.write(0, bytes);
    },
  ],
  'what is renamed to what': [
    (host) => {
      write('f', 0, bytes)(host);
      host.disk.rename('f', 'g');
    },
    (host) => {
      write('f', 0, bytes)(host);
      host.disk.rename('f', 'h');
    },
  ],
  'which directory is made': [
    (host) => host.disk.makeDirectory('d'),
    (host) => host.disk.makeDirectory('e'),
  ],
  'the code of an exit': [(host) => host.exit(1, 'halt'), (host) => host.exit(2, 'halt')],
  'the reason of an exit': [(host) => host.exit(1, 'disk'), (host) => host.exit(1, 'network')],
  'the port that is listened on': [
    (host) => host.network.listen(1, () => ({ onData() {}, onClose() {} }), nothing),
    (host) => host.network.listen(2, () => ({ onData() {}, onClose() {} }), nothing),
  ],
  'the port that is dialled': [(host) => dial(host, 'b', 7), (host) => dial(host, 'b', 8)],
  'which of two timers of one moment is cancelled': [
    (host) => {
      const timers = [1, 2].map(() => host.timers.after(10, nothing));
      timers[0]!.cancel();
    },
    (host) => {
      const timers = [1, 2].map(() => host.timers.after(10, nothing));
      timers[1]!.cancel();
    },
  ],
};

describe('the digest of a world', () => {
  it.each(Object.entries(pairs))('sees %s', async (_, [one, other]) => {
    const digest = await digestAfter(one);
    expect(await digestAfter(other)).not.toBe(digest);
    expect(await digestAfter(one)).toBe(digest);
  });

  it('sees any one byte that crosses the network', async () => {
    const middle = new Uint8Array(1000);
    middle[500] = 1;
    expect(await exchange(middle)).not.toBe(await exchange(new Uint8Array(1000)));
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 2000 }),
        fc.nat(),
        async (whole, place) => {
          const changed = whole.slice();
          changed[place % whole.length]! ^= 1 << (place & 7);
          expect(await exchange(changed)).not.toBe(await exchange(whole));
        },
      ),
      { numRuns: 50 },
    );
  });
});
