import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AssertionError } from '../../src/base/assert.ts';
import { zeroUuid } from '../../src/base/ids.ts';
import { decodeUuid, encodeUuid } from '../../src/base/uuid.ts';

describe('uuid', () => {
  it('is base64url of its sixteen bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
        const text = decodeUuid(bytes, 0);
        expect(text).toBe(Buffer.from(bytes).toString('base64url'));
        expect(decodeUuid(bytes, 0)).toBe(text);
        const back = new Uint8Array(18);
        encodeUuid(text, back, 1);
        expect(back.subarray(1, 17)).toEqual(bytes);
      }),
    );
  });

  it('is the zero uuid for zeros', () => {
    expect(decodeUuid(new Uint8Array(16), 0)).toBe(zeroUuid);
  });

  it('must be one: other texts are a bug of the caller', () => {
    const into = new Uint8Array(16);
    for (const text of ['', 'short', '+'.repeat(22), `${'A'.repeat(21)}B`, 'é'.repeat(22)]) {
      expect(() => encodeUuid(text, into, 0)).toThrow(AssertionError);
    }
  });
});
