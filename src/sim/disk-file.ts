import { assert } from '../base/assert.ts';
import type { Micros } from '../base/ids.ts';

/**
 * The bytes of one file as the page cache has them, and how to get back to what is durable: a list
 * of the unsynced changes with what they replaced. Reads hand out views of the buffer. A view never
 * changes: before a change below the end of any view the buffer is copied; appends, the usual case,
 * copy nothing.
 */
export interface Change {
  readonly sequence: number;
  readonly time: Micros;
  readonly kind: 'write' | 'truncate';
  readonly position: number;
  readonly length: number;
  /** What stood at `position`, as far as it lay within the old size. */
  readonly old: Uint8Array | null;
  readonly oldSize: number;
}

/** Where the device has spoilt a file: explains later what a checker finds. Overwriting ends it. */
export interface Damage {
  readonly kind: 'rot' | 'misdirected' | 'unreadable';
  readonly position: number;
  readonly length: number;
}

/**
 * How much of an unsynced change survives: that many of its first bytes; all, or none, of a
 * truncation.
 */
export type Fate = (change: Change) => number;

const empty = new Uint8Array(0);

export class FileContent {
  #bytes: Uint8Array = empty;
  #size = 0;
  /** The end of all views of the present buffer. */
  #viewedTo = 0;
  #sequence = 0;
  #changes: Change[] = [];
  #firstChange = 0;
  #damage: Damage[] = [];

  get size(): number {
    return this.#size;
  }

  /** Number of the latest change: a sync covers those up to it. */
  get sequence(): number {
    return this.#sequence;
  }

  get damage(): readonly Damage[] {
    return this.#damage;
  }

  unsynced(): Change[] {
    return this.#changes.slice(this.#firstChange);
  }

  /** A view; null when a part of it cannot be read. */
  read(position: number, length: number): Uint8Array | null {
    const end = Math.min(position + length, this.#size);
    if (end <= position) return empty;
    if (this.#damage.length > 0 && this.#unreadable(position, end)) return null;
    if (end > this.#viewedTo) this.#viewedTo = end;
    return this.#bytes.subarray(position, end);
  }

  write(position: number, bytes: Uint8Array, time: Micros): void {
    this.#write(++this.#sequence, position, bytes, time);
    if (this.#damage.length > 0) this.#heal(position, position + bytes.length);
  }

  truncate(size: number, time: Micros): void {
    this.#truncate(++this.#sequence, size, time);
    if (this.#damage.length > 0) this.#heal(size, Infinity);
  }

  /** All changes up to this one are durable. */
  settle(sequence: number): void {
    while (this.#first !== null && this.#first.sequence <= sequence) this.#firstChange++;
    this.#forgetSettled();
  }

  /** Writeback: all changes made before this time are durable. */
  settleBefore(time: Micros): void {
    while (this.#first !== null && this.#first.time < time) this.#firstChange++;
    this.#forgetSettled();
  }

  /**
   * Power loss: of each unsynced change survives what `fate` says, and all that is left is durable.
   */
  lose(fate: Fate): void {
    for (const [change, bytes] of this.#undo()) {
      const kept = fate(change);
      if (change.kind === 'truncate') {
        if (kept > 0) this.#resize(change.position);
      } else if (kept > 0) {
        this.#put(change.position, bytes.subarray(0, kept));
      }
    }
  }

  /** Changes up to this one are gone, later ones stay unsynced: a sync of the former has failed. */
  drop(sequence: number): void {
    for (const [change, bytes] of this.#undo()) {
      if (change.sequence <= sequence) continue;
      if (change.kind === 'write')
        this.#write(change.sequence, change.position, bytes, change.time);
      else this.#truncate(change.sequence, change.position, change.time);
    }
  }

  /** Changes bytes behind the page cache's back: `mask` is xored to the byte at `position`. */
  flip(position: number, mask: number): void {
    assert(position < this.#size, 'flipped byte lies within the file');
    this.#own(position);
    this.#bytes[position] = (this.#bytes[position] as number) ^ mask;
    this.spoil({ kind: 'rot', position, length: 1 });
  }

  spoil(damage: Damage): void {
    this.#damage.push(damage);
  }

  get #first(): Change | null {
    return this.#changes[this.#firstChange] ?? null;
  }

  #write(sequence: number, position: number, bytes: Uint8Array, time: Micros): void {
    const length = bytes.length;
    const oldSize = this.#size;
    const old =
      position < oldSize ? this.#old(position, Math.min(position + length, oldSize)) : null;
    this.#changes.push({ sequence, time, kind: 'write', position, length, old, oldSize });
    this.#put(position, bytes);
  }

  #truncate(sequence: number, size: number, time: Micros): void {
    const oldSize = this.#size;
    const old = size < oldSize ? this.#old(size, oldSize) : null;
    this.#changes.push({
      sequence,
      time,
      kind: 'truncate',
      position: size,
      length: 0,
      old,
      oldSize,
    });
    this.#resize(size);
  }

  #forgetSettled(): void {
    if (this.#firstChange === this.#changes.length) {
      if (this.#firstChange > 0) this.#changes = [];
      this.#firstChange = 0;
    } else if (this.#firstChange > 1024 && this.#firstChange * 2 > this.#changes.length) {
      this.#changes = this.#changes.slice(this.#firstChange);
      this.#firstChange = 0;
    }
  }

  /**
   * Goes back to what is durable. Returns the unsynced changes, oldest first, with what they wrote.
   */
  #undo(): [Change, Uint8Array][] {
    const changes = this.unsynced();
    const undone: [Change, Uint8Array][] = [];
    for (let i = changes.length - 1; i >= 0; i--) {
      const change = changes[i] as Change;
      const end = change.position + change.length;
      undone.push([change, this.#bytes.slice(change.position, end)]);
      this.#resize(change.oldSize);
      if (change.old !== null) this.#put(change.position, change.old);
    }
    this.#changes = [];
    this.#firstChange = 0;
    return undone.reverse();
  }

  /** What stands there now, safe from later changes. */
  #old(start: number, end: number): Uint8Array {
    if (this.#viewedTo > start) {
      if (end > this.#viewedTo) this.#viewedTo = end;
      return this.#bytes.subarray(start, end);
    }
    return this.#bytes.slice(start, end);
  }

  #put(position: number, bytes: Uint8Array): void {
    const end = position + bytes.length;
    this.#own(Math.min(position, this.#size));
    this.#reserve(end);
    this.#bytes.set(bytes, position);
    if (end > this.#size) this.#size = end;
  }

  /** Bytes past the end are zeros always, so that extending needs no care; cutting clears them. */
  #resize(size: number): void {
    if (size < this.#size) {
      this.#own(size);
      this.#bytes.fill(0, size, this.#size);
    } else {
      this.#reserve(size);
    }
    this.#size = size;
  }

  /** Makes sure that no view sees a change at or after `position`. */
  #own(position: number): void {
    if (position >= this.#viewedTo) return;
    this.#bytes = this.#bytes.slice();
    this.#viewedTo = 0;
  }

  #reserve(size: number): void {
    if (size <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(256, size, this.#bytes.length * 2));
    grown.set(this.#bytes);
    this.#bytes = grown;
    this.#viewedTo = 0;
  }

  #unreadable(start: number, end: number): boolean {
    return this.#damage.some(
      ({ kind, position, length }) =>
        kind === 'unreadable' && position < end && position + length > start,
    );
  }

  #heal(start: number, end: number): void {
    this.#damage = this.#damage.filter(
      ({ position, length }) => position < start || position + length > end,
    );
  }
}
