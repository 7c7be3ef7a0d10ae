/**
 * The LZ4 frame format as Kafka's clients use it: independent blocks of 64 KiB without checksums
 * are written (Java refuses dependent blocks), any standard frame is read. lz4js packs the blocks;
 * its own frames have dependent blocks, and it checks no bounds, so each block is measured before
 * it is unpacked.
 */
import lz4 from 'lz4js';
import { littleEndian } from '../../base/bytes.ts';
import { UnpackedBytes } from './unpacked-bytes.ts';
import { RecordsError } from './varint.ts';

/** Magic, version 1 with independent blocks, 64 KiB blocks, and the checksum of those two bytes. */
const frameHeader = Uint8Array.of(0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82);
const blockSize = 65_536;
const uncompressedBit = 0x80000000;
/** By bits 4 to 6 of the block descriptor. */
const blockSizes: readonly number[] = [0, 0, 0, 0, 65_536, 262_144, 1_048_576, 4_194_304];

export function compressLz4(bytes: Uint8Array): Uint8Array {
  const blocks = Math.ceil(bytes.length / blockSize);
  const frame = new Uint8Array(frameHeader.length + bytes.length + blocks * 4 + 4);
  frame.set(frameHeader);
  const packed = new Uint8Array(lz4.compressBound(Math.min(bytes.length, blockSize)));
  let at = frameHeader.length;
  for (let start = 0; start < bytes.length; start += blockSize) {
    // A block of its own array and a fresh table: no match can reach into the block before.
    const block = bytes.subarray(start, start + blockSize);
    const size = lz4.compressBlock(block, packed, 0, block.length, new Uint32Array(65_536));
    const shrank = size > 0 && size < block.length;
    at = writeLittle32(frame, at, shrank ? size : (block.length | uncompressedBit) >>> 0);
    const body = shrank ? packed.subarray(0, size) : block;
    frame.set(body, at);
    at += body.length;
  }
  at = writeLittle32(frame, at, 0);
  return frame.subarray(0, at);
}

/** Fails with a RecordsError on a damaged frame or above `limit` bytes of content. */
export function decompressLz4(frame: Uint8Array, limit: number): Uint8Array {
  const flags = frame[4] ?? 0;
  const largestBlock = blockSizes[((frame[5] ?? 0) >> 4) & 7] as number;
  for (let at = 0; at < 4; at++) check(frame[at] === frameHeader[at], 'magic');
  check(flags >> 6 === 1 && largestBlock > 0 && (flags & 1) === 0, 'descriptor');
  const hasBlockChecksum = (flags & 0x10) !== 0;
  const unpacked = new UnpackedBytes(limit, Math.min(frame.length * 4, largestBlock));
  let at = (flags & 0x08) !== 0 ? 15 : 7;
  for (;;) {
    check(at + 4 <= frame.length, 'block length');
    const word = littleEndian(frame, at, 4);
    at += 4;
    if (word === 0) return unpacked.content;
    const isPacked = word < uncompressedBit;
    const size = isPacked ? word : word - uncompressedBit;
    check(at + size <= frame.length, 'block');
    const before = unpacked.length;
    const grown = isPacked ? unpackedLength(frame, at, at + size, before) : size;
    check(grown <= largestBlock, 'content length');
    const content = unpacked.room(grown);
    if (isPacked) lz4.decompressBlock(frame, content, at, size, before);
    else content.set(frame.subarray(at, at + size), before);
    unpacked.length += grown;
    at += size + (hasBlockChecksum ? 4 : 0);
  }
}

/**
 * Length of a packed block's content; checks that it stays inside the block and what came before
 * it.
 */
function unpackedLength(bytes: Uint8Array, start: number, end: number, before: number): number {
  let at = start;
  let length = 0;
  while (at < end) {
    const token = bytes[at++] as number;
    let literals = token >> 4;
    if (literals === 15) {
      let more = 255;
      while (more === 255) {
        check(at < end, 'literals');
        more = bytes[at++] as number;
        literals += more;
      }
    }
    at += literals;
    length += literals;
    check(at <= end, 'literals');
    if (at === end) break;
    check(at + 2 <= end, 'match');
    const distance = (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
    at += 2;
    check(distance > 0 && distance <= before + length, 'match distance');
    let match = token & 15;
    if (match === 15) {
      let more = 255;
      while (more === 255) {
        check(at < end, 'match');
        more = bytes[at++] as number;
        match += more;
      }
    }
    length += match + 4;
  }
  return length;
}

function check(holds: boolean, what: string): void {
  if (!holds) throw new RecordsError(`damaged lz4 frame: ${what}`);
}

function writeLittle32(bytes: Uint8Array, at: number, value: number): number {
  for (let byte = 0; byte < 4; byte++) bytes[at + byte] = value >>> (8 * byte);
  return at + 4;
}
