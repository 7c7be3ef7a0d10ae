import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Digest } from '../../src/base/digest.ts';

function digestOf(...actions: ((digest: Digest) => void)[]): string {
  const digest = new Digest();
  for (const action of actions) action(digest);
  return digest.toString();
}

const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => i & 255);

describe('a digest', () => {
  it('is the same for the same input on every engine', () => {
    const digest = digestOf(
      (d) => d.fold(1),
      (d) => d.foldNumber(Number.MAX_SAFE_INTEGER),
      (d) => d.foldString('orders-0'),
      (d) => d.foldBytes(bytes(50)),
      (d) => d.foldBytes(bytes(1001)),
    );
    expect(digest).toMatchInlineSnapshot(`"65d4717f6c5d9809"`);
  });

  it('depends on the order of what is folded', () => {
    expect(
      digestOf(
        (d) => d.fold(1),
        (d) => d.fold(2),
      ),
    ).not.toBe(
      digestOf(
        (d) => d.fold(2),
        (d) => d.fold(1),
      ),
    );
  });

  it('tells apart any two safe integers', () => {
    const of = (value: number): string => digestOf((d) => d.foldNumber(value));
    expect(of(5)).not.toBe(of(5 + 2 ** 40));
    expect(of(-1)).not.toBe(of(2 ** 32 - 1));
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.integer({ min: 0, max: 52 }), (value, bit) => {
        const other = value + 2 ** bit;
        if (Number.isSafeInteger(other)) expect(of(other)).not.toBe(of(value));
      }),
    );
  });

  it('changes with any flipped bit of any byte, wherever it lies and whatever follows', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 3000 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 3 }),
        (whole, place, mask, later) => {
          const of = (first: Uint8Array): string =>
            digestOf(...[first, ...later].map((part) => (d: Digest) => d.foldBytes(part)));
          const changed = whole.slice();
          changed[place % whole.length]! ^= mask;
          expect(of(changed)).not.toBe(of(whole));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('sees every byte of an array of 1,000, also the 500th', () => {
    const whole = digestOf((d) => d.foldBytes(bytes(1000)));
    for (let i = 0; i < 1000; i++) {
      const changed = bytes(1000);
      changed[i]! ^= 1;
      expect(digestOf((d) => d.foldBytes(changed))).not.toBe(whole);
    }
  });

  it('takes bytes as they are, wherever their memory begins', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(9), (content, offset) => {
        const piece = new Uint8Array(new ArrayBuffer(content.length + 20), offset, content.length);
        piece.set(content);
        expect(digestOf((d) => d.foldBytes(piece))).toBe(digestOf((d) => d.foldBytes(content)));
      }),
    );
  });

  it('sees how many bytes there are, and where one array ends and the next begins', () => {
    const of = (...parts: Uint8Array[]): string =>
      digestOf(...parts.map((part) => (d: Digest) => d.foldBytes(part)));
    expect(of(new Uint8Array(100))).not.toBe(of(new Uint8Array(101)));
    expect(of(bytes(100))).not.toBe(of(bytes(100).subarray(0, 40), bytes(100).subarray(40)));
  });
});
