import { describe, expect, it } from 'vitest';
import { countReached } from '../../../src/base/mark.ts';
import type { Observation } from '../../../src/kafka/observation.ts';
import { Judge } from '../../../src/trial/checkers/judge.ts';
import { History } from '../../../src/trial/history/history.ts';
import { Incarnations } from '../../../src/trial/history/incarnations.ts';
import type { BrokerView, Change, Operation } from '../../../src/trial/history/operations.ts';
import { appended, guarantees, propertiesOf, topicId } from './scenes.ts';

type End = 'ok' | 'fail' | 'info' | 'doubtful';

/** A cluster that begins with `orders`, three partitions, and what its administrator does to it. */
class Administration {
  readonly incarnations = new Incarnations();
  readonly history = new History(this.incarnations);
  #now = 0;

  did(end: End, change: Change): this {
    const { operations } = this.history;
    const operation = operations.invoke({
      kind: change.does,
      by: 'a1',
      about: {},
      change,
      invokedUs: this.#tick(),
    });
    operation.doubtful = end === 'doubtful';
    operations.complete(operation, end === 'doubtful' ? 'ok' : end, this.#tick());
    return this;
  }

  lookedUp(asked: number, offset: number, timestamp: number): this {
    const { operations } = this.history;
    const about = { topic: 'orders', index: 0, asked };
    const operation: Operation = operations.invoke({
      kind: 'look-up',
      by: 'c1',
      about,
      change: null,
      invokedUs: this.#tick(),
    });
    operations.complete(operation, 'ok', this.#tick(), { result: { offset, timestamp } });
    return this;
  }

  sent(offset: number, timestamp: number, acks: 'all' | 1 = 'all', id = topicId): this {
    const { history } = this;
    const invokedUs = this.#tick();
    const from = {
      producer: 1,
      incarnation: 0,
      topic: 'orders',
      key: null,
      acks,
      invokedUs,
    } as const;
    const send = history.invokeSend(from);
    const partition = history.nameOf('orders', 0, id);
    history.acknowledge(send, this.#tick(), partition, offset, timestamp);
    return this;
  }

  read(offset: number, value: number, id = topicId): this {
    this.history.poll({
      consumer: 1,
      stay: null,
      session: 0,
      phase: 'workload',
      partition: this.history.nameOf('orders', 0, id),
      atUs: this.#tick(),
      offsets: [offset],
      values: [value],
    });
    return this;
  }

  tells(topics: Record<string, number | [number, string]>, others: Partial<BrokerView> = {}): this {
    const views = Object.entries(topics).map(([name, told]) => {
      const [partitions, id] = typeof told === 'number' ? [told, `id-of-${name}`] : told;
      return { name, id, partitions };
    });
    const plain = {
      broker: 1,
      phase: 'final',
      configs: [],
      brokers: [1],
      replicas: {},
    } as const;
    const atUs = this.#tick();
    this.history.views.push({ ...plain, atUs, topics: views, described: views, ...others });
    return this;
  }

  /** What the judging puts at risk. */
  risks(deleted: readonly string[] = []): ReadonlySet<string> {
    const risks = new Set<string>();
    const end = countReached((sort, name) => {
      if (sort === 'risk') risks.add(name);
    });
    this.broken(deleted);
    end();
    return risks;
  }

  broken(deleted: readonly string[] = [], held: readonly string[] = [topicId]): string[] {
    const orders = { name: 'orders', partitions: 3, configs: { 'flush.ms': '100' } };
    const judge = new Judge([1], guarantees({ initial: [orders] }), {
      incarnations: this.incarnations,
    });
    const end = Math.max(0, ...this.history.sends.map((send) => send.offset + 1));
    for (const id of held) {
      for (let offset = 0; offset < end; offset++)
        judge.observe({ ...appended(1, offset, 0), topicId: id } as Observation, 0);
    }
    for (const id of deleted) {
      const about = { kind: 'topic-committed', node: 1, offset: 9, topic: 'orders' } as const;
      judge.observe({ ...about, topicId: id, deleted: true }, 0);
    }
    const violations = judge.conclude(this.history, () => true, 1_000_000);
    expect(violations.filter(({ evidence }) => evidence.length === 0)).toEqual([]);
    return propertiesOf(violations);
  }

  #tick(): number {
    this.#now += 1000;
    return this.#now;
  }
}

const made = (topic: string, partitions = 2, configs = {}): Change => ({
  does: 'create',
  topic,
  partitions,
  configs,
});
const deleted = (topic: string, id = `id-of-${topic}`): Change => ({
  does: 'delete',
  topic,
  topicId: id,
});
const grown = (topic: string, partitions: number): Change => ({ does: 'grow', topic, partitions });
const set = (value: string | null, name = 'orders'): Change => ({
  does: 'configure',
  resource: 'topic',
  name,
  configs: { 'segment.ms': value },
});
const has = (values: Record<string, string>, name = 'orders') => ({
  configs: [{ resource: 'topic', name, values } as const],
});
/** Replicas of `orders-0`. */
const moved = (replicas: readonly number[] | null): Change => ({
  does: 'reassign',
  topic: 'orders',
  partition: 0,
  replicas,
});
const at = (...replicas: readonly number[]) => ({ replicas: { 'orders-0': replicas } });
const cluster = () => new Administration();
const flush = { 'flush.ms': '100' };

describe('admin-durable', () => {
  it.each([
    ['what was there stays', cluster().tells({ orders: 3 }, has(flush))],
    ['a topic was created', cluster().did('ok', made('new')).tells({ orders: 3, new: 2 })],
    ['its creation is unknown', cluster().did('info', made('new')).tells({ orders: 3 })],
    ['it came though', cluster().did('info', made('new')).tells({ orders: 3, new: 2 })],
    ['its creation failed', cluster().did('fail', made('new')).tells({ orders: 3 })],
    ['one was deleted', cluster().did('ok', deleted('orders')).tells({})],
    ['perhaps', cluster().did('info', deleted('orders')).tells({ orders: 3 })],
    [
      'and made anew',
      cluster()
        .did('ok', deleted('orders'))
        .did('ok', made('orders'))
        .tells({ orders: [2, 'x'] }),
    ],
    ['it grew', cluster().did('ok', grown('orders', 5)).tells({ orders: 5 })],
    ['perhaps it grew', cluster().did('info', grown('orders', 5)).tells({ orders: 3 })],
    [
      'a setting was set and taken away',
      cluster().did('ok', set('1000')).did('ok', set(null)).tells({ orders: 3 }, has(flush)),
    ],
    [
      'an attempt without an answer came late',
      cluster()
        .did('doubtful', set('1000'))
        .did('ok', set('2000'))
        .tells({ orders: 3 }, has({ ...flush, 'segment.ms': '1000' })),
    ],
    ['replicas are where the cluster put them', cluster().tells({ orders: 3 }, at(2, 3, 1))],
    [
      'a partition has the replicas that were wanted last',
      cluster()
        .did('ok', moved([1, 2]))
        .did('fail', moved([4, 2]))
        .did('ok', moved([3, 2]))
        .tells({ orders: 3 }, at(3, 2)),
    ],
    [
      'perhaps others',
      cluster()
        .did('ok', moved([1, 2]))
        .did('info', moved([3, 2]))
        .tells({ orders: 3 }, at(1, 2)),
    ],
    [
      'or those of an attempt that came late',
      cluster()
        .did('doubtful', moved([1, 2]))
        .did('ok', moved([3, 2]))
        .tells({ orders: 3 }, at(1, 2)),
    ],
    [
      'or those of before, where the change was taken back',
      cluster()
        .did('ok', moved([1, 2]))
        .did('ok', moved(null))
        .tells({ orders: 3 }, at(3, 4)),
    ],
    [
      'and any in a topic made anew',
      cluster()
        .did('ok', moved([1, 2]))
        .did('ok', deleted('orders'))
        .did('ok', made('orders'))
        .tells({ orders: [2, 'x'] }, at(3, 4)),
    ],
    [
      'settings went with their topic, whose making anew is unknown',
      cluster()
        .did('ok', set('1000'))
        .did('ok', deleted('orders'))
        .did('info', made('orders', 1))
        .tells({ orders: [1, 'x'] }, has({})),
    ],
  ])('holds where %s', (_, administration) => expect(administration.broken()).toEqual([]));

  it.each([
    ['a created topic is missing', cluster().did('ok', made('new')).tells({ orders: 3 })],
    ['one that nobody touched is missing', cluster().tells({})],
    ['a deleted one is there', cluster().did('ok', deleted('orders')).tells({ orders: 3 })],
    [
      'the old one is there in place of the new one',
      cluster().did('ok', deleted('orders')).did('ok', made('orders')).tells({ orders: 2 }),
    ],
    ['it has not grown', cluster().did('ok', grown('orders', 5)).tells({ orders: 3 })],
    ['a setting is not in force', cluster().did('ok', set('9')).tells({ orders: 3 }, has(flush))],
    [
      'an older one is',
      cluster()
        .did('ok', set('1000'))
        .did('ok', set('2000'))
        .tells({ orders: 3 }, has({ ...flush, 'segment.ms': '1000' })),
    ],
    [
      'replicas are not those that were wanted',
      cluster()
        .did('ok', moved([1, 2]))
        .did('ok', moved([3, 2]))
        .tells({ orders: 3 }, at(1, 2)),
    ],
    [
      'their order is not',
      cluster()
        .did('ok', moved([2, 1]))
        .tells({ orders: 3 }, at(1, 2)),
    ],
    [
      'a new topic has the settings of the old one',
      cluster()
        .did('ok', set('1000'))
        .did('ok', deleted('orders'))
        .did('ok', made('orders'))
        .tells({ orders: [2, 'x'] }, has({ 'segment.ms': '1000' })),
    ],
  ])('breaks where %s', (_, administration) =>
    expect(administration.broken()).toEqual(['admin-durable']),
  );
});

describe('metadata-made-up', () => {
  const during = { phase: 'workload' } as const;

  it('breaks where a broker tells of what nobody asked for, also meanwhile', () => {
    expect(cluster().tells({ ghost: 1 }, during).broken()).toEqual(['metadata-made-up']);
    expect(cluster().tells({ orders: 4 }, during).broken()).toEqual(['metadata-made-up']);
    const values = has({ 'flush.ms': '77' });
    expect(
      cluster()
        .tells({ orders: 3 }, { ...during, ...values })
        .broken(),
    ).toEqual(['metadata-made-up']);
  });

  it('holds where it tells of what was, is or may be asked for', () => {
    const busy = cluster().did('info', grown('orders', 5)).did('fail', set('9'));
    busy.tells({ orders: 5 }, during).tells({}, during);
    expect(busy.tells({ orders: 3 }, has(flush)).broken()).toEqual([]);
  });
});

describe('time-look-up', () => {
  const three = () => cluster().sent(0, 100).sent(1, 200).sent(2, 300);
  const read = (administration: Administration) =>
    administration.read(0, 0).read(1, 1).read(2, 2).broken();

  it('holds where the first record that is not older was found', () => {
    expect(read(three().lookedUp(150, 1, 200))).toEqual([]);
    expect(read(three().lookedUp(301, -1, -1))).toEqual([]);
  });

  it('breaks where an earlier one was left out, or the one found is older', () => {
    expect(read(three().lookedUp(150, 2, 300))).toEqual(['time-look-up']);
    expect(read(three().lookedUp(150, -1, -1))).toEqual(['time-look-up']);
    expect(read(three().lookedUp(250, 0, 100))).toEqual(['time-look-up']);
  });

  it('counts nothing that was acknowledged later, or by the leader alone', () => {
    const early = cluster().sent(0, 100).lookedUp(150, -1, -1).sent(1, 200).sent(2, 300);
    expect(read(early)).toEqual([]);
    const alone = cluster().sent(0, 100).sent(1, 200, 1).sent(2, 300).lookedUp(150, 2, 300);
    expect(read(alone)).toEqual([]);
  });
});

describe('a deleted topic', () => {
  const next = 'bmV4dC10b3BpYy0tLS0wMg';

  it('owes nothing of what was in it', () => {
    expect(cluster().sent(0, 1).broken()).toEqual(['unseen']);
    expect(cluster().sent(0, 1).broken([topicId])).toEqual([]);
    const both = cluster().sent(0, 1).sent(0, 2, 'all', next);
    expect(both.broken([topicId], [topicId, next])).toEqual(['unseen']);
  });

  it('deleted-returns: what was acknowledged in it is in no later one of its name', () => {
    const returned = cluster().sent(0, 1).read(0, 0).read(0, 0, next);
    expect(returned.broken()).toEqual(['deleted-returns']);
  });

  it('what was sent again into its successor is there, and may have been in the old one too', () => {
    const moved = cluster().read(0, 0).sent(0, 1, 'all', next).read(0, 0, next);
    expect(moved.broken([topicId], [topicId, next])).toEqual([]);
  });

  it('lost-write: a value read in the old topic only is not read in the new one', () => {
    const lost = cluster().read(0, 0).sent(0, 1, 'all', next).sent(1, 1, 'all', next);
    expect(lost.read(1, 1, next).broken([topicId], [topicId, next])).toEqual(['lost-write']);
  });
});

describe('at risk', () => {
  const next = 'bmV4dC10b3BpYy0tLS0wMg';

  it('is what is told of changes, once there were any', () => {
    expect(cluster().tells({ orders: 3 }).risks()).toEqual(new Set());
    const asked = cluster().did('info', made('new')).tells({ orders: 3 });
    expect(asked.risks()).toEqual(new Set(['metadata-made-up']));
    const done = cluster().did('ok', made('new')).tells({ orders: 3, new: 2 });
    expect(done.risks()).toEqual(new Set(['admin-durable', 'metadata-made-up']));
  });

  it('is a return, where a later topic of the name was read', () => {
    const gone = cluster().sent(0, 1).read(0, 0);
    expect(gone.risks([topicId])).not.toContain('deleted-returns');
    const later = () => cluster().sent(0, 1).sent(0, 2, 'all', next).read(0, 1, next);
    expect(later().risks()).not.toContain('deleted-returns');
    expect(later().risks([topicId])).toContain('deleted-returns');
  });

  it('is a look-up, where something was acknowledged before it', () => {
    expect(cluster().lookedUp(50, -1, -1).sent(0, 100).risks()).not.toContain('time-look-up');
    expect(cluster().sent(0, 100).lookedUp(50, 0, 100).risks()).toContain('time-look-up');
  });
});
