/**
 * Values on the wire: ten decimal digits, so that a dump of a log can be read, filled up with dots
 * to the size that the workload wants.
 */
import { assert } from '../../base/assert.ts';
import { cutBytes } from '../../base/slab.ts';

const digits = 10;
const zero = 48;
const dot = 46;

export function encodeValue(value: number, sizeBytes: number): Uint8Array {
  const bytes = cutBytes(Math.max(sizeBytes, digits)).fill(dot, digits);
  let rest = value;
  for (let i = digits - 1; i >= 0; i--) {
    bytes[i] = zero + (rest % 10);
    rest = Math.floor(rest / 10);
  }
  assert(rest === 0, 'a value has at most ten digits');
  return bytes;
}

/** −1 for bytes that are no value of a workload. */
export function decodeValue(bytes: Uint8Array | null): number {
  if (bytes === null || bytes.length < digits) return -1;
  let value = 0;
  for (let i = 0; i < digits; i++) {
    const digit = bytes[i]! - zero;
    if (!(digit >= 0 && digit <= 9)) return -1;
    value = value * 10 + digit;
  }
  return value;
}
