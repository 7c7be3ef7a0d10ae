/** One named stream of random numbers. Streams are independent: a draw from one shifts no other. */
export interface RandomStream {
  /** A float in [0, 1). */
  next(): number;
  /** An integer in [0, bound); `bound` is in 1..2^32. */
  int(bound: number): number;
}

/** A process's source of chance: seeded by the trial in simulation, by the system outside. */
export interface RandomSource {
  /** The stream of this name; the same name gives the same stream object within one process. */
  stream(name: string): RandomStream;
}
