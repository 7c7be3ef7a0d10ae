import seedrandom from 'seedrandom';
import { assert } from '../base/assert.ts';
import type { RandomSource, RandomStream } from '../host/random.ts';

/**
 * Named streams of chance, each derived from the seed and its whole name, so that a draw from one
 * shifts no other. The generator is xorwow; all that is done to its 32-bit integers is exact on
 * every engine.
 */
export class SimRandomStream implements RandomStream {
  /** The next 32 bits, as an int32. */
  readonly int32: () => number;
  readonly #generator: () => number;

  constructor(seed: string, name: string) {
    const generator = seedrandom.xorwow(`${seed}\n${name}`, { state: true });
    this.#generator = generator;
    this.int32 = generator.int32;
  }

  next(): number {
    return this.#generator();
  }

  int(bound: number): number {
    assert(bound >= 1 && bound <= 0x1_0000_0000, 'bound of a random integer is in 1..2^32');
    return Math.floor(this.#generator() * bound);
  }
}

export class SimRandom implements RandomSource {
  readonly #seed: string;
  readonly #prefix: string;
  readonly #streams = new Map<string, SimRandomStream>();

  /** `prefix` is put before each name: it separates one process's streams from another's. */
  constructor(seed: string, prefix: string) {
    this.#seed = seed;
    this.#prefix = prefix;
  }

  stream(name: string): SimRandomStream {
    const known = this.#streams.get(name);
    if (known !== undefined) return known;
    const stream = new SimRandomStream(this.#seed, this.#prefix + name);
    this.#streams.set(name, stream);
    return stream;
  }
}
