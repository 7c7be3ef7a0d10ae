import { describe, expect, it } from 'vitest';
import {
  formatCheckpoint,
  highWatermarkCheckpoint,
  OffsetCheckpoint,
  parseCheckpoint,
} from '../../../src/kafka/replication/checkpoints.ts';
import { MemoryDisk } from './memory-disk.ts';

const entries = [
  { topic: 'orders', index: 0, offset: 42 },
  { topic: 'a-b.c_d', index: 11, offset: 0 },
];
const text = '0\n2\norders 0 42\na-b.c_d 11 0\n';

describe('an offset checkpoint', () => {
  it("has Kafka's format", () => {
    expect(formatCheckpoint(entries)).toBe(text);
    expect(parseCheckpoint(text)).toEqual(
      new Map([
        ['orders-0', 42],
        ['a-b.c_d-11', 0],
      ]),
    );
  });

  it('that was cut anywhere does not parse', () => {
    for (let end = 0; end < text.length; end++) {
      expect(parseCheckpoint(text.slice(0, end)), `cut at ${end}`).toBeNull();
    }
  });

  it.each([
    '1\n0\n',
    '0\n1\norders 0 -1\n',
    '0\n1\norders 0\n',
    '0\n1\n\0\0\0\n',
    '0\n2\norders 0 1\n',
  ])('that is damaged does not parse: %j', (damaged) => {
    expect(parseCheckpoint(damaged)).toBeNull();
  });

  it('is found again by the next process, and told apart from none where damaged', async () => {
    const disk = new MemoryDisk();
    const checkpoint = new OffsetCheckpoint(disk, '', highWatermarkCheckpoint);
    expect(checkpoint.read()?.size).toBe(0);
    await checkpoint.write(entries);
    expect(new OffsetCheckpoint(disk, '', highWatermarkCheckpoint).read()?.get('orders-0')).toBe(
      42,
    );
    disk.open(highWatermarkCheckpoint).truncate(7);
    expect(new OffsetCheckpoint(disk, '', highWatermarkCheckpoint).read()).toBeNull();
  });

  it('costs nothing when nothing changed', async () => {
    const disk = new MemoryDisk();
    const checkpoint = new OffsetCheckpoint(disk, '', highWatermarkCheckpoint);
    await checkpoint.write(entries);
    const { syncs } = disk;
    await checkpoint.write([...entries]);
    expect(disk.syncs).toBe(syncs);
  });

  it('ends up as last written, however the writes overlap', async () => {
    const disk = new MemoryDisk();
    const checkpoint = new OffsetCheckpoint(disk, '', highWatermarkCheckpoint);
    const offsets = [1, 2, 3];
    await Promise.all(
      offsets.map((offset) => checkpoint.write([{ topic: 't', index: 0, offset }])),
    );
    expect(disk.text(highWatermarkCheckpoint)).toBe('0\n1\nt 0 3\n');
  });
});
