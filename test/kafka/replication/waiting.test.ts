import { describe, expect, it } from 'vitest';
import { errorCode } from '../../../src/kafka/protocol/errors.ts';
import { Completions } from '../../../src/kafka/replication/completions.ts';
import type { FetchWork, ProduceResult } from '../../../src/kafka/replication/contract.ts';
import { Deadlines, Expiring } from '../../../src/kafka/replication/deadlines.ts';
import type { FetchReading } from '../../../src/kafka/replication/delayed-fetch.ts';
import { DelayedFetch, FetchWatchers } from '../../../src/kafka/replication/delayed-fetch.ts';
import { DelayedProduce } from '../../../src/kafka/replication/delayed-produce.ts';
import { PartitionWaiters } from '../../../src/kafka/replication/partition-waiters.ts';
import { OffsetWaitList } from '../../../src/kafka/replication/wait-list.ts';
import { ManualHost } from './manual-host.ts';

class Probe extends Expiring {
  readonly name: string;
  readonly #log: string[];

  constructor(name: string, log: string[]) {
    super();
    this.name = name;
    this.#log = log;
  }

  expire(): void {
    this.#log.push(this.name);
  }
}

describe('deadlines', () => {
  it('expire in order, by one timer for all of one duration', () => {
    const world = new ManualHost();
    const expired: string[] = [];
    const deadlines = new Deadlines(world.host, () => expired.push('|'));
    for (const name of ['a', 'b', 'c']) {
      deadlines.add(new Probe(name, expired), 500);
      world.advance(100);
    }
    expect(world.timersSet).toBe(1);
    world.advance(200);
    expect(expired.join('')).toBe('a|');
    world.advance(200);
    expect(expired.join('')).toBe('a|b|c|');
  });

  it('that were removed do not expire and are not kept', () => {
    const world = new ManualHost();
    const expired: string[] = [];
    const deadlines = new Deadlines(world.host, () => {});
    const probes = ['a', 'b', 'c', 'd'].map((name) => new Probe(name, expired));
    for (const probe of probes) deadlines.add(probe, 1000);
    for (const at of [1, 0, 3]) deadlines.remove(probes[at] as Probe);
    deadlines.remove(probes[1] as Probe);
    world.advance(5000);
    expect(expired).toEqual(['c']);
    expect(world.timersPending).toBe(0);
  });

  it('of different durations do not hold each other up', () => {
    const world = new ManualHost();
    const expired: string[] = [];
    const deadlines = new Deadlines(world.host, () => {});
    deadlines.add(new Probe('long', expired), 30_000);
    deadlines.add(new Probe('short', expired), 500);
    world.advance(600);
    expect(expired).toEqual(['short']);
  });
});

describe('a list of offset waiters', () => {
  it('gives out those that are reached, smallest first and first come first', () => {
    const list = new OffsetWaitList<{ required: number; name: string }>();
    for (const [required, name] of [
      [5, 'a'],
      [3, 'b'],
      [5, 'c'],
      [9, 'd'],
      [3, 'e'],
    ] as const) {
      list.add({ required, name });
    }
    const taken: string[] = [];
    for (let next = list.take(5); next !== null; next = list.take(5)) taken.push(next.name);
    expect(taken).toEqual(['b', 'e', 'a', 'c']);
    expect(list.size).toBe(1);
  });
});

const result = (index: number): ProduceResult => ({
  topicId: 'id',
  topic: 'orders',
  index,
  errorCode: errorCode.none,
  errorMessage: null,
  baseOffset: 7,
  logAppendTimeMs: -1,
  logStartOffset: 0,
  recordErrors: [],
  currentLeader: null,
});

function waitingProduce(partitions: number) {
  const world = new ManualHost();
  const completions = new Completions();
  const deadlines = new Deadlines(world.host, () => completions.drain());
  const answers: ProduceResult[][] = [];
  const results = Array.from({ length: partitions }, (_, index) => result(index));
  const operation = new DelayedProduce(
    results,
    (given) => answers.push(given),
    completions,
    deadlines,
  );
  const waiters = results.map(() => new PartitionWaiters());
  for (const [slot, waiter] of waiters.entries()) operation.waitFor(slot, 8, waiter.commits);
  deadlines.add(operation, 1000);
  return {
    world,
    completions,
    answers,
    waiters,
    partition: (at: number) => waiters[at] as PartitionWaiters,
  };
}

describe('a produce that waits', () => {
  it('is answered when the last of its partitions is committed, once', () => {
    const { answers, completions, partition, world } = waitingProduce(2);
    partition(0).onHighWatermark(8, errorCode.none);
    partition(1).onHighWatermark(7, errorCode.none);
    completions.drain();
    expect(answers).toEqual([]);
    partition(1).onHighWatermark(8, errorCode.none);
    completions.drain();
    world.advance(5000);
    expect(answers).toHaveLength(1);
    expect(answers[0]?.map((one) => one.errorCode)).toEqual([0, 0]);
  });

  it('times out only for what is not committed', () => {
    const { answers, partition, waiters, world } = waitingProduce(2);
    partition(1).onHighWatermark(8, errorCode.none);
    world.advance(1000);
    expect(answers[0]?.map((one) => [one.errorCode, one.baseOffset])).toEqual([
      [errorCode.requestTimedOut, -1],
      [errorCode.none, 7],
    ]);
    expect(waiters.map((waiter) => waiter.commits.size)).toEqual([0, 0]);
  });

  it('is told when leadership goes', () => {
    const { answers, completions, partition } = waitingProduce(1);
    partition(0).drop();
    completions.drain();
    expect(answers[0]?.[0]?.errorCode).toBe(errorCode.notLeaderOrFollower);
  });
});

function waitingFetch(readings: FetchReading[]) {
  const world = new ManualHost();
  const completions = new Completions();
  const deadlines = new Deadlines(world.host, () => completions.drain());
  const lists = [new FetchWatchers(), new FetchWatchers()] as const;
  let reads = 0;
  let answers = 0;
  const read = (): FetchReading => readings[reads++] ?? { results: [], isDue: true };
  const operation = new DelayedFetch(
    {} as FetchWork,
    read,
    () => {
      answers += 1;
    },
    completions,
    deadlines,
  );
  for (const list of lists) operation.watch(list, 10);
  deadlines.add(operation, 500);
  return { world, completions, lists, count: () => ({ reads, answers }) };
}

const tooLittle: FetchReading = { results: [], isDue: false };
const enough: FetchReading = { results: [], isDue: true };

describe('a fetch that waits', () => {
  it('looks only when its offset is passed, and once per event', () => {
    const { completions, count, lists } = waitingFetch([enough]);
    lists[0].wake(10);
    completions.drain();
    expect(count()).toEqual({ reads: 0, answers: 0 });
    lists[0].wake(11);
    lists[1].wake(12);
    completions.drain();
    expect(count()).toEqual({ reads: 1, answers: 1 });
    expect(lists.map((list) => list.size)).toEqual([0, 0]);
  });

  it('waits on when there is too little, and is answered at its deadline in any case', () => {
    const { completions, count, lists, world } = waitingFetch([tooLittle, tooLittle]);
    lists[0].wake(11);
    completions.drain();
    expect(count()).toEqual({ reads: 1, answers: 0 });
    world.advance(500);
    expect(count()).toEqual({ reads: 2, answers: 1 });
    world.advance(5000);
    expect(count()).toEqual({ reads: 2, answers: 1 });
  });

  it('is answered at once when a role changes', () => {
    const { completions, count, lists } = waitingFetch([tooLittle]);
    lists[1].wakeAll();
    completions.drain();
    expect(count().answers).toBe(1);
  });
});

describe('completions', () => {
  it('made ready by an answer are answered behind it, not within it', () => {
    const completions = new Completions();
    const order: string[] = [];
    completions.add({
      complete: () => {
        order.push('first begins');
        completions.add({ complete: () => order.push('second') });
        completions.drain();
        order.push('first ends');
      },
    });
    completions.drain();
    expect(order).toEqual(['first begins', 'first ends', 'second']);
  });
});
