/**
 * Zigzag varints of the record format. Values are safe integers: a 64-bit value is taken apart into
 * 28-bit groups by arithmetic, because shifts hold 32 bits only.
 */

const twoTo28 = 268_435_456;

/** Bytes that `value` takes. */
export function varintSize(value: number): number {
  let rest = value >= 0 ? value * 2 : -value * 2 - 1;
  let size = 1;
  while (rest >= 128) {
    rest = Math.floor(rest / 128);
    size += 1;
  }
  return size;
}

/** Writes `value` at `position` and returns the position behind it. */
export function writeVarint(bytes: Uint8Array, position: number, value: number): number {
  let rest = value >= 0 ? value * 2 : -value * 2 - 1;
  let at = position;
  while (rest >= twoTo28) {
    bytes[at++] = (rest % 128) | 0x80;
    rest = Math.floor(rest / 128);
  }
  while (rest >= 128) {
    bytes[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  bytes[at++] = rest;
  return at;
}

/** Bytes that do not hold what they should; who reads them says what that means to the peer. */
export class RecordsError extends Error {
  override readonly name = 'RecordsError';
}

/** Reads forward through bytes and never beyond `limit`. */
export class RecordCursor {
  readonly bytes: Uint8Array;
  readonly limit: number;
  position: number;

  constructor(bytes: Uint8Array, position = 0, limit = bytes.length) {
    this.bytes = bytes;
    this.position = position;
    this.limit = limit;
  }

  byte(): number {
    if (this.position >= this.limit) throw new RecordsError('a record ends in the middle');
    return this.bytes[this.position++] as number;
  }

  varint(): number {
    let byte = this.byte();
    let value = byte & 0x7f;
    let scale = 128;
    while (byte >= 0x80) {
      byte = this.byte();
      value += (byte & 0x7f) * scale;
      scale *= 128;
      if (value > Number.MAX_SAFE_INTEGER) throw new RecordsError('a varint is too large');
    }
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** The next `length` bytes as a view; −1 stands for null. */
  nullableBytes(length: number): Uint8Array | null {
    if (length === -1) return null;
    if (length < 0 || length > this.limit - this.position) {
      throw new RecordsError('a field reaches beyond its record');
    }
    const start = this.position;
    this.position += length;
    return this.bytes.subarray(start, this.position);
  }
}
