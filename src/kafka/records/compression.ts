/**
 * The codecs of record batches, pinned JavaScript and WebAssembly ones: the runtimes' own give
 * other bytes on each runtime. Same input, same bytes, everywhere; all of them are synchronous and
 * ready with the import.
 *
 * Unpacking is bounded for every codec by `maxUnpackedBytes`, before the memory is taken.
 */
import type { Compression } from './batch.ts';
import { compressGzip, decompressGzip } from './gzip.ts';
import { compressLz4, decompressLz4 } from './lz4.ts';
import { compressSnappy, decompressSnappy } from './snappy.ts';
import { maxUnpackedBytes } from './unpacked-bytes.ts';
import { compressZstd, decompressZstd } from './zstd.ts';

/** Kafka's defaults; lz4 and snappy have one level here. */
export interface CompressionLevels {
  readonly gzip: number;
  readonly zstd: number;
}

export const defaultLevels: CompressionLevels = { gzip: -1, zstd: 3 };

export function compress(
  codec: Compression,
  bytes: Uint8Array,
  levels: CompressionLevels = defaultLevels,
): Uint8Array {
  switch (codec) {
    case 'none':
      return bytes;
    case 'gzip':
      return compressGzip(bytes, levels.gzip);
    case 'snappy':
      return compressSnappy(bytes);
    case 'lz4':
      return compressLz4(bytes);
    case 'zstd':
      return compressZstd(bytes, levels.zstd);
  }
}

/**
 * Fails with a RecordsError where `bytes` are damaged, with a TooLargeError where they unpack to
 * more than the bound.
 */
export function decompress(codec: Compression, bytes: Uint8Array): Uint8Array {
  const limit = maxUnpackedBytes(bytes.length);
  switch (codec) {
    case 'none':
      return bytes;
    case 'gzip':
      return decompressGzip(bytes, limit);
    case 'snappy':
      return decompressSnappy(bytes, limit);
    case 'lz4':
      return decompressLz4(bytes, limit);
    case 'zstd':
      return decompressZstd(bytes, limit);
  }
}
