/** What a process draws: all from its host's streams, by purpose. */
import type { Host } from '../../host/host.ts';
import type { RandomStream } from '../../host/random.ts';

const word = 0x1_0000_0000;
const hex = '0123456789abcdef';

export class Chance {
  readonly #math: RandomStream;
  readonly #bytes: RandomStream;

  constructor({ random }: Host) {
    this.#math = random.stream('foreign/math');
    this.#bytes = random.stream('foreign/bytes');
  }

  /** Math.random. */
  readonly float = (): number => this.#math.next();

  fill(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += 4) {
      let drawn = this.#bytes.int(word);
      for (let i = at; i < Math.min(at + 4, bytes.length); i++) {
        bytes[i] = drawn & 0xff;
        drawn = Math.floor(drawn / 256);
      }
    }
  }

  /** An integer in [low, high). */
  integer(low: number, high: number): number {
    const range = high - low;
    if (range <= word) return low + this.#bytes.int(range);
    // Two draws make up to 2^53; what exceeds the range is drawn anew in effect by the division.
    const wide = this.#bytes.int(0x20_0000) * word + this.#bytes.int(word);
    return low + (wide % range);
  }

  /** A version 4 UUID. */
  readonly uuid = (): string => {
    const bytes = new Uint8Array(16);
    this.fill(bytes);
    bytes[6] = (bytes[6]! & 0x0f) | 0x40;
    bytes[8] = (bytes[8]! & 0x3f) | 0x80;
    const digits = Array.from(bytes, (byte) => hex[byte >> 4]! + hex[byte & 15]!).join('');
    return [8, 12, 16, 20, 32]
      .map((end, i, ends) => digits.slice(i === 0 ? 0 : ends[i - 1], end))
      .join('-');
  };
}

/** `Math` with chance of the process. */
export function simulatedMath(chance: Chance): Math {
  const math = Object.create(null) as Record<string, unknown>;
  for (const name of Object.getOwnPropertyNames(Math)) {
    math[name] = (Math as unknown as Record<string, unknown>)[name];
  }
  math.random = chance.float;
  Object.defineProperty(math, Symbol.toStringTag, { value: 'Math' });
  return math as unknown as Math;
}
