import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  MetadataPublisher,
  maxPartitionsPerSlice,
  slicesOf,
} from '../../../src/kafka/broker/metadata-publisher.ts';
import {
  emptyDelta,
  type MetadataDelta,
  MetadataImage,
} from '../../../src/kafka/metadata/image.ts';
import { topicRecord } from '../../../src/kafka/metadata/records/02-topic.ts';
import { partitionRecord } from '../../../src/kafka/metadata/records/03-partition.ts';
import { noOpRecord } from '../../../src/kafka/metadata/records/20-no-op.ts';
import type { PartitionState } from '../../../src/kafka/metadata/state.ts';
import type { Observation } from '../../../src/kafka/observation.ts';
import { MalformedError } from '../../../src/kafka/protocol/malformed.ts';
import { FakeHost } from './fake-host.ts';

const idOf = (name: string): string => name.padEnd(21, 'a').concat('A');
const topic = (name: string): Uint8Array => topicRecord.encode(0, { name, topicId: idOf(name) });
const partition = (name: string): Uint8Array =>
  partitionRecord.encode(2, {
    partitionId: 0,
    topicId: idOf(name),
    replicas: [1],
    isr: [1],
    removingReplicas: [],
    addingReplicas: [],
    leader: 1,
    leaderEpoch: 0,
    partitionEpoch: 0,
  });

function aPublisher() {
  const fake = new FakeHost();
  const observed: Observation[] = [];
  const publisher = new MetadataPublisher(fake.host, 1, new MetadataImage(), (one) =>
    observed.push(one),
  );
  let next = 0;
  const commit = (...records: Uint8Array[]): void => {
    const baseOffset = next;
    next += Math.max(1, records.length);
    publisher.apply({ baseOffset, lastOffset: next - 1, leaderEpoch: 1, appendTimeMs: 0, records });
  };
  const published: string[][] = [];
  const onMetadata = (_: MetadataImage, delta: MetadataDelta): void => {
    published.push(Array.from(delta.createdTopics, ({ name }) => name));
  };
  return { fake, observed, publisher, commit, published, onMetadata };
}

describe('committed metadata', () => {
  it('is in the image at once, control records too, and observed with its offset', () => {
    const { publisher, commit, observed } = aPublisher();
    commit();
    commit(topic('orders'), partition('orders'));
    expect(publisher.image.appliedOffset).toBe(2);
    expect(publisher.image.topicsByName.get('orders')?.partitions).toHaveLength(1);
    expect(observed.map((one) => [one.kind, 'offset' in one ? one.offset : null])).toEqual([
      ['metadata-image', null],
      ['metadata-applied', 0],
      ['topic-committed', 1],
      ['partition-committed', 2],
      ['metadata-applied', 2],
    ]);
  });

  it('can be asked at any time what the image says, in one form', () => {
    const { commit, observed } = aPublisher();
    const [image] = observed.filter((one) => one.kind === 'metadata-image');
    const before = image!.describe();
    commit(topic('orders'), partition('orders'));
    const after = image!.describe();
    expect(
      after.filter((line) => !before.includes(line)).map((line) => line.split(',')[0]),
    ).toEqual([
      'name orders ordersaaaaaaaaaaaaaaaA',
      'partition orders-0 adding []',
      'replicas 1',
      'topic ordersaaaaaaaaaaaaaaaA orders 1',
    ]);
  });

  it('is published as a whole at first: nobody acts on the history before', () => {
    const { publisher, commit, published, onMetadata, fake } = aPublisher();
    commit(topic('orders'));
    commit(topic('audit'));
    fake.advance(1);
    expect(published).toEqual([]);
    publisher.subscribe(onMetadata);
    publisher.start();
    expect(published).toEqual([['orders', 'audit']]);
  });

  it('is published from then on as changes, all of one event together', () => {
    const { publisher, commit, published, onMetadata, fake } = aPublisher();
    publisher.subscribe(onMetadata);
    publisher.start();
    commit(topic('orders'));
    commit(noOpRecord.encode(0, {}), topic('audit'));
    commit();
    expect(published).toEqual([[]]);
    fake.advance(0);
    expect(published).toEqual([[], ['orders', 'audit']]);
    commit(topic('billing'));
    fake.advance(0);
    expect(published.at(-1)).toEqual(['billing']);
  });

  it('is published no more once stopped', () => {
    const { publisher, commit, published, onMetadata, fake } = aPublisher();
    publisher.subscribe(onMetadata);
    publisher.start();
    commit(topic('orders'));
    publisher.stop();
    fake.advance(0);
    expect(published).toEqual([[]]);
  });

  it('that is none of ours is refused', () => {
    const { commit } = aPublisher();
    expect(() => commit(new Uint8Array([1, 99, 0]))).toThrow(MalformedError);
  });
});

describe('a delta of many partitions', () => {
  const state = (index: number): PartitionState => ({
    topicId: idOf('many'),
    topic: 'many',
    index,
    replicas: [1],
    isr: [1],
    adding: [],
    removing: [],
    elr: [],
    lastKnownElr: [],
    leader: 1,
    leaderEpoch: 0,
    partitionEpoch: 0,
    recovering: false,
  });
  const states = (count: number) => Array.from({ length: count }, (_, i) => state(i));

  it('goes in slices that hold it whole, in order, removals first, none of them large', () => {
    const sizes = fc.array(fc.nat({ max: 50 }), { maxLength: 4 });
    fc.assert(
      fc.property(sizes, fc.nat({ max: 90 }), (removed, changed) => {
        const delta = emptyDelta();
        for (const [i, count] of removed.entries()) {
          delta.deletedTopics.push({ name: `t${i}`, id: idOf(`t${i}`), partitions: states(count) });
        }
        for (const one of states(changed)) delta.partitions.add(one);
        delta.brokers.add(1);
        const slices = slicesOf(delta);
        expect(slices[0]?.brokers).toBe(delta.brokers);
        expect(slices.flatMap(({ partitions }) => [...partitions])).toEqual([...delta.partitions]);
        const gone = slices.flatMap(({ deletedTopics }) => deletedTopics);
        for (const { id, partitions } of delta.deletedTopics) {
          const parts = gone.filter((topic) => topic.id === id);
          expect(parts.length).toBeGreaterThan(0);
          expect(parts.flatMap((topic) => topic.partitions)).toEqual(partitions);
        }
        for (const { partitions, deletedTopics } of slices) {
          const count = deletedTopics.reduce((sum, topic) => sum + topic.partitions.length, 0);
          expect(count + partitions.size).toBeLessThanOrEqual(maxPartitionsPerSlice);
        }
        const lastRemoval = slices.findLastIndex(({ deletedTopics }) => deletedTopics.length > 0);
        const firstChange = slices.findIndex(({ partitions }) => partitions.size > 0);
        if (firstChange >= 0) expect(firstChange).toBeGreaterThanOrEqual(lastRemoval);
      }),
    );
  });
});
