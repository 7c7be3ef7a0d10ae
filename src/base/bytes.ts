/**
 * Big-endian bytes, as all of Kafka's formats have them: a growing writer and a bounded reader.
 * Whoever reads or writes many fields at once (the generated codecs) works on `bytes` and
 * `position` itself and comes back to the methods for what is rare. 64-bit integers are safe
 * JavaScript numbers: the writer asserts it, the reader saturates at ±(2^53 − 1). Reading beyond
 * the end throws a BoundsError and nothing else; no length from the wire is trusted before it has
 * been compared with what is left.
 */
import { assert } from './assert.ts';
import { decodeText, encodeText } from './text.ts';

/** The bytes ended, or held something impossible, before what was asked for could be read. */
export class BoundsError extends Error {
  override readonly name = 'BoundsError';
}

const twoTo32 = 0x1_0000_0000;
/** Upper halves of the safe integers lie in [−2^21, 2^21). */
const safeHighBound = 0x20_0000;

/** The int64 at `at`, saturated to the safe integers. The caller has checked the bounds. */
export function readInt64(bytes: Uint8Array, at: number): number {
  const high = (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
  const low =
    ((bytes[at + 4]! << 24) | (bytes[at + 5]! << 16) | (bytes[at + 6]! << 8) | bytes[at + 7]!) >>>
    0;
  if (high === 0) return low;
  if (high >= safeHighBound) return Number.MAX_SAFE_INTEGER;
  if (high < -safeHighBound || (high === -safeHighBound && low === 0))
    return Number.MIN_SAFE_INTEGER;
  return high * twoTo32 + low;
}

/** Writes a safe integer as int64 at `at`. The caller has seen to the room. */
export function writeInt64(view: DataView, at: number, value: number): void {
  if ((value | 0) === value) {
    view.setInt32(at, value >> 31);
    view.setInt32(at + 4, value);
    return;
  }
  assert(Number.isSafeInteger(value), 'an int64 to write must be a safe integer');
  view.setInt32(at, Math.floor(value / twoTo32));
  view.setInt32(at + 4, value >>> 0);
}

/** Bytes that `unsignedVarint` takes. */
export function unsignedVarintSize(value: number): number {
  let size = 1;
  for (let rest = value >>> 7; rest !== 0; rest >>>= 7) size++;
  return size;
}

export class ByteWriter {
  bytes: Uint8Array;
  view: DataView;
  /** Where the next byte goes. */
  position = 0;
  /** Where what is being written began: 0, unless the writer hands out its own memory in pieces. */
  start = 0;

  constructor(capacity = 256) {
    this.bytes = new Uint8Array(capacity);
    this.view = new DataView(this.bytes.buffer);
  }

  /**
   * Makes room for `count` bytes at `position`. What has been written since `start` moves along.
   */
  reserve(count: number): void {
    if (this.position + count <= this.bytes.length) return;
    const written = this.position - this.start;
    let capacity = this.bytes.length;
    while (capacity < written + count) capacity *= 2;
    const old = this.bytes;
    this.bytes = new Uint8Array(capacity);
    this.view = new DataView(this.bytes.buffer);
    this.bytes.set(old.subarray(this.start, this.position));
    this.start = 0;
    this.position = written;
  }

  int8(value: number): void {
    this.reserve(1);
    this.bytes[this.position++] = value;
  }

  bool(value: boolean): void {
    this.int8(value ? 1 : 0);
  }

  int16(value: number): void {
    this.reserve(2);
    this.view.setInt16(this.position, value);
    this.position += 2;
  }

  int32(value: number): void {
    this.reserve(4);
    this.view.setInt32(this.position, value);
    this.position += 4;
  }

  int64(value: number): void {
    this.reserve(8);
    writeInt64(this.view, this.position, value);
    this.position += 8;
  }

  float64(value: number): void {
    this.reserve(8);
    this.view.setFloat64(this.position, value);
    this.position += 8;
  }

  /** 7 bits a byte, low ones first; `value` is taken as an unsigned 32-bit integer. */
  unsignedVarint(value: number): void {
    this.reserve(5);
    let rest = value >>> 0;
    while (rest > 0x7f) {
      this.bytes[this.position++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.bytes[this.position++] = rest;
  }

  /** Zigzag int32. */
  varint(value: number): void {
    this.unsignedVarint((value << 1) ^ (value >> 31));
  }

  /** Zigzag int64 of a safe integer. */
  varlong(value: number): void {
    if ((value | 0) === value) {
      this.varint(value);
      return;
    }
    assert(Number.isSafeInteger(value), 'a varlong to write must be a safe integer');
    this.reserve(10);
    let high = Math.floor(value / twoTo32);
    let low = value >>> 0;
    const sign = high >> 31;
    high = ((high << 1) | (low >>> 31)) ^ sign;
    low = ((low << 1) ^ sign) >>> 0;
    while (high !== 0 || low > 0x7f) {
      this.bytes[this.position++] = (low & 0x7f) | 0x80;
      low = ((low >>> 7) | (high << 25)) >>> 0;
      high >>>= 7;
    }
    this.bytes[this.position++] = low;
  }

  /** Copies bytes as they are, without a length. */
  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.position);
    this.position += bytes.length;
  }

  /** UTF-8 without a length; gives the number of bytes. */
  text(value: string): number {
    this.reserve(value.length * 3);
    const length = encodeText(value, this.bytes, this.position);
    this.position += length;
    return length;
  }

  /** Length as int16, −1 for null, then UTF-8. */
  string(value: string | null): void {
    if (value === null) {
      this.int16(-1);
      return;
    }
    this.int16(0);
    const at = this.position - 2 - this.start;
    const length = this.text(value);
    assert(length <= 0x7fff, 'a string to write must fit 32767 bytes of UTF-8');
    this.view.setInt16(this.start + at, length);
  }

  /** Length + 1 as an unsigned varint, 0 for null, then UTF-8 (KIP-482). */
  compactString(value: string | null): void {
    if (value === null) {
      this.unsignedVarint(0);
      return;
    }
    this.reserve(value.length * 3 + 5);
    const lengthAt = this.position;
    const length = encodeText(value, this.bytes, lengthAt + 1);
    if (length + 1 >= 0x80) {
      const textAt = lengthAt + unsignedVarintSize(length + 1);
      this.bytes.copyWithin(textAt, lengthAt + 1, lengthAt + 1 + length);
    }
    this.position = lengthAt;
    this.unsignedVarint(length + 1);
    this.position += length;
  }

  /** A copy of what has been written since `start`. */
  copy(): Uint8Array {
    return this.bytes.slice(this.start, this.position);
  }

  clear(): void {
    this.position = this.start;
  }
}

export class ByteReader {
  bytes: Uint8Array;
  position: number;
  /** First position that may not be read. */
  end: number;

  constructor(bytes: Uint8Array, position = 0, end: number = bytes.length) {
    this.bytes = bytes;
    this.position = position;
    this.end = end;
  }

  reset(bytes: Uint8Array, position: number, end: number): void {
    this.bytes = bytes;
    this.position = position;
    this.end = end;
  }

  get remaining(): number {
    return this.end - this.position;
  }

  /** Steps over `count` bytes and gives the position of the first. */
  take(count: number): number {
    const at = this.position;
    if (!(count >= 0 && count <= this.end - at)) {
      throw new BoundsError(`${count} bytes wanted at ${at}, ${this.end - at} left`);
    }
    this.position = at + count;
    return at;
  }

  int8(): number {
    return (this.bytes[this.take(1)]! << 24) >> 24;
  }

  bool(): boolean {
    return this.bytes[this.take(1)] !== 0;
  }

  int16(): number {
    const at = this.take(2);
    return ((this.bytes[at]! << 24) >> 16) | this.bytes[at + 1]!;
  }

  int32(): number {
    const at = this.take(4);
    const bytes = this.bytes;
    return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
  }

  int64(): number {
    return readInt64(this.bytes, this.take(8));
  }

  float64(): number {
    const at = this.bytes.byteOffset + this.take(8);
    return new DataView(this.bytes.buffer, at, 8).getFloat64(0);
  }

  unsignedVarint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.bytes[this.take(1)]!;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    throw new BoundsError(`a varint at ${this.position} is longer than 5 bytes`);
  }

  varint(): number {
    const value = this.unsignedVarint();
    return (value >>> 1) ^ -(value & 1);
  }

  /** Zigzag int64, saturated to the safe integers. */
  varlong(): number {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.bytes[this.take(1)]!;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else high |= bits << (shift - 32);
      if (byte < 0x80) return zigzagToNumber(high, low);
    }
    throw new BoundsError(`a varlong at ${this.position} is longer than 10 bytes`);
  }

  /** A view of the next `count` bytes. */
  raw(count: number): Uint8Array {
    const at = this.take(count);
    return this.bytes.subarray(at, at + count);
  }

  text(length: number): string {
    return decodeText(this.bytes, this.take(length), length);
  }

  /** Length as int16, −1 for null, then UTF-8. */
  string(): string | null {
    const length = this.int16();
    return length === -1 ? null : this.text(length);
  }

  /** Length + 1 as an unsigned varint, 0 for null, then UTF-8. */
  compactString(): string | null {
    const length = this.unsignedVarint();
    return length === 0 ? null : this.text(length - 1);
  }
}

/** Undoes the zigzag of a 64-bit value in two halves. */
function zigzagToNumber(high: number, low: number): number {
  const sign = -(low & 1);
  const signedHigh = (high >>> 1) ^ sign;
  const signedLow = (((low >>> 1) | (high << 31)) ^ sign) >>> 0;
  if (signedHigh >= safeHighBound) return Number.MAX_SAFE_INTEGER;
  if (signedHigh < -safeHighBound || (signedHigh === -safeHighBound && signedLow === 0)) {
    return Number.MIN_SAFE_INTEGER;
  }
  return signedHigh * twoTo32 + signedLow;
}

/** All of them behind one another, in bytes of their own. */
export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
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

/** The unsigned number in `width` bytes, the lowest first; exact up to six of them. */
export function littleEndian(bytes: Uint8Array, at: number, width: number): number {
  let value = 0;
  for (let byte = width - 1; byte >= 0; byte--) value = value * 256 + (bytes[at + byte] as number);
  return value;
}
