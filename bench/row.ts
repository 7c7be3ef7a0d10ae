/** One line of the table: a number, and what it is to be at least (at most, for memory). */
export interface BenchRow {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly target?: number;
  /** True when less is better. */
  readonly atMost?: boolean;
}

/** The highest of several rounds: whoever else uses the machine can only make a round slower. */
export async function bestOf(rounds: number, round: () => Promise<number>): Promise<number> {
  let best = 0;
  for (let i = 0; i < rounds; i++) best = Math.max(best, await round());
  return best;
}
