/**
 * Snappy as Kafka's clients use it. Java wraps blocks of raw snappy into the framing of the xerial
 * library: a magic, two version words, then blocks with a 4-byte length each, and streams may stand
 * behind one another; C clients send one raw block. All are read; the framing is written, because
 * all clients understand it. snappyjs packs the blocks; its own reading trusts lengths (a negative
 * one never ends), so blocks are unpacked here.
 */
import snappy from 'snappyjs';
import { joinBytes, littleEndian } from '../../base/bytes.ts';
import { UnpackedBytes } from './unpacked-bytes.ts';
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
  return joinBytes(parts);
}

/** Fails with a RecordsError on damage or above `limit` bytes of content. */
export function decompressSnappy(bytes: Uint8Array, limit: number): Uint8Array {
  const unpacked = new UnpackedBytes(limit, Math.min(bytes.length * 2, limit));
  if (!hasXerialMagic(bytes, 0)) {
    unpackBlock(bytes, 0, bytes.length, unpacked);
    return unpacked.content;
  }
  let at = xerialHeader.length;
  while (at < bytes.length) {
    if (hasXerialMagic(bytes, at)) {
      at += xerialHeader.length;
      continue;
    }
    check(at + 4 <= bytes.length, 'framing');
    const size =
      ((bytes[at] as number) << 24) |
      ((bytes[at + 1] as number) << 16) |
      ((bytes[at + 2] as number) << 8) |
      (bytes[at + 3] as number);
    at += 4;
    check(size >= 0 && at + size <= bytes.length, 'framing');
    unpackBlock(bytes, at, at + size, unpacked);
    at += size;
  }
  return unpacked.content;
}

/** One raw block: its content's length as a varint, then literals and copies of what came before. */
function unpackBlock(bytes: Uint8Array, start: number, end: number, unpacked: UnpackedBytes): void {
  let at = start;
  let length = 0;
  for (let scale = 1; ; scale *= 128) {
    check(at < end && scale <= 0x10000000, 'length');
    const byte = bytes[at++] as number;
    length += (byte & 0x7f) * scale;
    if (byte < 0x80) break;
  }
  // No element of a block gives more than 64 bytes for two: a longer content is a lie.
  check(length <= (end - at) * 32, 'length');
  const target = unpacked.room(length);
  const first = unpacked.length;
  const last = first + length;
  let to = first;
  while (at < end) {
    const tag = bytes[at++] as number;
    const kind = tag & 3;
    let count = (tag >>> 2) + 1;
    if (kind === 0) {
      if (count > 60) {
        const extra = count - 60;
        check(at + extra <= end, 'literal');
        count = littleEndian(bytes, at, extra) + 1;
        at += extra;
      }
      check(at + count <= end && to + count <= last, 'literal');
      for (const stop = to + count; to < stop; ) target[to++] = bytes[at++] as number;
      continue;
    }
    const width = kind === 3 ? 4 : kind;
    check(at + width <= end, 'copy');
    let distance = littleEndian(bytes, at, width);
    at += width;
    if (kind === 1) {
      count = ((tag >>> 2) & 7) + 4;
      distance += (tag >>> 5) * 256;
    }
    check(distance > 0 && distance <= to - first && to + count <= last, 'copy');
    for (const stop = to + count; to < stop; to++) target[to] = target[to - distance] as number;
  }
  check(to === last, 'length');
  unpacked.length = last;
}

function check(holds: boolean, what: string): void {
  if (!holds) throw new RecordsError(`damaged snappy data: ${what}`);
}

// snappyjs looks for a Buffer by type and answers with one; a plain view is the same everywhere.
function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function hasXerialMagic(bytes: Uint8Array, start: number): boolean {
  if (bytes.length < start + xerialHeader.length) return false;
  for (let at = 0; at < magicLength; at++) {
    if (bytes[start + at] !== xerialHeader[at]) return false;
  }
  return true;
}
