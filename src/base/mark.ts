/**
 * What is reached: one line where something rare and dangerous happens, so that tests and sweeps
 * can ask whether it was. Nobody counts outside a trial; then each costs a comparison.
 */

/** Marks of the code, properties at risk, and what a user's own modules hope to see. */
export type ReachedSort = 'mark' | 'risk' | 'sometimes';

export type CountReached = (sort: ReachedSort, name: string) => void;

let count: CountReached | null = null;

/** Says that this was reached. `name` is one of the marks listed in `kafka/marks.ts`. */
export function mark(name: string): void {
  if (count !== null) count('mark', name);
}

/** Says that a property could have broken just now: what must come before it has happened. */
export function atRisk({ name }: { readonly name: string }): void {
  if (count !== null) count('risk', name);
}

/**
 * Says that something was reached that need not be reached in every trial, but in some trial of a
 * sweep. The name is the caller's own; a scenario lists it under `sometimes`.
 */
export function sometimes(name: string): void {
  if (count !== null) count('sometimes', name);
}

/** Whether anybody counts: for conditions that cost something to find out. */
export function isCounted(): boolean {
  return count !== null;
}

/** Has it counted from now on; returns what ends it. Trials of one process run one at a time. */
export function countReached(counter: CountReached): () => void {
  count = counter;
  return () => {
    if (count === counter) count = null;
  };
}
