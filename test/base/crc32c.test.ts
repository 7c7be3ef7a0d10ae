import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32c } from '../../src/base/crc32c.ts';

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Bit by bit, as the polynomial says. */
function slow(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}

describe('crc32c', () => {
  it.each<[Uint8Array, number]>([
    [ascii(''), 0],
    [ascii('123456789'), 0xe3069283],
    [new Uint8Array(32), 0x8a9136aa],
    [new Uint8Array(32).fill(0xff), 0x62a8ab43],
    [Uint8Array.from({ length: 32 }, (_, index) => index), 0x46dd794e],
  ])('gives the published value of vector %#', (bytes, expected) => {
    expect(crc32c(bytes)).toBe(expected);
  });

  it('is the same as the definition for any bytes and any part of them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), fc.nat(20), fc.nat(20), (bytes, from, less) => {
        const start = Math.min(from, bytes.length);
        const end = Math.max(start, bytes.length - less);
        expect(crc32c(bytes, start, end)).toBe(slow(bytes.subarray(start, end)));
      }),
    );
  });
});
