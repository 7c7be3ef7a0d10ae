import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AssertionError } from '../../src/base/assert.ts';
import { BoundsError, ByteReader, ByteWriter } from '../../src/base/bytes.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const fromHex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));

function written(write: (writer: ByteWriter) => void): Uint8Array {
  const writer = new ByteWriter(1);
  write(writer);
  return writer.copy();
}

describe('ByteWriter', () => {
  it('writes big-endian', () => {
    const bytes = written((w) => {
      w.int8(-2);
      w.bool(true);
      w.int16(-2);
      w.int32(0x01020304);
      w.int64(-1);
      w.int64(0x1_0000_0001);
      w.float64(1.5);
    });
    expect(hex(bytes)).toBe('fe01fffe01020304ffffffffffffffff00000001000000013ff8000000000000');
  });

  it('writes varints as protocol buffers do', () => {
    const unsigned = (value: number): string => hex(written((w) => w.unsignedVarint(value)));
    expect([0, 127, 128, 300, 0xffffffff].map(unsigned)).toEqual([
      '00',
      '7f',
      '8001',
      'ac02',
      'ffffffff0f',
    ]);
    const zigzag = (value: number): string => hex(written((w) => w.varint(value)));
    expect([0, -1, 1, -64, 64, -0x80000000].map(zigzag)).toEqual([
      '00',
      '01',
      '02',
      '7f',
      '8001',
      'ffffffff0f',
    ]);
    const long = (value: number): string => hex(written((w) => w.varlong(value)));
    expect([0, -1, 0x8000_0000, -0x8000_0001].map(long)).toEqual([
      '00',
      '01',
      '8080808010',
      '8180808010',
    ]);
  });

  it('writes null and text in both forms of strings', () => {
    expect(hex(written((w) => w.string(null)))).toBe('ffff');
    expect(hex(written((w) => w.string('é')))).toBe('0002c3a9');
    expect(hex(written((w) => w.compactString(null)))).toBe('00');
    expect(hex(written((w) => w.compactString('')))).toBe('01');
    expect(hex(written((w) => w.compactString('ab')))).toBe('036162');
  });

  it('makes room for a compact length of two bytes', () => {
    const text = 'x'.repeat(127);
    const bytes = written((w) => w.compactString(text));
    expect(hex(bytes.subarray(0, 3))).toBe('800178');
    expect(new ByteReader(bytes).compactString()).toBe(text);
  });

  it('refuses what an int64 cannot be', () => {
    for (const value of [Number.NaN, 0.5, 2 ** 53, Number.POSITIVE_INFINITY]) {
      expect(() => written((w) => w.int64(value))).toThrow(AssertionError);
    }
  });

  it('refuses a string beyond an int16 of bytes', () => {
    expect(() => written((w) => w.string('é'.repeat(20_000)))).toThrow(AssertionError);
  });

  it('keeps what has been written when it grows, from its start on', () => {
    const writer = new ByteWriter(4);
    writer.int16(1);
    writer.start = writer.position;
    writer.raw(fromHex('0203040506'));
    expect(hex(writer.copy())).toBe('0203040506');
  });
});

describe('ByteReader', () => {
  it('reads what was written', () => {
    const value = fc.record({
      int8: fc.integer({ min: -128, max: 127 }),
      int16: fc.integer({ min: -32768, max: 32767 }),
      int32: fc.integer(),
      int64: fc.maxSafeInteger(),
      float64: fc.double(),
      unsigned: fc.nat({ max: 0xffffffff }),
      varint: fc.integer(),
      varlong: fc.maxSafeInteger(),
      string: fc.option(fc.string({ unit: 'grapheme' })),
      compact: fc.option(fc.string({ unit: 'grapheme', maxLength: 200 })),
    });
    fc.assert(
      fc.property(value, (v) => {
        const bytes = written((w) => {
          w.int8(v.int8);
          w.int16(v.int16);
          w.int32(v.int32);
          w.int64(v.int64);
          w.float64(v.float64);
          w.unsignedVarint(v.unsigned);
          w.varint(v.varint);
          w.varlong(v.varlong);
          w.string(v.string);
          w.compactString(v.compact);
        });
        const r = new ByteReader(bytes);
        expect({
          int8: r.int8(),
          int16: r.int16(),
          int32: r.int32(),
          int64: r.int64(),
          float64: r.float64(),
          unsigned: r.unsignedVarint(),
          varint: r.varint(),
          varlong: r.varlong(),
          string: r.string(),
          compact: r.compactString(),
        }).toEqual(v);
        expect(r.remaining).toBe(0);
      }),
    );
  });

  it('saturates integers beyond the safe ones', () => {
    const int64 = (text: string): number => new ByteReader(fromHex(text)).int64();
    expect(int64('7fffffffffffffff')).toBe(Number.MAX_SAFE_INTEGER);
    expect(int64('001fffffffffffff')).toBe(Number.MAX_SAFE_INTEGER);
    expect(int64('0020000000000000')).toBe(Number.MAX_SAFE_INTEGER);
    expect(int64('8000000000000000')).toBe(Number.MIN_SAFE_INTEGER);
    expect(int64('ffe0000000000001')).toBe(Number.MIN_SAFE_INTEGER);
    expect(int64('ffe0000000000000')).toBe(Number.MIN_SAFE_INTEGER);
    const varlong = (text: string): number => new ByteReader(fromHex(text)).varlong();
    expect(varlong('ffffffffffffffffff01')).toBe(Number.MIN_SAFE_INTEGER);
    expect(varlong('feffffffffffffffff01')).toBe(Number.MAX_SAFE_INTEGER);
  });

  it('throws a BoundsError at the end, and for varints that do not end', () => {
    expect(() => new ByteReader(fromHex('0102')).int32()).toThrow(BoundsError);
    expect(() => new ByteReader(fromHex('01020304'), 0, 3).int32()).toThrow(BoundsError);
    expect(() => new ByteReader(fromHex('0005ab')).string()).toThrow(BoundsError);
    expect(() => new ByteReader(fromHex('8080')).unsignedVarint()).toThrow(BoundsError);
    expect(() => new ByteReader(fromHex('808080808001')).unsignedVarint()).toThrow(BoundsError);
    expect(() => new ByteReader(fromHex('8080808080808080808001')).varlong()).toThrow(BoundsError);
    expect(() => new ByteReader(fromHex('fffe61')).string()).toThrow(BoundsError);
  });
});
