import type { Uuid } from '../../base/ids.ts';
import type { RandomStream } from '../../host/random.ts';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** A random (version 4) UUID in Kafka's text form. Never one that begins with a dash, which command lines misread. */
export function randomUuid(random: RandomStream): Uuid {
  for (;;) {
    const bytes = Array.from({ length: 16 }, () => random.int(256));
    bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
    bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
    const text = base64Url(bytes);
    if (!text.startsWith('-')) return text;
  }
}

/** 16 bytes as 22 characters, without padding. */
function base64Url(bytes: readonly number[]): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const group = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    for (let shift = 18; shift >= 0; shift -= 6) text += alphabet[(group >> shift) & 63];
  }
  return text.slice(0, 22);
}
