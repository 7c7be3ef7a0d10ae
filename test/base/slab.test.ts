import { describe, expect, it } from 'vitest';
import { cutBytes } from '../../src/base/slab.ts';

describe('bytes cut from a slab', () => {
  it('are zero, of the length asked for, and nobody else has them', () => {
    const pieces = Array.from({ length: 2000 }, (_, i) => cutBytes(i % 200));
    for (const [i, piece] of pieces.entries()) {
      expect(piece.length).toBe(i % 200);
      expect(piece.every((byte) => byte === 0)).toBe(true);
      piece.fill(1 + (i % 250));
    }
    for (const [i, piece] of pieces.entries()) {
      expect(piece.every((byte) => byte === 1 + (i % 250))).toBe(true);
    }
  });

  it('have memory of their own where they are large', () => {
    const large = cutBytes(100_000);
    expect(large.length).toBe(100_000);
    expect(large.buffer.byteLength).toBe(100_000);
  });
});
