/** The contract of a sort of what a trial can reach. The sorts are listed in `sorts.ts`. */

/** What can be reached of a sort, by name. */
export type Members = Readonly<Record<string, Member>>;

export interface Member {
  /** What it is that happens, in a line. */
  readonly means: string;
  /** Why no sweep over the stock scenarios needs to reach it; it is not told as missing. */
  readonly excused?: string;
}

export interface Sort {
  readonly name: string;
  /** The heading of its table. */
  readonly title: string;
  /** All that there is; null where nobody can list it. */
  readonly members: Members | null;
  /** What a report shows of it: everything, what was never reached, or nothing. */
  readonly shows: 'all' | 'missing' | 'nothing';
}
