import type { Uuid } from '../../base/ids.ts';
import { decodeUuid, uuidBytes } from '../../base/uuid.ts';
import type { RandomStream } from '../../host/random.ts';

/**
 * A random (version 4) UUID in Kafka's text form. Never one that begins with a dash, which command
 * lines misread.
 */
export function randomUuid(random: RandomStream): Uuid {
  for (;;) {
    const text = decodeUuid(randomBytes(random), 0);
    if (!text.startsWith('-')) return text;
  }
}

/** A random (version 4) UUID as Java prints it, with dashes. */
export function plainUuid(random: RandomStream): string {
  const digits = Array.from(randomBytes(random), (byte) => byte.toString(16).padStart(2, '0'));
  const text = digits.join('');
  return [0, 8, 12, 16, 20].map((at, i, starts) => text.slice(at, starts[i + 1])).join('-');
}

function randomBytes(random: RandomStream): Uint8Array {
  const bytes = new Uint8Array(uuidBytes);
  for (let i = 0; i < uuidBytes; i++) bytes[i] = random.int(256);
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes;
}
