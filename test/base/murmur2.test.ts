import { describe, expect, it } from 'vitest';
import { murmur2, partitionOfKey } from '../../src/base/murmur2.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('murmur2', () => {
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('hashes %s as the Java client does', (text, hash) => {
    expect(murmur2(bytes(text))).toBe(hash);
  });

  it('chooses a partition in range from the positive half', () => {
    expect(partitionOfKey(bytes('21'), 6)).toBe((-973932308 & 0x7fffffff) % 6);
    for (let key = 0; key < 100; key++) expect(partitionOfKey(bytes(`${key}`), 3)).toBeLessThan(3);
  });
});
