import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { passInChain } from '../../src/host/points.ts';
import { boot, elapse, plainWorld } from './support.ts';

const always = { name: 'here', perMille: 1000, minUs: 1000, maxUs: 1000 };

describe('a delay point that is active', () => {
  it('holds in an event of its own, for as long as the seed says', async () => {
    const world = plainWorld({ points: [always] });
    const { host } = await boot(world, 'a');
    const passed: number[] = [];
    host.points.pass('here', () => passed.push(world.now));
    expect(passed).toEqual([]);
    await elapse(world, 5000);
    expect(passed).toEqual([1000]);
    expect(world.points.held.get('here')).toBe(1);
  });

  it('holds on the machines named, and no other point', async () => {
    const world = plainWorld({ points: [{ ...always, machine: 'b' }] });
    const { host: a } = await boot(world, 'a');
    const { host: b } = await boot(world, 'b');
    const passed: string[] = [];
    a.points.pass('here', () => passed.push('a'));
    b.points.pass('here', () => passed.push('b'));
    b.points.pass('there', () => passed.push('b there'));
    expect(passed).toEqual(['a', 'b there']);
  });

  it('keeps the order of what passes, held or not', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(),
        fc.array(fc.nat(3000), { maxLength: 30 }),
        async (seed, pauses) => {
          const world = plainWorld({
            seed: String(seed),
            tieBreak: 'random',
            points: [{ name: 'here', perMille: 300, minUs: 0, maxUs: 4000 }],
          });
          const { host } = await boot(world, 'a');
          const passed: number[] = [];
          for (const [index, pause] of pauses.entries()) {
            host.points.pass('here', () => passed.push(index));
            await elapse(world, pause);
          }
          await elapse(world, 1_000_000);
          expect(passed).toEqual(pauses.map((_, index) => index));
        },
      ),
      { numRuns: 100 },
    );
  });

  it('waits for a paused process, and lets nothing pass in one that has ended', async () => {
    const world = plainWorld({ points: [always] });
    const { host, machine } = await boot(world, 'a');
    const passed: string[] = [];
    host.points.pass('here', () => passed.push('late'));
    machine.pause();
    await elapse(world, 5000);
    expect(passed).toEqual([]);
    machine.resume();
    await elapse(world, 1);
    expect(passed).toEqual(['late']);
    host.points.pass('here', () => passed.push('never'));
    machine.crash();
    await elapse(world, 5000);
    expect(passed).toEqual(['late']);
  });

  it('may begin and end to hold at any time; what is held keeps its place', async () => {
    const world = plainWorld();
    const { host } = await boot(world, 'a');
    const passed: string[] = [];
    const pass = (what: string): void => host.points.pass('here', () => passed.push(what));
    pass('before');
    world.points.use([always]);
    pass('held');
    world.points.use([]);
    pass('behind');
    expect(passed).toEqual(['before']);
    await elapse(world, 1000);
    pass('after');
    expect(passed).toEqual(['before', 'held', 'behind', 'after']);
  });

  it('is the same for the same seed, and changes nothing where it does not hold', async () => {
    const digestOf = async (points: readonly (typeof always)[]): Promise<string> => {
      const world = plainWorld({ points });
      const { host } = await boot(world, 'a');
      for (let i = 0; i < 10; i++) host.points.pass('here', () => host.exit(i, 'done'));
      await elapse(world, 100_000);
      return world.digest;
    };
    const sometimes = { ...always, perMille: 500, maxUs: 9000 };
    expect(await digestOf([sometimes])).toBe(await digestOf([sometimes]));
    expect(await digestOf([{ ...always, name: 'there' }])).toBe(await digestOf([]));
  });
});

describe('a point in a chain of promises', () => {
  it('is no turn of the chain where it does not hold', async () => {
    const { host } = await boot(plainWorld(), 'a');
    expect(passInChain(host.points, 'here', () => {})).toBeUndefined();
  });

  it('settles the chain when it lets pass, also by what went wrong', async () => {
    const world = plainWorld({ points: [always] });
    const { host } = await boot(world, 'a');
    const ends: string[] = [];
    const end = (act: () => void): void =>
      void passInChain(host.points, 'here', act)!.then(
        () => ends.push('done'),
        (error: Error) => ends.push(error.message),
      );
    end(() => {});
    end(() => {
      throw new Error('broken');
    });
    expect(ends).toEqual([]);
    await elapse(world, 5000);
    expect([ends, world.failure]).toEqual([['done', 'broken'], null]);
  });
});
