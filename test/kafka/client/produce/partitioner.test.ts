import { describe, expect, it } from 'vitest';
import { Partitioner } from '../../../../src/kafka/client/produce/partitioner.ts';
import { produceApi } from '../../../../src/kafka/protocol/apis/00-produce.ts';
import { ProducerLab } from './producer-lab.ts';

const random = { next: () => 0.5, int: (bound: number) => Math.floor(bound / 2) };
const always = () => true;
const bytes = (text: string) => new TextEncoder().encode(text);

describe('a record that names no partition', () => {
  it('goes by the murmur2 hash of its key, as with Java clients', () => {
    const partitioner = new Partitioner('default', random);
    const choose = (key: string) => partitioner.choose('t', bytes(key), 1000, always, always);
    // Java: Utils.toPositive(Utils.murmur2(key)) % 1000, from murmur2 of these keys in its own
    // tests:
    // "21" → -973932308, "foobar" → -790332482, "a-little-bit-long-string" → -985981536.
    expect(choose('21')).toBe((-973_932_308 & 0x7fffffff) % 1000);
    expect(choose('foobar')).toBe((-790_332_482 & 0x7fffffff) % 1000);
    expect(choose('a-little-bit-long-string')).toBe((-985_981_536 & 0x7fffffff) % 1000);
  });

  it('without a key sticks to a partition until a batch is begun', () => {
    const partitioner = new Partitioner('default', random);
    const first = partitioner.choose('t', null, 8, always, always);
    const next = () => partitioner.choose('t', null, 8, () => false, always);
    expect([next(), next()]).toEqual([first, first]);
    expect(partitioner.choose('t', null, 8, always, always)).not.toBe(first);
  });

  it('without a key goes around partitions that have no leader', () => {
    const partitioner = new Partitioner('sticky', random);
    expect(partitioner.choose('t', bytes('k'), 4, always, (each) => each === 3)).toBe(3);
  });

  it('takes turns with round-robin', () => {
    const partitioner = new Partitioner('round-robin', random);
    const choose = () => partitioner.choose('t', bytes('k'), 3, always, always);
    expect([choose(), choose(), choose(), choose()]).toEqual([0, 1, 2, 0]);
  });

  it('fills one batch after the other through a producer', async () => {
    const lab = await ProducerLab.open({}, { partitions: 4 });
    for (let round = 0; round < 6; round++) {
      for (let i = 0; i < 5; i++) lab.send('v');
      await lab.cluster.runFor(50);
    }
    expect(lab.outcomes.every((each) => each.startsWith('ok'))).toBe(true);
    expect(lab.cluster.seen(produceApi).length).toBeLessThanOrEqual(7);
    expect(new Set(lab.partitions).size).toBeGreaterThan(1);
  });
});
