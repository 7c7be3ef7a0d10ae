/**
 * Marks: one line where something rare and dangerous happens, so that tests and sweeps can ask
 * whether it was reached. Nobody counts outside a trial; then a mark costs a comparison.
 */
export type CountMark = (name: string) => void;

let count: CountMark | null = null;

/** Says that this was reached. `name` is one of the marks listed in `kafka/marks.ts`. */
export function mark(name: string): void {
  if (count !== null) count(name);
}

/** Has marks counted from now on; returns what ends it. Trials of one process run one at a time. */
export function countMarks(counter: CountMark): () => void {
  count = counter;
  return () => {
    if (count === counter) count = null;
  };
}
