/**
 * Values on the wire: ten decimal digits, so that a dump of a log can be read, filled up with dots
 * to the size that the workload wants. A record without a value carries them in a header.
 */
import { assert } from '../../base/assert.ts';
import { cutBytes } from '../../base/slab.ts';

const digits = 10;
const zero = 48;
const dot = 46;

/** The header that stands for the value of a record that has none. */
export const valueHeader = 'value';

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

interface Carrier {
  readonly value: Uint8Array | null;
  readonly headers: readonly { readonly key: string; readonly value: Uint8Array | null }[];
}

/** The value of a record, wherever it stands; −1 where it has none. */
export function valueIn({ value, headers }: Carrier): number {
  if (value !== null) return decodeValue(value);
  const carrying = headers.find(({ key }) => key === valueHeader);
  return carrying === undefined ? -1 : decodeValue(carrying.value);
}
