import { describe, expect, it } from 'vitest';
import type { Stage } from './stage.ts';

/** Clock, timers and chance: what every host promises. */
export function describeTime(stage: () => Stage): void {
  describe('the clock', () => {
    it('moves on, in whole microseconds and milliseconds', async () => {
      const { clock, timers } = await stage().boot('one');
      const [us, ms] = [clock.monotonicUs(), clock.wallMs()];
      expect([Number.isSafeInteger(us), Number.isSafeInteger(ms)]).toEqual([true, true]);
      let fired = false;
      timers.after(20_000, () => {
        fired = true;
      });
      await stage().until(() => fired);
      expect(clock.monotonicUs()).toBeGreaterThanOrEqual(us + 20_000);
      expect(clock.wallMs()).toBeGreaterThan(ms);
    });
  });

  describe('a timer', () => {
    it('runs once, in a later event, also with no delay', async () => {
      const { timers } = await stage().boot('one');
      let runs = 0;
      timers.after(0, () => {
        runs++;
      });
      expect(runs).toBe(0);
      await stage().until(() => runs > 0);
      await stage().rest();
      expect(runs).toBe(1);
    });

    it('fires when it is due and never early', async () => {
      const { clock, timers } = await stage().boot('one');
      const late: number[] = [];
      for (const delay of [1, 999, 1001, 5000, 20_500]) {
        const due = clock.monotonicUs() + delay;
        timers.after(delay, () => void late.push(clock.monotonicUs() - due));
      }
      await stage().until(() => late.length === 5);
      expect(Math.min(...late)).toBeGreaterThanOrEqual(0);
    });

    it('comes before one that is due clearly later', async () => {
      const { timers } = await stage().boot('one');
      const order: string[] = [];
      timers.after(40_000, () => void order.push('late'));
      timers.after(1000, () => void order.push('early'));
      await stage().until(() => order.length === 2);
      expect(order).toEqual(['early', 'late']);
    });

    it('does not run once it is cancelled', async () => {
      const { timers } = await stage().boot('one');
      const fired: string[] = [];
      const timer = timers.after(5000, () => void fired.push('cancelled'));
      const other = timers.after(1000, () => {
        fired.push('kept');
        timer.cancel();
        timer.cancel();
      });
      await stage().until(() => fired.length > 0);
      await stage().rest();
      other.cancel();
      expect(fired).toEqual(['kept']);
    });

    it('ends with its process', async () => {
      const host = await stage().boot('one');
      let fired = false;
      host.timers.after(1000, () => {
        fired = true;
      });
      host.exit(0, 'done');
      await stage().rest();
      expect(fired).toBe(false);
    });
  });

  describe('what is to run soon', () => {
    it('runs when all promises of the event are done, and before anything else', async () => {
      const { timers } = await stage().boot('one');
      const order: string[] = [];
      timers.after(1000, () => {
        timers.after(0, () => void order.push('a later event'));
        timers.soon(() => {
          order.push('soon');
          void Promise.resolve().then(() => timers.soon(() => void order.push('soon again')));
        });
        void (async () => {
          for (let turn = 0; turn < 20; turn++) await null;
          order.push('a promise');
        })();
        order.push('the event');
      });
      await stage().until(() => order.length === 5);
      expect(order).toEqual(['the event', 'a promise', 'soon', 'soon again', 'a later event']);
    });

    it('ends with its process', async () => {
      const host = await stage().boot('one');
      let ran = false;
      host.timers.soon(() => {
        ran = true;
      });
      host.exit(0, 'done');
      await stage().rest();
      expect(ran).toBe(false);
    });
  });

  describe('chance', () => {
    it('comes in streams of numbers within their bounds', async () => {
      const { random } = await stage().boot('one');
      const stream = random.stream('dice');
      expect(random.stream('dice')).toBe(stream);
      const floats = Array.from({ length: 200 }, () => stream.next());
      expect(floats.every((value) => value >= 0 && value < 1)).toBe(true);
      expect(new Set(floats).size).toBeGreaterThan(190);
      const ints = new Set(Array.from({ length: 300 }, () => stream.int(6)));
      expect([...ints].sort()).toEqual([0, 1, 2, 3, 4, 5]);
      expect(stream.int(1)).toBe(0);
      expect(Number.isInteger(stream.int(2 ** 32))).toBe(true);
    });
  });

  describe('a delay point', () => {
    it('that is not active lets pass at once', async () => {
      const { points } = await stage().boot('one');
      let passed = 0;
      points.pass('anywhere', () => passed++);
      expect(passed).toBe(1);
    });
  });

  describe('exit', () => {
    it('tells code and reason once', async () => {
      const host = await stage().boot('one');
      host.exit(3, 'disk failed');
      host.exit(0, 'too late');
      await stage().rest();
      expect(stage().exits).toEqual([{ machine: 'one', code: 3, reason: 'disk failed' }]);
    });
  });
}
