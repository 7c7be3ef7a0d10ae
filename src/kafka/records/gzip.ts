/**
 * gzip, of one member or of several behind one another, with their checksums. Unpacked piece by
 * piece, so that the bound holds before the memory is taken.
 */
import { gzip, Inflate } from 'pako';
import { UnpackedBytes } from './unpacked-bytes.ts';
import { RecordsError } from './varint.ts';

/** zlib's number for: a gzip header, no other, and the largest window. */
const gzipOnly = 31;
const largestPiece = 65_536;

/** `level` −1 is zlib's default. */
export function compressGzip(bytes: Uint8Array, level: number): Uint8Array {
  return gzip(bytes, { level });
}

/** Fails with a RecordsError on damage or above `limit` bytes of content. */
export function decompressGzip(bytes: Uint8Array, limit: number): Uint8Array {
  const expected = Math.min(bytes.length * 4, largestPiece);
  const unpacked = new UnpackedBytes(limit, expected);
  const inflate = new Inflate({ windowBits: gzipOnly, chunkSize: Math.max(expected, 64) });
  inflate.onData = (piece) => unpacked.push(piece as Uint8Array);
  inflate.push(bytes, true);
  if (inflate.err !== 0 || !inflate.ended) {
    throw new RecordsError(`damaged gzip data: ${inflate.msg || 'it ends too early'}`);
  }
  return unpacked.content;
}
