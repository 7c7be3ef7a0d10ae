/**
 * Bounds what all connections of a server hold of requests that have arrived and are not answered:
 * whole ones that wait, and beginnings of large ones. Beyond the bound a connection that has
 * something to do is not read from. Of those that have the beginning of a request and can go on
 * only by reading, the one that has waited longest reads on alone, so that there always is
 * progress, and what is held exceeds the bound by one request and a chunk per connection at most.
 * If that one does not complete its request in time it is closed, so that nobody holds up others by
 * sending slowly. A connection that holds nothing is read from: small requests pass at any time.
 * Below the bound all of this costs two additions per chunk.
 */
import type { Micros } from '../../base/ids.ts';
import type { Host } from '../../host/host.ts';
import type { Timer } from '../../host/timers.ts';

/** A connection that wants to read on while too much is held. */
export interface Reader {
  /** Something has changed: may it read now? */
  reconsider(): void;
  /** It had its time, alone, and its request is still not complete. */
  giveUp(): void;
}

/** Time for a whole request once its connection alone is read from. */
const patienceUs: Micros = 30_000_000;

export class Arrivals {
  readonly #host: Host;
  readonly #mostBytes: number;
  /** In the order in which they began to wait; the first may read. */
  readonly #waiting = new Set<Reader>();
  #bytes = 0;
  #first: Reader | null = null;
  #patience: Timer | null = null;

  constructor(host: Host, mostBytes: number) {
    this.#host = host;
    this.#mostBytes = mostBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get isFull(): boolean {
    return this.#bytes > this.#mostBytes;
  }

  arrived(bytes: number): void {
    this.#bytes += bytes;
  }

  /** They are answered, or their connection is gone. */
  gone(bytes: number): void {
    this.#bytes -= bytes;
    if (this.#waiting.size > 0 && !this.isFull) this.#releaseAll();
  }

  /** Whether this one may read on though too much is held. */
  mayReadOn(reader: Reader): boolean {
    this.#waiting.add(reader);
    if (this.#first === null) this.#promote(reader);
    return this.#first === reader;
  }

  /** It need not read just now, or never will. */
  leave(reader: Reader): void {
    if (this.#waiting.size === 0) return;
    if (!this.#waiting.delete(reader) || this.#first !== reader) return;
    this.#demote();
    const [next] = this.#waiting;
    if (next === undefined) return;
    this.#promote(next);
    next.reconsider();
  }

  close(): void {
    this.#waiting.clear();
    this.#demote();
  }

  #releaseAll(): void {
    const released = [...this.#waiting];
    this.close();
    for (const reader of released) reader.reconsider();
  }

  #promote(reader: Reader): void {
    this.#first = reader;
    this.#patience = this.#host.timers.after(patienceUs, () => {
      this.#patience = null;
      reader.giveUp();
    });
  }

  #demote(): void {
    this.#first = null;
    this.#patience?.cancel();
    this.#patience = null;
  }
}
