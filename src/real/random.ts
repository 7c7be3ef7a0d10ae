import { assert } from '../base/assert.ts';
import type { RandomSource, RandomStream } from '../host/random.ts';

const systemStream: RandomStream = {
  next: () => Math.random(),
  int(bound) {
    assert(bound >= 1 && bound <= 0x1_0000_0000, 'bound of a random integer is in 1..2^32');
    return Math.floor(Math.random() * bound);
  },
};

/** The system's chance: streams need no separation where nothing is replayed. */
export function realRandom(): RandomSource {
  return { stream: () => systemStream };
}
