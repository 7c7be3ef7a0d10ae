/**
 * Uuids between their sixteen bytes and Kafka's text form, base64url without padding. Topic ids
 * come again in every request, so the texts of those decoded lately are found again by their
 * bytes.
 */
import { assert } from './assert.ts';
import type { Uuid } from './ids.ts';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
export const uuidBytes = 16;
const uuidTextLength = 22;

const notADigit = 255;
const valueOfUnit = new Uint8Array(128).fill(notADigit);
for (let i = 0; i < alphabet.length; i++) valueOfUnit[alphabet.charCodeAt(i)] = i;

interface RememberedUuid {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  readonly text: Uuid;
}
const slots = 1024;
const zero: RememberedUuid = { a: 0, b: 0, c: 0, d: 0, text: 'A'.repeat(uuidTextLength) };
const remembered: RememberedUuid[] = new Array<RememberedUuid>(slots).fill(zero);

const word = (bytes: Uint8Array, at: number): number =>
  (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;

/** The uuid at `at`; the caller has checked the bounds. */
export function decodeUuid(bytes: Uint8Array, at: number): Uuid {
  const a = word(bytes, at);
  const b = word(bytes, at + 4);
  const c = word(bytes, at + 8);
  const d = word(bytes, at + 12);
  const mixed = a ^ b ^ c ^ d;
  const slot = (mixed ^ (mixed >>> 16)) & (slots - 1);
  const found = remembered[slot]!;
  if (found.a === a && found.b === b && found.c === c && found.d === d) return found.text;
  const text = uuidToText(bytes, at);
  remembered[slot] = { a, b, c, d, text };
  return text;
}

function uuidToText(bytes: Uint8Array, at: number): Uuid {
  let text = '';
  for (let i = 0; i < uuidBytes - 1; i += 3) {
    const bits = (bytes[at + i]! << 16) | (bytes[at + i + 1]! << 8) | bytes[at + i + 2]!;
    text +=
      alphabet[bits >>> 18]! +
      alphabet[(bits >>> 12) & 63]! +
      alphabet[(bits >>> 6) & 63]! +
      alphabet[bits & 63]!;
  }
  const last = bytes[at + uuidBytes - 1]!;
  return text + alphabet[last >>> 2]! + alphabet[(last & 3) << 4]!;
}

/** Texts encoded lately, by some of their letters, and their bytes. */
const texts: (Uuid | null)[] = new Array<Uuid | null>(slots).fill(null);
const bytesOfTexts = new Uint8Array(slots * uuidBytes);

/**
 * Writes the sixteen bytes of `uuid` at `at`. The text must be one that `decodeUuid` could have
 * given.
 */
export function encodeUuid(uuid: Uuid, into: Uint8Array, at: number): void {
  const slot = (uuid.charCodeAt(3) ^ (uuid.charCodeAt(9) << 3)) & (slots - 1);
  const from = slot * uuidBytes;
  if (texts[slot] !== uuid) {
    // None is remembered before it has shown itself to be one.
    texts[slot] = null;
    uuidFromText(uuid, bytesOfTexts, from);
    texts[slot] = uuid;
  }
  for (let i = 0; i < uuidBytes; i++) into[at + i] = bytesOfTexts[from + i]!;
}

function uuidFromText(uuid: Uuid, into: Uint8Array, at: number): void {
  assert(uuid.length === uuidTextLength, 'a uuid has 22 letters');
  let seen = 0;
  let target = at;
  for (let i = 0; i < 20; i += 4) {
    const p = valueOfUnit[uuid.charCodeAt(i)] ?? notADigit;
    const q = valueOfUnit[uuid.charCodeAt(i + 1)] ?? notADigit;
    const r = valueOfUnit[uuid.charCodeAt(i + 2)] ?? notADigit;
    const s = valueOfUnit[uuid.charCodeAt(i + 3)] ?? notADigit;
    seen |= p | q | r | s;
    into[target++] = (p << 2) | (q >>> 4);
    into[target++] = (q << 4) | (r >>> 2);
    into[target++] = (r << 6) | s;
  }
  const p = valueOfUnit[uuid.charCodeAt(20)] ?? notADigit;
  const q = valueOfUnit[uuid.charCodeAt(21)] ?? notADigit;
  into[target] = (p << 2) | (q >>> 4);
  assert((seen | p | q) < 64 && (q & 15) === 0, 'a uuid is base64url of sixteen bytes');
}
