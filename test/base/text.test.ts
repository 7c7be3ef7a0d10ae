import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeText, encodeText } from '../../src/base/text.ts';

function roundTrip(text: string): string {
  const bytes = new Uint8Array(text.length * 3 + 4);
  const length = encodeText(text, bytes, 2);
  return decodeText(bytes, 2, length);
}

describe('text', () => {
  it('comes back as it was, ASCII or not', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 150 }), (text) => {
        expect(roundTrip(text)).toBe(text);
      }),
    );
  });

  it('tells names apart that share a slot of its memory', () => {
    const names = Array.from({ length: 5000 }, (_, i) => `topic-${i}`);
    for (const name of names) expect(roundTrip(name)).toBe(name);
    for (const name of names) expect(roundTrip(name)).toBe(name);
  });

  it('keeps a byte order mark and replaces what is no UTF-8', () => {
    expect(roundTrip('\ufeffa')).toBe('\ufeffa');
    expect(decodeText(Uint8Array.of(0x61, 0xff), 0, 2)).toBe('a\ufffd');
    expect(roundTrip('\ud800')).toBe('\ufffd');
  });
});
