import { describe, expect, it } from 'vitest';
import { RecordStream, scan } from '../../../../src/kafka/client/consume/record-stream.ts';
import { setBaseOffset } from '../../../../src/kafka/records/batch.ts';
import { buildBatch } from '../../../../src/kafka/records/builder.ts';
import { buildEndMarker } from '../../../../src/kafka/records/control.ts';

const record = { timestamp: 1, key: null, value: Uint8Array.of(1), headers: [] };

function log(...batches: Uint8Array[]): Uint8Array {
  let offset = 0;
  const all: number[] = [];
  for (const bytes of batches) {
    setBaseOffset(bytes, 0, offset);
    offset++;
    all.push(...bytes);
  }
  return Uint8Array.from(all);
}

const plain = () => buildBatch({ records: [record] });
const transactional = (producerId: number) =>
  buildBatch({
    records: [record],
    producerId,
    producerEpoch: 0,
    baseSequence: 0,
    transactional: true,
  });
const marker = (producerId: number, type: 'abort' | 'commit') =>
  buildEndMarker(producerId, 0, { type, coordinatorEpoch: 0, timestamp: 1 });

function offsets(
  bytes: Uint8Array,
  aborted: { producerId: number; firstOffset: number }[] | null,
): number[] {
  const { end } = scan(bytes, 0, true);
  return new RecordStream(bytes, end, 0, aborted).rest().map(({ offset }) => offset);
}

describe('a stream of fetched records', () => {
  it('leaves out what aborted, from its first offset to its marker', () => {
    const bytes = log(
      transactional(1), // 0, aborted
      transactional(2), // 1, committed
      marker(1, 'abort'), // 2
      transactional(1), // 3, committed
      marker(2, 'commit'), // 4
      plain(), // 5
      marker(1, 'commit'), // 6
      transactional(1), // 7, aborted
      marker(1, 'abort'), // 8
    );
    const aborted = [
      { producerId: 1, firstOffset: 7 },
      { producerId: 1, firstOffset: 0 },
    ];
    expect(offsets(bytes, aborted)).toEqual([1, 3, 5]);
  });

  it('shows all but markers with read_uncommitted', () => {
    const bytes = log(transactional(1), marker(1, 'abort'), plain());
    expect(offsets(bytes, null)).toEqual([0, 2]);
  });

  it('moves on behind control batches, though they show nothing', () => {
    const bytes = log(transactional(1), marker(1, 'commit'));
    expect(scan(bytes, 1, true).nextOffset).toBe(2);
  });

  it('leaves a batch that is cut off for the next fetch', () => {
    const bytes = log(plain(), plain());
    expect(scan(bytes.subarray(0, bytes.length - 1), 0, true)).toMatchObject({
      bad: null,
      nextOffset: 1,
    });
    expect(scan(bytes.subarray(0, 30), 0, true).bad?.what).toBe('not one whole batch');
  });
});
