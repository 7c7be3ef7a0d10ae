/**
 * A running 64-bit digest of two 32-bit lanes. Integer operations only, so that every engine
 * computes the same. It proves that two runs are equal; it is no defence against forgery.
 */
const headBytes = 64;
const tailBytes = 16;

export class Digest {
  /** The lanes, as int32. Read them, fold to change them. */
  high = 0x243f6a88;
  low = 0x13198a2e;

  /** Folds an int32. */
  fold(word: number): void {
    const high = Math.imul(this.high ^ word, 0x85ebca6b);
    this.high = high ^ (high >>> 15);
    const low = Math.imul((this.low + word) | 0, 0xc2b2ae35);
    this.low = (low << 13) | (low >>> 19);
  }

  /** Folds a safe integer: all 53 bits of it. */
  foldNumber(value: number): void {
    this.fold(value | 0);
    this.fold((value / 0x100000000) | 0);
  }

  foldString(text: string): void {
    let hash = text.length;
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
    this.fold(hash);
  }

  /** Folds the length and a sample: at most the first 64 and the last 16 bytes. */
  foldBytes(bytes: Uint8Array): void {
    const length = bytes.length;
    if (length <= headBytes + tailBytes) {
      this.fold(mix(bytes, 0, length, length));
      return;
    }
    const head = mix(bytes, 0, headBytes, length);
    this.fold(mix(bytes, length - tailBytes, length, head));
  }

  /** 16 hexadecimal characters. */
  toString(): string {
    return hex(this.high) + hex(this.low);
  }
}

function mix(bytes: Uint8Array, start: number, end: number, initial: number): number {
  let hash = initial;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    const word =
      (bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24);
    hash = Math.imul(hash ^ word, 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  for (; at < end; at++) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
  return hash ^ (hash >>> 13);
}

const hex = (lane: number): string => (lane >>> 0).toString(16).padStart(8, '0');
