import type { Micros } from '../base/ids.ts';
import { cutBytes } from '../base/slab.ts';
import type { SimRandomStream } from './random.ts';

/** Splits and joins what is written, as TCP may: for whoever reads frames from the stream. */
export class Splitter {
  readonly #stream: SimRandomStream;

  constructor(stream: SimRandomStream) {
    this.#stream = stream;
  }

  /** Whether these bytes shall be split. */
  splits(bytes: Uint8Array): boolean {
    return bytes.length >= 2 && this.#stream.int(4) === 0;
  }

  /** Two or three parts of at least two bytes, as views. */
  parts(bytes: Uint8Array): readonly Uint8Array[] {
    const stream = this.#stream;
    const first = 1 + stream.int(bytes.length - 1);
    const head = bytes.subarray(0, first);
    const rest = bytes.subarray(first);
    if (rest.length < 2 || stream.int(2) !== 0) return [head, rest];
    const second = 1 + stream.int(rest.length - 1);
    return [head, rest.subarray(0, second), rest.subarray(second)];
  }

  /** Whether bytes that arrived shall wait for the next ones. */
  holdsBack(): boolean {
    return this.#stream.int(8) === 0;
  }

  /** How long they wait at most. */
  holdUs(): Micros {
    return 1 + this.#stream.int(400);
  }

  join(first: Uint8Array, second: Uint8Array): Uint8Array {
    const joined = cutBytes(first.length + second.length);
    joined.set(first);
    joined.set(second, first.length);
    return joined;
  }
}
