/**
 * A 4-ary min-heap of entries ordered by (time, order). Keys and places lie in flat typed arrays:
 * sifting moves numbers only, and an entry object is stored once and cleared once, whatever the
 * size of the heap. Entries of equal time and order come out in no particular order; give them
 * distinct orders.
 */
const initialCapacity = 256;

export class TimeHeap<T> {
  /** By place in the heap: the time, and the slot of the entry. */
  #times = new Float64Array(initialCapacity);
  #slots = new Int32Array(initialCapacity);
  /** By slot: the order and the entry. Slots at and after `#size` of `#free` are free. */
  #orders = new Float64Array(initialCapacity);
  readonly #entries: (T | null)[] = [];
  #free = new Int32Array(initialCapacity);
  #size = 0;

  constructor() {
    this.#extendSlots(0);
  }

  get size(): number {
    return this.#size;
  }

  /** Time of the first entry; Infinity when there is none. */
  get minTime(): number {
    return this.#size === 0 ? Infinity : (this.#times[0] as number);
  }

  push(time: number, order: number, entry: T): void {
    const at = this.#size;
    if (at === this.#times.length) this.#grow();
    const slot = this.#free[at] as number;
    this.#entries[slot] = entry;
    this.#orders[slot] = order;
    this.#size = at + 1;
    this.#siftUp(at, time, slot);
  }

  /** Takes the first entry. Call only when there is one. */
  pop(): T {
    const slot = this.#slots[0] as number;
    const first = this.#entries[slot] as T;
    this.#entries[slot] = null;
    const last = --this.#size;
    this.#free[last] = slot;
    if (last > 0) this.#siftDown(0, this.#times[last] as number, this.#slots[last] as number);
    return first;
  }

  /** Drops all entries for which `keep` says false; linear. */
  filter(keep: (entry: T) => boolean): void {
    const dropped: number[] = [];
    let kept = 0;
    for (let i = 0; i < this.#size; i++) {
      const slot = this.#slots[i] as number;
      if (keep(this.#entries[slot] as T)) {
        this.#slots[kept] = slot;
        this.#times[kept++] = this.#times[i] as number;
      } else {
        this.#entries[slot] = null;
        dropped.push(slot);
      }
    }
    this.#size = kept;
    this.#free.set(dropped, kept);
    for (let i = (kept - 2) >> 2; i >= 0; i--) {
      this.#siftDown(i, this.#times[i] as number, this.#slots[i] as number);
    }
  }

  #grow(): void {
    const used = this.#times.length;
    this.#times = doubled(this.#times, new Float64Array(used * 2));
    this.#orders = doubled(this.#orders, new Float64Array(used * 2));
    this.#slots = doubled(this.#slots, new Int32Array(used * 2));
    this.#free = doubled(this.#free, new Int32Array(used * 2));
    this.#extendSlots(used);
  }

  #extendSlots(from: number): void {
    for (let slot = from; slot < this.#free.length; slot++) {
      this.#free[slot] = slot;
      this.#entries.push(null);
    }
  }

  #siftUp(start: number, time: number, slot: number): void {
    const times = this.#times;
    const slots = this.#slots;
    let at = start;
    while (at > 0) {
      const up = (at - 1) >> 2;
      const upTime = times[up] as number;
      if (upTime < time) break;
      const upSlot = slots[up] as number;
      if (upTime === time && (this.#orders[upSlot] as number) <= (this.#orders[slot] as number))
        break;
      times[at] = upTime;
      slots[at] = upSlot;
      at = up;
    }
    times[at] = time;
    slots[at] = slot;
  }

  #siftDown(start: number, time: number, slot: number): void {
    const times = this.#times;
    const slots = this.#slots;
    const orders = this.#orders;
    const size = this.#size;
    let at = start;
    for (;;) {
      let least = at * 4 + 1;
      if (least >= size) break;
      let leastTime = times[least] as number;
      const end = Math.min(least + 4, size);
      for (let child = least + 1; child < end; child++) {
        const childTime = times[child] as number;
        if (childTime > leastTime) continue;
        if (childTime === leastTime) {
          const held = orders[slots[least] as number] as number;
          if (held <= (orders[slots[child] as number] as number)) continue;
        }
        least = child;
        leastTime = childTime;
      }
      if (leastTime > time) break;
      const leastSlot = slots[least] as number;
      if (leastTime === time && (orders[slot] as number) <= (orders[leastSlot] as number)) break;
      times[at] = leastTime;
      slots[at] = leastSlot;
      at = least;
    }
    times[at] = time;
    slots[at] = slot;
  }
}

function doubled<A extends Float64Array | Int32Array>(from: A, to: A): A {
  to.set(from);
  return to;
}
