import { createRequire } from 'node:module';
import { gunzipSync, gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32c } from '../../../src/base/crc32c.ts';
import { type Compression, compressions } from '../../../src/kafka/records/batch.ts';
import { buildBatch } from '../../../src/kafka/records/builder.ts';
import { compress, decompress } from '../../../src/kafka/records/compression.ts';
import { readRecords } from '../../../src/kafka/records/reader.ts';
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
