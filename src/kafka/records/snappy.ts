/**
 * Snappy as Kafka's clients use it. Java wraps blocks of raw snappy into the framing of the xerial
 * library: a magic, two version words, then blocks with a 4-byte length each; C clients send one
 * raw block. Both are read; the framing is written, because all clients understand it.
 */
import snappy from 'snappyjs';
import { RecordsError } from './varint.ts';

/** Magic, version 1, compatible with version 1. */
const xerialHeader = Uint8Array.of(0x82, 83, 78, 65, 80, 80, 89, 0, 0, 0, 0, 1, 0, 0, 0, 1);
const magicLength = 8;
const blockSize = 32_768;

export function compressSnappy(bytes: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [xerialHeader];
  for (let start = 0; start < bytes.length; start += blockSize) {
    const block = snappy.compress(plain(bytes.subarray(start, start + blockSize)));
    const size = block.length;
    parts.push(Uint8Array.of(size >>> 24, size >>> 16, size >>> 8, size), block);
  }
  return concatenate(parts);
}

/** Fails with a RecordsError on damage or above `maxLength` bytes of content. */
export function decompressSnappy(bytes: Uint8Array, maxLength: number): Uint8Array {
  if (!hasXerialMagic(bytes)) return uncompress(bytes, maxLength);
  const parts: Uint8Array[] = [];
  let at = xerialHeader.length;
  let length = 0;
  while (at < bytes.length) {
    if (at + 4 > bytes.length) throw new RecordsError('damaged snappy framing');
    const size =
      ((bytes[at] as number) << 24) |
      ((bytes[at + 1] as number) << 16) |
      ((bytes[at + 2] as number) << 8) |
      (bytes[at + 3] as number);
    at += 4;
    if (size < 0 || at + size > bytes.length) throw new RecordsError('damaged snappy framing');
    const part = uncompress(bytes.subarray(at, at + size), maxLength - length);
    parts.push(part);
    length += part.length;
    at += size;
  }
  return concatenate(parts);
}

function uncompress(block: Uint8Array, maxLength: number): Uint8Array {
  // snappyjs looks for a Buffer by type and answers with one; a plain view is the same everywhere.
  return snappy.uncompress(plain(block), maxLength);
}

function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function hasXerialMagic(bytes: Uint8Array): boolean {
  if (bytes.length < xerialHeader.length) return false;
  for (let at = 0; at < magicLength; at++) if (bytes[at] !== xerialHeader[at]) return false;
  return true;
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
