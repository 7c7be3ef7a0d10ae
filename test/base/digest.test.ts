import { describe, expect, it } from 'vitest';
import { Digest } from '../../src/base/digest.ts';

function digestOf(...actions: ((digest: Digest) => void)[]): string {
  const digest = new Digest();
  for (const action of actions) action(digest);
  return digest.toString();
}

const bytes = (length: number, change?: number): Uint8Array => {
  const filled = Uint8Array.from({ length }, (_, i) => i & 255);
  if (change !== undefined) filled[change] = 255 - (filled[change] as number);
  return filled;
};

describe('a digest', () => {
  it('is the same for the same input on every engine', () => {
    const digest = digestOf(
      (d) => d.fold(1),
      (d) => d.foldNumber(Number.MAX_SAFE_INTEGER),
      (d) => d.foldString('orders-0'),
      (d) => d.foldBytes(bytes(1000)),
    );
    expect(digest).toMatchInlineSnapshot(`"2183e1dd67b3811a"`);
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

  it('tells apart numbers that differ above 32 bits', () => {
    expect(digestOf((d) => d.foldNumber(5))).not.toBe(digestOf((d) => d.foldNumber(5 + 2 ** 40)));
  });

  it('sees the length and both ends of long bytes, and not their middle', () => {
    const whole = digestOf((d) => d.foldBytes(bytes(200)));
    expect(digestOf((d) => d.foldBytes(bytes(200, 0)))).not.toBe(whole);
    expect(digestOf((d) => d.foldBytes(bytes(200, 63)))).not.toBe(whole);
    expect(digestOf((d) => d.foldBytes(bytes(200, 199)))).not.toBe(whole);
    expect(digestOf((d) => d.foldBytes(bytes(201)))).not.toBe(whole);
    expect(digestOf((d) => d.foldBytes(bytes(200, 100)))).toBe(whole);
  });

  it('sees every byte of short ones', () => {
    const whole = digestOf((d) => d.foldBytes(bytes(80)));
    for (let i = 0; i < 80; i++) {
      expect(digestOf((d) => d.foldBytes(bytes(80, i)))).not.toBe(whole);
    }
  });
});
