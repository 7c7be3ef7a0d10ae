/**
 * zstd: frames behind one another, each with or without the length of its content, and skippable
 * ones among them. The codec is WebAssembly, which has to be set up before the first call: whoever
 * imports this module waits for it (5 ms, once a process), so nobody else has to think of it.
 *
 * The codec makes room for what a frame says it holds. So each frame is measured first: its blocks
 * say how much they can give at most, and a frame that claims more is damaged.
 */
import * as codec from '@bokuweb/zstd-wasm';
import { littleEndian } from '../../base/bytes.ts';
import { TooLargeError, UnpackedBytes } from './unpacked-bytes.ts';
import { RecordsError } from './varint.ts';

await codec.init();

const frameMagic = 0xfd2fb528;
/** Sixteen magics, which differ in the low four bits. */
const skippableMagic = 0x184d2a50;
const largestBlock = 131_072;
const blockType = { raw: 0, runLength: 1, reserved: 3 } as const;

export function compressZstd(bytes: Uint8Array, level: number): Uint8Array {
  return codec.compress(bytes, level);
}

/** Fails with a RecordsError on damage or above `limit` bytes of content. */
export function decompressZstd(bytes: Uint8Array, limit: number): Uint8Array {
  const unpacked = new UnpackedBytes(limit, 0);
  let at = 0;
  while (at < bytes.length) {
    check(at + 8 <= bytes.length, 'frame');
    const magic = littleEndian(bytes, at, 4);
    if (magic - (magic % 16) === skippableMagic) {
      at += 8 + littleEndian(bytes, at + 4, 4);
      check(at <= bytes.length, 'skippable frame');
      continue;
    }
    check(magic === frameMagic, 'magic');
    const { end, contentBytes, mostBytes } = measure(bytes, at);
    const room = limit - unpacked.length;
    check(contentBytes <= mostBytes, 'content size');
    if (contentBytes > room) throw new TooLargeError(`it unpacks to more than ${limit} bytes`);
    const content = unpackFrame(bytes.subarray(at, end), mostBytes, room);
    // The usual case, one frame, is not copied once more.
    if (at === 0 && end === bytes.length) return content;
    unpacked.push(content);
    at = end;
  }
  return unpacked.content;
}

function unpackFrame(frame: Uint8Array, mostBytes: number, room: number): Uint8Array {
  try {
    return codec.decompress(frame, { defaultHeapSize: Math.min(mostBytes, room) });
  } catch (error) {
    // The codec fails alike on damage and where the content does not fit.
    if (mostBytes > room) throw new TooLargeError(`it unpacks to more than ${room} bytes`);
    throw new RecordsError(`damaged zstd data: ${String(error)}`);
  }
}

interface FrameMeasure {
  /** Position behind the frame. */
  readonly end: number;
  /** What it says that it holds; −1 where it does not say. */
  readonly contentBytes: number;
  /** What its blocks can give at most. */
  readonly mostBytes: number;
}

/** Reads the headers of a frame and of its blocks (RFC 8878, 3.1.1). */
function measure(bytes: Uint8Array, start: number): FrameMeasure {
  let at = start + 4;
  const descriptor = bytes[at++] as number;
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const sizeFlag = descriptor >>> 6;
  const dictionaryWidth = [0, 1, 2, 4][descriptor & 3] as number;
  const sizeWidth = sizeFlag === 0 ? (isSingleSegment ? 1 : 0) : 1 << sizeFlag;
  at += (isSingleSegment ? 0 : 1) + dictionaryWidth;
  check(at + sizeWidth <= bytes.length, 'frame header');
  let contentBytes = sizeWidth === 0 ? -1 : littleEndian(bytes, at, sizeWidth);
  if (sizeWidth === 2) contentBytes += 256;
  at += sizeWidth;
  let mostBytes = 0;
  for (let isLast = false; !isLast; ) {
    check(at + 3 <= bytes.length, 'block header');
    const header = littleEndian(bytes, at, 3);
    const type = (header >>> 1) & 3;
    const size = header >>> 3;
    isLast = (header & 1) === 1;
    check(type !== blockType.reserved && size <= largestBlock, 'block header');
    at += 3 + (type === blockType.runLength ? 1 : size);
    mostBytes += type === blockType.raw || type === blockType.runLength ? size : largestBlock;
  }
  if ((descriptor & 4) !== 0) at += 4;
  check(at <= bytes.length, 'block');
  return { end: at, contentBytes, mostBytes };
}

function check(holds: boolean, what: string): void {
  if (!holds) throw new RecordsError(`damaged zstd data: ${what}`);
}
