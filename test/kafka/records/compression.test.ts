import { createRequire } from 'node:module';
import { gunzipSync, gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32c } from '../../../src/base/crc32c.ts';
import { type Compression, compressions } from '../../../src/kafka/records/batch.ts';
import { buildBatch } from '../../../src/kafka/records/builder.ts';
import { compress, decompress } from '../../../src/kafka/records/compression.ts';
import { readRecords } from '../../../src/kafka/records/reader.ts';
import { maxUnpackedBytes, TooLargeError } from '../../../src/kafka/records/unpacked-bytes.ts';
import { RecordsError } from '../../../src/kafka/records/varint.ts';

const require = createRequire(import.meta.url);
const codecs = compressions.filter((codec) => codec !== 'none');

/**
 * Text-like bytes: words of a small vocabulary, so that matches are near and far and cross blocks.
 */
function wordy(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = 7;
  const next = (n: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 16) % n;
  };
  const vocabulary = Array.from({ length: 40 }, () =>
    Uint8Array.from({ length: 3 + next(9) }, () => 97 + next(26)),
  );
  for (let at = 0; at < length; ) {
    const word = vocabulary[next(40)] as Uint8Array;
    bytes.set(word.subarray(0, length - at), at);
    at += word.length;
  }
  return bytes;
}

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));

describe.each(codecs)('%s', (codec: Compression) => {
  it('gives back what was packed, of any size', () => {
    for (const length of [0, 1, 12, 13, 1000, 65_535, 65_536, 65_537, 200_000]) {
      const bytes = wordy(length);
      const packed = compress(codec, bytes);
      expect(crc32c(decompress(codec, packed))).toBe(crc32c(bytes));
      if (length > 1000) expect(packed.length).toBeLessThan(length);
    }
  });

  it('gives back bytes without any pattern', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
        expect(decompress(codec, compress(codec, bytes))).toEqual(bytes);
      }),
      { numRuns: 30 },
    );
  });

  it('carries the records of a batch', () => {
    const records = Array.from({ length: 50 }, (_, index) => ({
      timestamp: 1000 + index,
      key: null,
      value: wordy(100 + index),
      headers: [],
    }));
    const built = buildBatch({ records, compression: codec });
    const expected = records.map((record, offset) => ({ ...record, offset }));
    expect(readRecords(built)).toEqual(expected);
  });

  it('answers damage with an error, not with a hang or a crash', () => {
    const packed = compress(codec, wordy(500));
    for (let index = 0; index < packed.length; index++) {
      const damaged = packed.slice();
      damaged[index] = (damaged[index] as number) ^ 0x41;
      try {
        decompress(codec, damaged);
      } catch (error) {
        expect(error).toBeInstanceOf(RecordsError);
      }
    }
    expect(() => decompress(codec, packed.subarray(0, 9))).toThrow(RecordsError);
  });
});

describe('what others write is read', () => {
  it('gzip of zlib, and zlib reads ours', () => {
    const bytes = wordy(5000);
    expect(crc32c(decompress('gzip', gzipSync(bytes)))).toBe(crc32c(bytes));
    expect(crc32c(gunzipSync(compress('gzip', bytes)))).toBe(crc32c(bytes));
  });

  it('raw snappy, as C clients send it', () => {
    const bytes = wordy(5000);
    const raw: Uint8Array = require('snappyjs').compress(bytes);
    expect(crc32c(decompress('snappy', raw))).toBe(crc32c(bytes));
  });

  it('lz4 frames with dependent blocks and with checksums', () => {
    const bytes = wordy(150_000);
    expect(crc32c(decompress('lz4', require('lz4js').compress(bytes)))).toBe(crc32c(bytes));
    // One stored block of `hi` with a block checksum and a content checksum, which are skipped.
    const frame = hex('04224d1874407d02000080686900112233' + '0000000055667788');
    expect(Buffer.from(decompress('lz4', frame.slice(0, 21))).toString()).toBe('hi');
  });

  it('lz4 frames of ours by lz4js, though their blocks stand alone', () => {
    const bytes = wordy(150_000);
    const theirs: Uint8Array = require('lz4js').decompress(compress('lz4', bytes));
    expect(crc32c(theirs)).toBe(crc32c(bytes));
  });
});

/** The same frame as a streaming writer leaves it: with a window and without a content size. */
function unsized(frame: Uint8Array): Uint8Array {
  const descriptor = frame[4] as number;
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const sizeWidth = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >>> 6] as number;
  const behind = frame.subarray(5 + (isSingleSegment ? 0 : 1) + sizeWidth);
  const window = 0x60;
  return joined(frame.subarray(0, 4), Uint8Array.of(descriptor & 4, window), behind);
}

const joined = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));
const skippable = hex('5a2a4d18' + '03000000' + 'aabbcc');

/** What a stream of each codec may be made of: pieces that give `content` each. */
const pieces: Record<string, (content: Uint8Array) => Uint8Array> = {
  'gzip of ours': (content) => compress('gzip', content),
  'gzip of zlib': (content) => new Uint8Array(gzipSync(content, { level: 9 })),
  'gzip, stored': (content) => new Uint8Array(gzipSync(content, { level: 0 })),
  'zstd with its size': (content) => compress('zstd', content),
  'zstd without its size': (content) => unsized(compress('zstd', content)),
  'zstd behind a skippable frame': (content) => joined(skippable, compress('zstd', content)),
  'zstd before a skippable frame': (content) => joined(compress('zstd', content), skippable),
  'snappy with framing': (content) => compress('snappy', content),
};

describe('streams of several pieces', () => {
  const contents = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.integer({ min: 0, max: 200_000 }).map(wordy),
  );
  it.each(['gzip', 'zstd', 'snappy'] as const)('of %s give all of them, in order', (codec) => {
    const names = Object.keys(pieces).filter((name) => name.startsWith(codec));
    const piece = fc.tuple(fc.constantFrom(...names), contents);
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 5 }), (stream) => {
        const packed = stream.map(([name, content]) => pieces[name]!(content));
        const expected = joined(...stream.map(([, content]) => content));
        expect(crc32c(decompress(codec, joined(...packed)))).toBe(crc32c(expected));
      }),
      { numRuns: 40 },
    );
  });

  it('of gzip are held to the checksum of each', () => {
    const [first, second] = [compress('gzip', wordy(500)), compress('gzip', wordy(300))];
    const wrong = joined(first, second);
    wrong[first.length - 8]! ^= 1;
    expect(() => decompress('gzip', wrong)).toThrow(RecordsError);
  });
});

describe('a small piece that would give more than a batch may hold', () => {
  const mebibyte = 1_048_576;
  const megabytes = (count: number): Uint8Array => new Uint8Array(count * 1_000_000);
  const bombs: [Compression, () => Uint8Array][] = [
    ['gzip', () => new Uint8Array(gzipSync(megabytes(100), { level: 9 }))],
    // Several members, none of them too large.
    [
      'gzip',
      () => joined(...Array.from({ length: 9 }, () => new Uint8Array(gzipSync(megabytes(9))))),
    ],
    ['lz4', () => compress('lz4', megabytes(68))],
    ['zstd', () => compress('zstd', megabytes(68))],
    ['zstd', () => unsized(compress('zstd', megabytes(68)))],
    // Blocks of 128 KiB each that are one byte, repeated.
    ['zstd', () => joined(hex('28b52ffd' + '0060'), ...runs(1000), hex('010000'))],
    // A length that nothing behind it bears out.
    ['snappy', () => hex('ffffffff0f' + '00')],
    ['zstd', () => hex('28b52ffd' + 'e0' + '00000000ff000000' + '010000')],
  ];
  const runs = (count: number): Uint8Array[] =>
    Array.from({ length: count }, () => hex('02001055').fill(0x02, 0, 1));

  it.each(bombs)('of %s is refused', (codec, make) => {
    const packed = make();
    expect(maxUnpackedBytes(packed.length)).toBe(64 * mebibyte);
    expect(() => decompress(codec, packed)).toThrow(RecordsError);
  });

  it('is told from damage', () => {
    expect(() => decompress('gzip', gzipSync(megabytes(68)))).toThrow(TooLargeError);
    expect(() => decompress('lz4', compress('lz4', megabytes(68)))).toThrow(TooLargeError);
    expect(() => decompress('zstd', compress('zstd', megabytes(68)))).toThrow(TooLargeError);
    expect(() => decompress('zstd', unsized(compress('zstd', megabytes(68))))).toThrow(
      TooLargeError,
    );
  });

  it('may have four times its own size where that is more', () => {
    expect(maxUnpackedBytes(100 * mebibyte)).toBe(400 * mebibyte);
  });
});

it('snappy lengths and distances beyond their bounds are damage, not work', () => {
  // A literal of −2^31 bytes, a copy from before the start, one longer than the content.
  for (const block of ['10fc00000080', '0400610500', '04006101ff', '040061fe0100']) {
    expect(() => decompress('snappy', hex(block))).toThrow(RecordsError);
  }
});

it('packed bytes never change, or digests of trials would', () => {
  const sums = codecs.map((codec) => [codec, crc32c(compress(codec, wordy(70_000)))]);
  expect(Object.fromEntries(sums)).toMatchInlineSnapshot(`
    {
      "gzip": 536331311,
      "lz4": 62382162,
      "snappy": 3610733677,
      "zstd": 3413826940,
    }
  `);
});
