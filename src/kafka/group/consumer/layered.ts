/**
 * A map that may lie over another: reads go through to it, changes stay above it. What a step
 * decides is seen by the rest of the step and changes nothing until it is in the log.
 */
export class Layered<K, V extends NonNullable<unknown>> {
  readonly #below: Layered<K, V> | null;
  /** Of the layer above: null where the entry below counts as gone. */
  readonly #own = new Map<K, V | null>();
  #size: number;

  constructor(below: Layered<K, V> | undefined) {
    this.#below = below ?? null;
    this.#size = below?.size ?? 0;
  }

  get size(): number {
    return this.#size;
  }

  get(key: K): V | undefined {
    const own = this.#own.get(key);
    if (own === undefined) return this.#below?.get(key);
    return own ?? undefined;
  }

  has(key: K): boolean {
    return this.get(key) !== undefined;
  }

  /** Null takes the entry away. */
  put(key: K, value: V | null): void {
    this.#size += Number(value !== null) - Number(this.has(key));
    if (value === null && this.#below === null) this.#own.delete(key);
    else this.#own.set(key, value);
  }

  /** Those below first, in the order in which they came. */
  *entries(): Generator<readonly [K, V]> {
    for (const entry of this.#below?.entries() ?? []) {
      if (!this.#own.has(entry[0])) yield entry;
    }
    for (const [key, value] of this.#own) if (value !== null) yield [key, value];
  }

  *keys(): Generator<K> {
    for (const [key] of this.entries()) yield key;
  }

  *values(): Generator<V> {
    for (const [, value] of this.entries()) yield value;
  }
}
