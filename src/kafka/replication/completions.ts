/**
 * Operations that are ready to be answered. They are answered only once the state that made them
 * ready is whole again, one after the other: answering may bring in the next request of a
 * connection within the same call, which then finds consistent partitions and adds what it makes
 * ready behind.
 */
export interface Completable {
  complete(): void;
}

export class Completions {
  /** Its places are used again; those from `#count` on are null. */
  readonly #ready: (Completable | null)[] = [];
  #count = 0;
  #draining = false;

  add(operation: Completable): void {
    this.#ready[this.#count++] = operation;
  }

  /**
   * Called at the end of every way in. Within an answer it leaves the work to the outer call. One
   * that throws, which only a bug does, keeps none of the others from being answered.
   */
  drain(): void {
    if (this.#draining || this.#count === 0) return;
    this.#draining = true;
    let failure: unknown = null;
    for (let at = 0; at < this.#count; at++) {
      const operation = this.#ready[at] as Completable;
      this.#ready[at] = null;
      try {
        operation.complete();
      } catch (error) {
        failure ??= error;
      }
    }
    this.#count = 0;
    this.#draining = false;
    if (failure !== null) throw failure;
  }
}
