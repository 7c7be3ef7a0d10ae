/**
 * UTF-8 for short strings that come again and again: topic names, client ids, host names. Plain
 * ASCII goes by loops, anything else by the platform's TextEncoder and TextDecoder. What was
 * decoded lately is found again by its bytes, so that a name that repeats costs no new string.
 * Malformed UTF-8 becomes U+FFFD, as in every Kafka client; it never throws.
 */
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Writes UTF-8 at `at` and gives its length; the caller has made room for 3 bytes a UTF-16 unit.
 */
export function encodeText(text: string, into: Uint8Array, at: number): number {
  const length = text.length;
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f) return encoder.encodeInto(text, into.subarray(at)).written;
    into[at + i] = unit;
  }
  return length;
}

/** Strings are remembered up to this many bytes; longer ones are seldom names. */
const rememberedBytes = 64;
const slots = 1024;
const remembered: string[] = new Array<string>(slots).fill('');

/** The caller has checked that [at, at + length) lies within `bytes`. */
export function decodeText(bytes: Uint8Array, at: number, length: number): string {
  if (length === 0) return '';
  if (length > rememberedBytes) return decoder.decode(bytes.subarray(at, at + length));
  let hash = length;
  let seen = 0;
  const end = at + length;
  for (let i = at; i < end; i++) {
    const byte = bytes[i]!;
    seen |= byte;
    hash = (Math.imul(hash, 31) + byte) | 0;
  }
  if (seen > 0x7f) return decoder.decode(bytes.subarray(at, end));
  const slot = (hash ^ (hash >>> 10)) & (slots - 1);
  const candidate = remembered[slot]!;
  if (candidate.length === length && sameText(candidate, bytes, at)) return candidate;
  const text = decodeAscii(bytes, at, end);
  remembered[slot] = text;
  return text;
}

function sameText(text: string, bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) !== bytes[at + i]) return false;
  }
  return true;
}

function decodeAscii(bytes: Uint8Array, at: number, end: number): string {
  return String.fromCharCode.apply(null, bytes.subarray(at, end) as unknown as number[]);
}
