import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KafkaClient } from '../../../../src/kafka/client/client.ts';
import type { Consumer } from '../../../../src/kafka/client/consume/consumer.ts';
import { BadBatchError } from '../../../../src/kafka/client/errors.ts';
import { compressions, setCrc } from '../../../../src/kafka/records/batch.ts';
import { buildBatch } from '../../../../src/kafka/records/builder.ts';
import { oddBatch } from '../../records/odd-batches.ts';
import { FakeCluster } from '../fake-cluster.ts';

const record = (value: number) => ({
  timestamp: 1,
  key: null,
  value: Uint8Array.of(value),
  headers: [],
});

/** Two offsets each, of which nothing can be read. */
const badBatches: Record<string, () => Uint8Array> = {
  'a wrong checksum': () => {
    const bytes = buildBatch({ records: [record(0), record(0)] });
    bytes[bytes.length - 1]! ^= 1;
    return bytes;
  },
  'a body of ones': () => oddBatch({ records: [{}, {}], body: new Uint8Array(6).fill(255) }),
  'a codec over plain bytes': () => oddBatch({ records: [{}, {}], attributes: 1 }),
  'a codec that nobody knows': () => oddBatch({ records: [{}, {}], attributes: 7 }),
  'fewer records than it says': () =>
    oddBatch({ records: [{}], recordCount: 2, lastOffsetDelta: 1 }),
  'more records than it says': () =>
    oddBatch({ records: [{}, {}, {}], recordCount: 2, lastOffsetDelta: 1 }),
  'one offset twice': () => oddBatch({ records: [{ offsetDelta: 1 }, { offsetDelta: 1 }] }),
  'an offset outside of it': () => oddBatch({ records: [{}, { offsetDelta: 2 }] }),
  'a header without key': () => oddBatch({ records: [{}, { headers: [[null, null]] }] }),
  'a packed body that was cut': () => {
    const whole = buildBatch({ records: [record(0), record(0)], compression: 'gzip' });
    const bytes = whole.subarray(0, whole.length - 9);
    bytes[11] = bytes.length - 12;
    setCrc(bytes);
    return bytes;
  },
};

interface Seen {
  readonly offsets: number[];
  readonly bad: [offset: number, nextOffset: number][];
}

/** Reads a log of such batches to its end, seeking past each that is bad. */
async function readThrough(batches: readonly Uint8Array[], polls: boolean): Promise<Seen> {
  const cluster = new FakeCluster(1);
  cluster.addTopic('t', 1);
  const { log, epoch } = cluster.partition('t', 0);
  for (const bytes of batches) log.append(bytes, epoch);
  const seen: Seen = { offsets: [], bad: [] };
  let consumer: Consumer | undefined;
  await cluster.client((client: KafkaClient) => {
    consumer = client.consumer({
      maxWaitMs: 20,
      ...(polls
        ? {}
        : { onRecords: (_t, _p, records) => seen.offsets.push(...records.map((r) => r.offset)) }),
      onError: (error, topic, partition) => {
        if (!(error instanceof BadBatchError)) throw error;
        expect([topic, partition, error.topic, error.partition]).toEqual(['t', 0, 't', 0]);
        expect(consumer?.position('t', 0)).toBe(error.offset);
        seen.bad.push([error.offset, error.nextOffset]);
        consumer?.seek('t', 0, error.nextOffset);
      },
    });
    consumer.assign([{ topic: 't', partition: 0, from: 'earliest' }]);
  });
  for (let round = 0; round < 3 + batches.length * 3; round++) {
    await cluster.runFor(30);
    if (polls) seen.offsets.push(...(consumer?.poll(3) ?? []).map(({ offset }) => offset));
  }
  expect(consumer?.position('t', 0)).toBe(log.end);
  return seen;
}

describe('a batch that cannot be read', () => {
  it.each(Object.entries(badBatches))(
    'for %s is named, after all before it',
    async (_what, bad) => {
      const good = () => buildBatch({ records: [record(1), record(2)] });
      for (const polls of [true, false]) {
        const seen = await readThrough([good(), good(), bad(), good()], polls);
        expect(seen).toEqual({ offsets: [0, 1, 2, 3, 6, 7], bad: [[4, 6]] });
      }
    },
  );

  it('is passed by a seek, wherever such batches stand, and no offset comes twice', async () => {
    const good = fc.record({
      size: fc.integer({ min: 1, max: 3 }),
      compression: fc.constantFrom(...compressions),
    });
    const bad = fc.constantFrom(...Object.keys(badBatches));
    const logs = fc.array(fc.oneof(good, bad), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(logs, fc.boolean(), async (plan, polls) => {
        const expected: Seen = { offsets: [], bad: [] };
        let next = 0;
        const batches = plan.map((each) => {
          if (typeof each === 'string') {
            expected.bad.push([next, next + 2]);
            next += 2;
            return badBatches[each]!();
          }
          for (let at = 0; at < each.size; at++) expected.offsets.push(next++);
          const records = Array.from({ length: each.size }, (_, at) => record(at));
          return buildBatch({ records, compression: each.compression });
        });
        expect(await readThrough(batches, polls)).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });
});
