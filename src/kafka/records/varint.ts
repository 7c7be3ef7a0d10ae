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

  /** A 32-bit number of at most five bytes: lengths, counts and offset deltas. */
  varint(): number {
    const first = this.byte();
    if (first < 0x80) return (first >>> 1) ^ -(first & 1);
    let value = first & 0x7f;
    for (let shift = 7; ; shift += 7) {
      if (shift > 28) throw new RecordsError('a varint is too long');
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (value >>> 1) ^ -(value & 1);
    }
  }

  /**
   * A 64-bit number of at most ten bytes: timestamp deltas. Beyond the safe integers it is only
   * near what was written, so who uses it checks.
   */
  varlong(): number {
    const first = this.byte();
    if (first < 0x80) return (first >>> 1) ^ -(first & 1);
    let value = first & 0x7f;
    for (let bytes = 2, scale = 128; ; bytes++, scale *= 128) {
      if (bytes > 10) throw new RecordsError('a varint is too long');
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    }
  }

  /** The next `length` bytes as a view; a negative length stands for null, as Kafka reads it. */
  nullableBytes(length: number): Uint8Array | null {
    if (length < 0) return null;
    const start = this.position;
    this.skip(length);
    return this.bytes.subarray(start, this.position);
  }

  /** Passes over so many bytes; none for null. */
  skip(length: number): void {
    if (length <= 0) return;
    if (length > this.limit - this.position) {
      throw new RecordsError('a field reaches beyond its record');
    }
    this.position += length;
  }
}
