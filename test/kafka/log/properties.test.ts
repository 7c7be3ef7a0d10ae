import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Log } from '../../../src/kafka/log/log.ts';
import { batchOf, contents, openLog } from './logs.ts';
import { MemoryDisk, pickFrom } from './memory-disk.ts';

type Step =
  | { readonly kind: 'append'; readonly count: number; readonly newEpoch: boolean }
  | { readonly kind: 'truncate'; readonly part: number }
  | { readonly kind: 'advance-start'; readonly part: number }
  | { readonly kind: 'delete-old' }
  | { readonly kind: 'flush' }
  | { readonly kind: 'crash' }
  | { readonly kind: 'restart' };

const append: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('append'),
  count: fc.integer({ min: 1, max: 4 }),
  newEpoch: fc.boolean(),
});
const part = fc.integer({ min: 0, max: 10 });
const truncate: fc.Arbitrary<Step> = fc.record({ kind: fc.constant('truncate'), part });
const advance: fc.Arbitrary<Step> = fc.record({ kind: fc.constant('advance-start'), part });
const plain = (kind: 'flush' | 'crash' | 'restart' | 'delete-old'): fc.Arbitrary<Step> =>
  fc.record({ kind: fc.constant(kind) });

const settings = { segmentBytes: 400, indexIntervalBytes: 150 };

/** The log as a list of records, with where its batches begin. */
class Model {
  records: string[] = [];
  starts: number[] = [];
  logStart = 0;
  epoch = 0;
  written = 0;

  append(count: number, newEpoch: boolean): Uint8Array {
    if (newEpoch) this.epoch += 1;
    this.starts.push(this.records.length);
    const values = Array.from({ length: count }, () => `w${this.written++}`);
    for (const value of values) this.records.push(`${this.records.length}:${this.epoch}:${value}`);
    return batchOf(values);
  }

  truncate(offset: number): void {
    if (offset >= this.records.length) return;
    const cut = this.starts.filter((start) => start <= offset).at(-1) ?? 0;
    this.starts = this.starts.filter((start) => start < cut);
    this.records.length = cut;
    this.logStart = Math.min(this.logStart, cut);
  }

  endOfEpoch(epoch: number): number {
    const later = this.records.findIndex((record) => Number(record.split(':')[1]) > epoch);
    return later < 0 ? this.records.length : later;
  }

  at(fraction: number): number {
    return Math.floor((this.records.length * fraction) / 10);
  }
}

function expectSame(log: Log, model: Model): void {
  expect([log.logStartOffset, log.logEndOffset]).toEqual([model.logStart, model.records.length]);
  const visible = model.records.slice(model.logStart);
  expect(contents(log)).toEqual(visible);
  expect(contents(log, 100)).toEqual(visible);
  for (const record of visible) {
    const [offset, epoch] = record.split(':').map(Number) as [number, number];
    expect(log.epochAt(offset)).toBe(epoch);
    expect(log.endOffsetForEpoch(epoch).endOffset).toBe(model.endOfEpoch(epoch));
  }
}

describe('a log agrees with a list', () => {
  const step = fc.oneof(
    { arbitrary: append, weight: 6 },
    truncate,
    advance,
    plain('flush'),
    plain('crash'),
    plain('restart'),
    plain('delete-old'),
  );

  it('through appends, truncations, deletions, crashes and restarts', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        let disk = new MemoryDisk();
        const model = new Model();
        let log = openLog(disk, { settings });
        for (const next of steps) {
          if (next.kind === 'append') {
            log.append(model.append(next.count, next.newEpoch), model.epoch);
          } else if (next.kind === 'truncate') {
            // Records below the log start may be gone from the disk, so the cut stays above it.
            const offset = Math.max(model.at(next.part), model.logStart);
            log.truncateTo(offset);
            model.truncate(offset);
          } else if (next.kind === 'advance-start') {
            model.logStart = Math.max(model.logStart, model.at(next.part));
            log.advanceLogStart(model.logStart);
            // The start is a file of its own that only a flush writes.
            await log.flush();
          } else if (next.kind === 'delete-old') {
            log.deleteOldSegments(log.logEndOffset);
            await log.flush();
          } else if (next.kind === 'flush') {
            await log.flush();
          } else {
            const cleanShutdown = next.kind === 'restart';
            if (cleanShutdown) await log.close();
            else disk = disk.crash();
            const { recoveryPoint } = log;
            log = openLog(disk, { settings, cleanShutdown, recoveryPoint });
          }
          expectSame(log, model);
        }
      }),
      { numRuns: 150 },
    );
  });
});

describe('a power loss', () => {
  const step = fc.oneof({ arbitrary: append, weight: 6 }, plain('flush'), plain('crash'));
  const seeds = fc.array(fc.tuple(fc.array(step, { maxLength: 12 }), fc.nat()), {
    minLength: 1,
    maxLength: 4,
  });

  it('leaves what was flushed and a prefix of what the log once was', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, async (lives) => {
        let disk = new MemoryDisk();
        let model = new Model();
        // The owner's checkpoint: durable, but not always the newest.
        let recoveryPoint = 0;
        /** All that the log was since it was flushed last. */
        let states: string[][] = [];
        for (const [steps, seed] of lives) {
          let log = openLog(disk, { settings, recoveryPoint });
          expectSame(log, model);
          // After a power loss a replica goes on in a later epoch, as leader or follower.
          model.epoch += 1;
          let flushed = log.recoveryPoint;
          for (const next of steps) {
            if (next.kind === 'append') {
              log.append(model.append(next.count, next.newEpoch), model.epoch);
            } else if (next.kind === 'flush') {
              await log.flush();
              states = [];
              flushed = model.records.length;
              if (seed % 2 === 0) recoveryPoint = log.recoveryPoint;
            } else {
              disk = disk.crash();
              log = openLog(disk, { settings, recoveryPoint });
            }
            states.push([...model.records]);
          }
          disk = disk.powerLoss(pickFrom(seed));
          const left = contents(openLog(disk, { settings, recoveryPoint }));
          expect(left.length).toBeGreaterThanOrEqual(flushed);
          states.push([...model.records]);
          const state = states.find((each) => isPrefix(left, each));
          expect(state, left.join(' ')).toBeDefined();
          model = cutTo(model, state ?? [], left.length);
          states.push([...model.records]);
          disk = disk.crash();
        }
      }),
      { numRuns: 300 },
    );
  });

  it('after truncations leaves what was flushed, in an order of epochs that can be', async () => {
    const steps = fc.array(fc.oneof({ arbitrary: append, weight: 5 }, truncate, plain('flush')), {
      maxLength: 20,
    });
    await fc.assert(
      fc.asyncProperty(steps, fc.nat(), async (all, seed) => {
        const disk = new MemoryDisk();
        const model = new Model();
        const log = openLog(disk, { settings });
        const everWritten = new Set<string>();
        let durable: string[] = [];
        for (const next of all) {
          if (next.kind === 'append') {
            log.append(model.append(next.count, next.newEpoch), model.epoch);
            for (const record of model.records) everWritten.add(record);
          } else if (next.kind === 'truncate') {
            model.truncate(model.at(next.part));
            log.truncateTo(model.records.length);
            durable = durable.slice(0, model.records.length);
          } else {
            await log.flush();
            durable = [...model.records];
          }
        }
        const { recoveryPoint } = log;
        const after = openLog(disk.powerLoss(pickFrom(seed)), { settings, recoveryPoint });
        const left = contents(after);
        expect(left.slice(0, durable.length)).toEqual(durable);
        expect(left.every((record) => everWritten.has(record))).toBe(true);
        const epochs = left.map((record) => Number(record.split(':')[1]));
        expect(epochs).toEqual([...epochs].sort((a, b) => a - b));
      }),
      { numRuns: 300 },
    );
  });
});

function isPrefix(left: readonly string[], of: readonly string[]): boolean {
  return left.every((record, index) => of[index] === record);
}

function cutTo(model: Model, state: readonly string[], length: number): Model {
  model.records = state.slice(0, length);
  return model;
}
