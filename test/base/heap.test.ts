import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TimeHeap } from '../../src/base/heap.ts';

interface Entry {
  readonly time: number;
  readonly order: number;
}

const inOrder = (a: Entry, b: Entry): number => a.time - b.time || a.order - b.order;

function drain(heap: TimeHeap<Entry>): Entry[] {
  const drained: Entry[] = [];
  while (heap.size > 0) {
    const time = heap.minTime;
    const entry = heap.pop();
    expect(entry.time).toBe(time);
    drained.push(entry);
  }
  return drained;
}

/** Few distinct times, so that ties are many. */
const someTimes = fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 600 });

describe('a heap of timed entries', () => {
  it('gives them by time, and by order where times are equal', () => {
    fc.assert(
      fc.property(someTimes, (times) => {
        const heap = new TimeHeap<Entry>();
        const entries = times.map((time, i) => ({ time, order: (i * 7919) % 1009 }));
        for (const entry of entries) heap.push(entry.time, entry.order, entry);
        expect(drain(heap).map(({ time, order }) => [time, order])).toEqual(
          entries.sort(inOrder).map(({ time, order }) => [time, order]),
        );
      }),
    );
  });

  it('stays in order while pushes and pops alternate', () => {
    fc.assert(
      fc.property(someTimes, (times) => {
        const heap = new TimeHeap<Entry>();
        const model: Entry[] = [];
        times.forEach((time, order) => {
          heap.push(time, order, { time, order });
          model.push({ time, order });
          if (order % 3 !== 2) return;
          model.sort(inOrder);
          expect(heap.pop()).toEqual(model.shift());
        });
        expect(drain(heap)).toEqual(model.sort(inOrder));
      }),
    );
  });

  it('drops what a filter rejects and keeps the rest in order', () => {
    fc.assert(
      fc.property(someTimes, fc.integer({ min: 1, max: 5 }), (times, every) => {
        const heap = new TimeHeap<Entry>();
        const entries = times.map((time, order) => ({ time, order }));
        for (const entry of entries) heap.push(entry.time, entry.order, entry);
        heap.filter(({ order }) => order % every === 0);
        const kept = entries.filter(({ order }) => order % every === 0);
        const more = { time: 10, order: -1 };
        heap.push(more.time, more.order, more);
        expect(drain(heap)).toEqual([...kept, more].sort(inOrder));
      }),
    );
  });

  it('says that an empty heap begins at infinity', () => {
    expect(new TimeHeap<Entry>().minTime).toBe(Infinity);
  });
});
