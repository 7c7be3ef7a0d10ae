import { describe, expect, it } from 'vitest';
import {
  highWatermarkCheckpoint,
  recoveryPointCheckpoint,
} from '../../../src/kafka/replication/checkpoints.ts';
import { Bench, batchOf, otherTopicId, topicId } from './bench.ts';
import type { ManualHost } from './manual-host.ts';
import { settle } from './manual-host.ts';

const alone = { replicas: [1] };

/** The next process on the same machine, told of the same partition or of another. */
function again(world: ManualHost, cleanShutdown: boolean, spec = {}): Bench {
  return new Bench({ world }).start(cleanShutdown).create({ ...alone, ...spec });
}

describe('replicas on disk', () => {
  it('bear their topic’s id', () => {
    const { world } = new Bench().start().create(alone);
    const text = world.disk.text('data/orders-0/partition.metadata');
    expect(text).toBe(`version: 0\ntopic_id: ${topicId}\npartition: 0\n`);
  });

  it.each([true, false])('are found again by the next process (clean: %s)', async (clean) => {
    const bench = new Bench().start().create(alone);
    bench.produce(1, batchOf('a', 'b'));
    if (clean) await bench.manager.shutdown();
    const next = again(bench.world, clean);
    expect(next.partition.log.logEndOffset).toBe(2);
    expect(next.fetch()[0]?.records.length).toBeGreaterThan(0);
  });

  it('keep the high watermark as of the last checkpoint', async () => {
    const bench = new Bench().start().create({});
    bench.produce(1);
    bench.follow(2, 1);
    bench.follow(3, 1);
    bench.produce(1);
    bench.world.advance(5_000_000);
    await settle();
    expect(bench.world.disk.text(`data/${highWatermarkCheckpoint}`)).toBe('0\n1\norders 0 1\n');
    const next = new Bench({ world: bench.world }).start(false).create({});
    expect([next.partition.highWatermark, next.partition.log.logEndOffset]).toEqual([1, 2]);
  });

  it('left unflushed count for nothing where the topic asks for flushes', async () => {
    const bench = new Bench({ topic: { flushMessages: 5 } }).start().create(alone);
    bench.produce(1);
    const topic = { flushMessages: 1 };
    const next = new Bench({ world: bench.world, topic }).start(false).create(alone);
    expect(next.partition.log.logEndOffset).toBe(1);
    expect(next.partition.flusher.end).toBe(0);
    await settle();
    expect(next.partition.flusher.end).toBe(1);
  });

  it('of a topic that was deleted are removed, wholly', async () => {
    const bench = new Bench().start().create(alone);
    bench.produce(1);
    bench.tell({ type: 'remove-topic', body: { topicId } });
    await settle();
    expect(bench.world.disk.list('data')).toEqual([
      recoveryPointCheckpoint,
      highWatermarkCheckpoint,
    ]);
    expect(bench.observations.at(-1)).toMatchObject({ kind: 'log-deleted', partition: 'orders-0' });
  });

  it('of a topic that was recreated under one name start anew', async () => {
    const bench = new Bench().start().create(alone);
    bench.produce(1);
    bench.tell(
      { type: 'remove-topic', body: { topicId } },
      ...bench.creation({ ...alone, topicId: otherTopicId }),
    );
    expect([...bench.manager.partitions].map((one) => one.topicId)).toEqual([otherTopicId]);
    expect(bench.partition.log.logEndOffset).toBe(0);
    expect(bench.partition.highWatermark).toBe(0);
  });

  it('of a topic that was recreated while the process was down are told apart by the id', () => {
    const bench = new Bench().start().create(alone);
    bench.produce(1);
    const next = again(bench.world, false, { topicId: otherTopicId });
    expect(next.partition.topicId).toBe(otherTopicId);
    expect(next.partition.log.logEndOffset).toBe(0);
  });

  it('that are assigned elsewhere are removed', () => {
    const bench = new Bench().start().create({});
    bench.tell(bench.change({ replicas: [2, 3], isr: [2, 3], leader: 2 }));
    expect(bench.manager.partitions.size).toBe(0);
    expect(bench.world.disk.list('data')).toEqual([]);
  });

  it.each([true, false])(
    'without an id are moved aside when one is due there (clean: %s)',
    (clean) => {
      const bench = new Bench().start().create(alone);
      bench.produce(1);
      const { world } = bench;
      world.disk.open('data/orders-0/partition.metadata').truncate(20);
      expect(again(world, clean).partition.log.logEndOffset).toBe(0);
      expect(world.disk.list('data')).toEqual(['orders-0', 'orders-0.unidentified-stray']);
      expect(world.disk.list('data/orders-0.unidentified-stray')).toContain(
        '00000000000000000000.log',
      );
    },
  );

  it('of a partition that is not this broker’s when it starts are kept beside', () => {
    const bench = new Bench().start().create({});
    bench.produce(1);
    again(bench.world, false, { replicas: [2, 3], isr: [2, 3], leader: 2 });
    expect(bench.world.disk.list('data')).toContain(`orders-0.${topicId}-stray`);
    expect(bench.world.disk.list('data')).not.toContain('orders-0');
  });

  it('that were being removed are gone', () => {
    const { world } = new Bench().start().create(alone);
    world.disk.rename('data/orders-0', `data/orders-0.${topicId}-delete`);
    new Bench({ world }).start(false);
    expect(world.disk.list('data')).toEqual([]);
  });
});

describe('a failing disk', () => {
  it('ends the process at an append, and nothing is served any more', () => {
    const bench = new Bench().start().create(alone);
    bench.world.disk.broken = true;
    bench.produce(1);
    expect(bench.world.exitCode).toBe(1);
    bench.world.disk.broken = false;
    expect(bench.produce(1)).toEqual([]);
    expect(bench.fetch()).toEqual([]);
  });

  it('ends the process at a flush', async () => {
    const bench = new Bench({ topic: { flushMessages: 1 } }).start().create(alone);
    await settle();
    const results = bench.produce(1);
    bench.world.disk.broken = true;
    await settle();
    expect(bench.world.exitCode).toBe(1);
    expect(results).toEqual([]);
  });

  it('leaves no clean shutdown', async () => {
    const bench = new Bench().start().create(alone);
    bench.produce(1);
    bench.world.disk.broken = true;
    await expect(bench.manager.shutdown()).rejects.toThrow('EIO');
  });
});

describe('a shutdown', () => {
  it('answers who waits, and writes what the next process needs', async () => {
    const bench = new Bench().start().create({});
    const results = bench.produce(-1);
    const done = bench.manager.shutdown();
    expect(results).toHaveLength(1);
    await done;
    expect(bench.world.timersPending).toBe(0);
    expect(bench.world.disk.text('data/recovery-point-offset-checkpoint')).toBe(
      '0\n1\norders 0 0\n',
    );
  });
});
