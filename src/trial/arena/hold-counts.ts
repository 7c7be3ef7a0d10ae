/**
 * Counts who holds what, so that of several faults on one thing only the last to end sets it free.
 */
export class HoldCounts<Key> {
  readonly #counts = new Map<Key, number>();

  isHeld(key: Key): boolean {
    return this.#counts.has(key);
  }

  /** True when this is the first hold. */
  add(key: Key): boolean {
    const count = this.#counts.get(key) ?? 0;
    this.#counts.set(key, count + 1);
    return count === 0;
  }

  /** True when this was the last hold. */
  remove(key: Key): boolean {
    const count = this.#counts.get(key)! - 1;
    if (count > 0) this.#counts.set(key, count);
    else this.#counts.delete(key);
    return count === 0;
  }
}
