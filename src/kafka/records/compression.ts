/**
 * The codecs of record batches, pinned JavaScript and WebAssembly ones: the runtimes' own give
 * other bytes on each runtime. Same input, same bytes, everywhere.
 *
 * zstd must be set up once per process by `initCompression` before a zstd batch is packed or
 * unpacked; everything else works at once.
 */
import * as zstd from '@bokuweb/zstd-wasm';
import { gunzipSync, gzipSync } from 'fflate';
import { assert } from '../../base/assert.ts';
import type { Compression } from './batch.ts';
import { compressLz4, decompressLz4 } from './lz4.ts';
import { compressSnappy, decompressSnappy } from './snappy.ts';
import { RecordsError } from './varint.ts';

/** What one batch may unpack to: a small frame must not take the process's memory. */
export const maxUncompressedBytes = 128 * 1024 * 1024;

let zstdReady: Promise<void> | null = null;
let zstdIsReady = false;

/** Loads the zstd codec; idempotent. */
export function initCompression(): Promise<void> {
  zstdReady ??= zstd.init().then(() => {
    zstdIsReady = true;
  });
  return zstdReady;
}

export function compress(codec: Compression, bytes: Uint8Array): Uint8Array {
  switch (codec) {
    case 'none':
      return bytes;
    case 'gzip':
      // The header holds a time of modification; zero means none and keeps the bytes the same.
      return gzipSync(bytes, { mtime: 0 });
    case 'snappy':
      return compressSnappy(bytes);
    case 'lz4':
      return compressLz4(bytes);
    case 'zstd':
      assert(zstdIsReady, 'initCompression was awaited before zstd is used');
      return zstd.compress(bytes, 3);
  }
}

/** Fails with a RecordsError where `bytes` are damaged or unpack to more than the bound. */
export function decompress(codec: Compression, bytes: Uint8Array): Uint8Array {
  assert(codec !== 'zstd' || zstdIsReady, 'initCompression was awaited before zstd is used');
  try {
    return unpack(codec, bytes);
  } catch (error) {
    if (error instanceof RecordsError) throw error;
    throw new RecordsError(`damaged ${codec} data: ${String(error)}`);
  }
}

function unpack(codec: Compression, bytes: Uint8Array): Uint8Array {
  switch (codec) {
    case 'none':
      return bytes;
    case 'gzip':
      return gunzipSync(bytes);
    case 'snappy':
      return decompressSnappy(bytes, maxUncompressedBytes);
    case 'lz4':
      return decompressLz4(bytes, maxUncompressedBytes);
    case 'zstd':
      return unpackZstd(bytes);
  }
}

/**
 * Frames of streaming writers do not say how long their content is: the room doubles until it
 * suffices.
 */
function unpackZstd(bytes: Uint8Array): Uint8Array {
  let room = Math.max(65_536, bytes.length * 8);
  for (;;) {
    try {
      return zstd.decompress(bytes, { defaultHeapSize: room });
    } catch (error) {
      if (room >= maxUncompressedBytes) throw error;
      room *= 4;
    }
  }
}
