import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeValue, encodeValue } from '../../../src/trial/workload/values.ts';

describe('values', () => {
  it('come back as they went, at the size that was asked for', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 9_999_999_999 }),
        fc.integer({ min: 10, max: 200 }),
        (value, size) => {
          const bytes = encodeValue(value, size);
          expect(bytes).toHaveLength(size);
          expect(decodeValue(bytes)).toBe(value);
        },
      ),
    );
  });

  it('foreign bytes are no values', () => {
    expect(decodeValue(null)).toBe(-1);
    expect(decodeValue(new Uint8Array(3))).toBe(-1);
    expect(decodeValue(new TextEncoder().encode('hello world'))).toBe(-1);
  });
});
