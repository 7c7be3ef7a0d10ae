import type { Uuid } from '../../base/ids.ts';
import { decodeUuid, uuidBytes } from '../../base/uuid.ts';
import type { RandomStream } from '../../host/random.ts';

/**
 * A random (version 4) UUID in Kafka's text form. Never one that begins with a dash, which command
 * lines misread.
 */
export function randomUuid(random: RandomStream): Uuid {
  const bytes = new Uint8Array(uuidBytes);
  for (;;) {
    for (let i = 0; i < uuidBytes; i++) bytes[i] = random.int(256);
    bytes[6] = (bytes[6]! & 0x0f) | 0x40;
    bytes[8] = (bytes[8]! & 0x3f) | 0x80;
    const text = decodeUuid(bytes, 0);
    if (!text.startsWith('-')) return text;
  }
}
