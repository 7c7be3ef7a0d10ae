/**
 * A running 64-bit digest of two 32-bit lanes. Integer operations only, so that every engine
 * computes the same. Each step is a bijection of a lane for a given word, and of the word for a
 * given lane: what differs in one place only, be it one bit, cannot cancel out. It proves that two
 * runs are equal; it is no defence against forgery.
 */
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

  /** Folds a safe integer: all 54 bits of it. */
  foldNumber(value: number): void {
    this.fold(value | 0);
    this.fold(Math.floor(value / 0x100000000) | 0);
  }

  foldString(text: string): void {
    this.fold(text.length);
    this.fold(hashOfText(text));
  }

  /** Folds the length and every byte. */
  foldBytes(bytes: Uint8Array): void {
    const length = bytes.length;
    let even = length ^ 0x510e527f;
    let odd = length ^ 0x1f83d9ab;
    let at = 0;
    if (length >= viewedFrom) {
      const view = viewOf(bytes.buffer);
      const start = bytes.byteOffset;
      const end = start + (length & ~7);
      for (let word = start; word < end; word += 8) {
        even = Math.imul(even ^ view.getInt32(word, true), 0x9e3779b1);
        odd = Math.imul(odd ^ view.getInt32(word + 4, true), 0x85ebca6b);
        even ^= even >>> 15;
        odd ^= odd >>> 13;
      }
      at = end - start;
    }
    for (; at + 4 <= length; at += 4) {
      odd = Math.imul(odd ^ wordAt(bytes, at), 0x85ebca6b);
      odd ^= odd >>> 13;
    }
    for (; at < length; at++) {
      even = Math.imul(even ^ (bytes[at] as number), 0x9e3779b1);
      even ^= even >>> 15;
    }
    this.fold(even);
    this.fold(odd);
  }

  /** 16 hexadecimal characters. */
  toString(): string {
    return hex(this.high) + hex(this.low);
  }
}

/** 32 bits that stand for a text. */
export function hashOfText(text: string): number {
  let hash = text.length;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  return hash;
}

const wordAt = (bytes: Uint8Array, at: number): number =>
  (bytes[at] as number) |
  ((bytes[at + 1] as number) << 8) |
  ((bytes[at + 2] as number) << 16) |
  ((bytes[at + 3] as number) << 24);

/** Of shorter arrays no view is made: engines keep them without a buffer until it is asked for. */
const viewedFrom = 65;

/** The view of the latest buffer. Most arrays in a row are pieces of one slab. */
let latest = new DataView<ArrayBufferLike>(new ArrayBuffer(0));

function viewOf(buffer: ArrayBufferLike): DataView {
  if (buffer !== latest.buffer) latest = new DataView(buffer);
  return latest;
}

const hex = (lane: number): string => (lane >>> 0).toString(16).padStart(8, '0');
