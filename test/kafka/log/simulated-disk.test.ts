import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultTopicSettings } from '../../../src/kafka/config.ts';
import { Log } from '../../../src/kafka/log/log.ts';
import { observeNothing } from '../../../src/kafka/observation.ts';
import { instantDisk } from '../../../src/sim/disk.ts';
import { boot, plainWorld } from '../../sim/support.ts';
import { batchOf, contents, startMs } from './logs.ts';

type Step =
  | { readonly kind: 'append'; readonly newEpoch: boolean }
  | { readonly kind: 'truncate'; readonly part: number }
  | { readonly kind: 'flush' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    arbitrary: fc.record({ kind: fc.constant('append' as const), newEpoch: fc.boolean() }),
    weight: 6,
  },
  fc.record({ kind: fc.constant('truncate' as const), part: fc.integer({ min: 0, max: 10 }) }),
  fc.record({ kind: fc.constant('flush' as const) }),
);

const settings = { ...defaultTopicSettings, segmentBytes: 400, indexIntervalBytes: 150 };

describe('on the simulated disk', () => {
  it('a power loss leaves a log that once was, no older than the last flush', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), fc.nat(), async (steps, seed) => {
        const world = plainWorld({ seed: String(seed) });
        const booted = await boot(world, 'a', { disk: instantDisk });
        const open = (host: typeof booted.host, recoveryPoint: number): Log =>
          Log.open({
            disk: host.disk,
            directory: 'data/orders-0',
            settings,
            cleanShutdown: false,
            recoveryPoint,
            wallMs: () => startMs,
            replica: { node: 1, topicId: 'AAAAAAAAAAAAAAAAAAAAAQ', partition: 'orders-0' },
            observe: observeNothing,
          });
        const log = open(booted.host, 0);
        let epoch = 0;
        let now: string[] = [];
        /** All that the log was since the last flush. */
        let states: string[][] = [[]];
        let flushed = 0;
        for (const [index, next] of steps.entries()) {
          if (next.kind === 'append') {
            if (next.newEpoch) epoch += 1;
            const value = `w${100 + index}`;
            log.append(batchOf([value]), epoch);
            now = [...now, `${now.length}:${epoch}:${value}`];
          } else if (next.kind === 'truncate') {
            now = now.slice(0, Math.floor((now.length * next.part) / 10));
            log.truncateTo(now.length);
            flushed = Math.min(flushed, now.length);
          } else {
            const done = log.flush();
            await world.runUntil(world.now + 1_000_000);
            await done;
            states = [];
            flushed = now.length;
          }
          states.push(now);
        }
        const { recoveryPoint } = log;
        booted.machine.powerLoss();
        const { host } = await boot(world, 'a');
        const left = contents(open(host, recoveryPoint));
        expect(left.length).toBeGreaterThanOrEqual(flushed);
        const text = left.join(' ');
        expect(states.some((state) => state.slice(0, left.length).join(' ') === text)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});
