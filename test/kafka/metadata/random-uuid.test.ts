import { expect, it } from 'vitest';
import { randomUuid } from '../../../src/kafka/metadata/random-uuid.ts';
import { countingRandom } from '../controller/fixtures.ts';

it('random uuids are version 4, distinct, never begin with a dash, and come from the stream alone', () => {
  const draw = (seed: number): string[] => {
    const random = countingRandom(seed);
    return Array.from({ length: 300 }, () => randomUuid(random));
  };
  const uuids = draw(7);
  expect(draw(7)).toEqual(uuids);
  expect(new Set(uuids).size).toBe(300);
  for (const uuid of uuids) {
    const bytes = Buffer.from(uuid, 'base64url');
    expect(bytes.toString('base64url')).toBe(uuid);
    expect(bytes).toHaveLength(16);
    expect([(bytes[6] ?? 0) >> 4, (bytes[8] ?? 0) >> 6]).toEqual([4, 2]);
    expect(uuid.startsWith('-')).toBe(false);
  }
});
