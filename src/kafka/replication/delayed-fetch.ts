/**
 * A fetch that found too little and waits. It watches its partitions: a follower their log ends, a
 * consumer their high watermarks. Nothing looks at it unless one of them moves past its fetch
 * offset, a role changes, or its deadline passes; then it reads anew, and is answered or waits on.
 */
import type { Offset } from '../../base/ids.ts';
import type { Completable, Completions } from './completions.ts';
import type { FetchResult, FetchWork } from './contract.ts';
import type { Deadlines } from './deadlines.ts';
import { Expiring } from './deadlines.ts';

/** One partition of a waiting fetch. */
export interface FetchWatcher {
  readonly operation: DelayedFetch;
  readonly fetchOffset: Offset;
  readonly list: FetchWatchers;
  /** Of the same operation. */
  readonly next: FetchWatcher | null;
}

/** The fetches that watch one end of one partition. */
export class FetchWatchers {
  readonly #watchers: FetchWatcher[] = [];

  get size(): number {
    return this.#watchers.length;
  }

  add(watcher: FetchWatcher): void {
    this.#watchers.push(watcher);
  }

  remove(watcher: FetchWatcher): void {
    const watchers = this.#watchers;
    const at = watchers.indexOf(watcher);
    if (at < 0) return;
    for (let i = at + 1; i < watchers.length; i++) watchers[i - 1] = watchers[i] as FetchWatcher;
    watchers.pop();
  }

  /** What ends at `end` may be read now. */
  wake(end: Offset): void {
    for (const watcher of this.#watchers) {
      if (watcher.fetchOffset < end) watcher.operation.wake(false);
    }
  }

  /** The partition is not what it was: each is answered, with whatever there is to say. */
  wakeAll(): void {
    for (const watcher of this.#watchers) watcher.operation.wake(true);
  }
}

export interface FetchReading {
  readonly results: FetchResult[];
  /** It says something that should not wait: enough bytes, an error, a divergence. */
  readonly isDue: boolean;
}

export class DelayedFetch extends Expiring implements Completable {
  readonly work: FetchWork;
  readonly #read: (work: FetchWork) => FetchReading;
  readonly #done: (results: FetchResult[]) => void;
  readonly #completions: Completions;
  readonly #deadlines: Deadlines;
  #watched: FetchWatcher | null = null;
  #isReady = false;
  #isForced = false;

  constructor(
    work: FetchWork,
    read: (work: FetchWork) => FetchReading,
    done: (results: FetchResult[]) => void,
    completions: Completions,
    deadlines: Deadlines,
  ) {
    super();
    this.work = work;
    this.#read = read;
    this.#done = done;
    this.#completions = completions;
    this.#deadlines = deadlines;
  }

  watch(list: FetchWatchers, fetchOffset: Offset): void {
    const watcher: FetchWatcher = { operation: this, fetchOffset, list, next: this.#watched };
    list.add(watcher);
    this.#watched = watcher;
  }

  /** Looks again, once, before this event ends. `force`: and answers in any case. */
  wake(force: boolean): void {
    if (force) this.#isForced = true;
    if (this.#isReady) return;
    this.#isReady = true;
    this.#completions.add(this);
  }

  expire(): void {
    this.wake(true);
  }

  complete(): void {
    const reading = this.#read(this.work);
    if (!this.#isForced && !reading.isDue) {
      this.#isReady = false;
      return;
    }
    for (let watcher = this.#watched; watcher !== null; watcher = watcher.next) {
      watcher.list.remove(watcher);
    }
    this.#deadlines.remove(this);
    this.#done(reading.results);
  }
}
