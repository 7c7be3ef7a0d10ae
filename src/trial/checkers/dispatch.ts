/**
 * Shows each observation to those whom its kind concerns, in the order of the invariants. Who they
 * are is found once for each kind: most of what is observed is of four kinds and concerns one or
 * two of them.
 */
import type { Seen } from '../history/seen.ts';
import type { Invariant } from './contract.ts';

type Handler = (seen: Seen) => void;
type Kind = Seen['observation']['kind'];

export class Dispatch {
  readonly #invariants: readonly Invariant[];
  readonly #handlers = new Map<Kind, readonly Handler[]>();

  constructor(invariants: readonly Invariant[]) {
    this.#invariants = invariants;
  }

  show(seen: Seen): void {
    const { kind } = seen.observation;
    let handlers = this.#handlers.get(kind);
    if (handlers === undefined) {
      handlers = this.#invariants.flatMap((invariant) => handlerOf(invariant, kind) ?? []);
      this.#handlers.set(kind, handlers);
    }
    for (const handle of handlers) handle(seen);
  }
}

function handlerOf(invariant: Invariant, kind: Kind): Handler | undefined {
  // A handler of a kind is shown only observations of that kind.
  const handler = invariant.on?.[kind] as Handler | undefined;
  return handler ?? invariant.observe?.bind(invariant);
}
