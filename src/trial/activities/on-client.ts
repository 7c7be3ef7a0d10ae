import type { RandomStream } from '../../host/random.ts';

/** One of so many clients, `p1`, `p2`, …, as the field `by` has it. */
export const onClient = (initial: 'p' | 'c', count: number, random: RandomStream) => ({
  by: `${initial}${1 + random.int(count)}`,
});
