/**
 * Node's timers on the host's. Timers of a process that are due at the same time run in the order
 * in which they were set, one an event, each with what it gave to nextTick and its promises behind
 * it; so do immediates. A delay is at least a millisecond, as in Node.
 */
import { assert } from '../../base/assert.ts';
import { TimeHeap } from '../../base/heap.ts';
import { microsPerMs } from '../../base/time.ts';
import type { Timer } from '../../host/timers.ts';
import type { Realm } from './realm.ts';

type Callback = (...parameters: unknown[]) => void;
const longestDelayMs = 2_147_483_647;

/** What setTimeout and setInterval give back. */
export class Timeout {
  readonly #timers: ProcessTimers;
  readonly id: number;
  readonly delayMs: number;
  readonly repeats: boolean;
  readonly run: () => void;
  /** Counts how often it was set; entries of the heap with an older count are void. */
  setting = 0;
  isActive = false;
  isReferenced = true;

  constructor(
    timers: ProcessTimers,
    id: number,
    run: () => void,
    delay: unknown,
    repeats: boolean,
  ) {
    this.#timers = timers;
    this.id = id;
    this.delayMs = delayOf(delay);
    this.repeats = repeats;
    this.run = run;
  }

  ref(): this {
    if (!this.isReferenced && this.isActive) this.#timers.realm.retain();
    this.isReferenced = true;
    return this;
  }

  unref(): this {
    if (this.isReferenced && this.isActive) this.#timers.realm.release();
    this.isReferenced = false;
    return this;
  }

  hasRef(): boolean {
    return this.isReferenced;
  }

  refresh(): this {
    this.#timers.set(this);
    return this;
  }

  close(): this {
    this.#timers.clear(this);
    return this;
  }

  [Symbol.toPrimitive](): number {
    this.#timers.know(this);
    return this.id;
  }

  [Symbol.dispose](): void {
    this.#timers.clear(this);
  }
}

/** What setImmediate gives back. */
export class Immediate {
  readonly #realm: Realm;
  run: (() => void) | null;
  isReferenced = true;

  constructor(realm: Realm, run: () => void) {
    this.#realm = realm;
    this.run = run;
  }

  ref(): this {
    if (!this.isReferenced && this.run !== null) this.#realm.retain();
    this.isReferenced = true;
    return this;
  }

  unref(): this {
    if (this.isReferenced && this.run !== null) this.#realm.release();
    this.isReferenced = false;
    return this;
  }

  hasRef(): boolean {
    return this.isReferenced;
  }

  take(): (() => void) | null {
    const { run } = this;
    this.run = null;
    if (run !== null && this.isReferenced) this.#realm.release();
    return run;
  }

  [Symbol.dispose](): void {
    this.take();
  }
}

interface Entry {
  readonly timeout: Timeout;
  readonly setting: number;
  readonly dueUs: number;
}

export class ProcessTimers {
  readonly realm: Realm;
  readonly #heap = new TimeHeap<Entry>();
  readonly #byId = new Map<number, Timeout>();
  #order = 0;
  #nextId = 1;
  #armed: Timer | null = null;
  #armedForUs = Infinity;
  #immediates: Immediate[] = [];
  #immediateIsDue = false;

  constructor(realm: Realm) {
    this.realm = realm;
  }

  readonly setTimeout = (callback: Callback, delay?: unknown, ...values: unknown[]): Timeout =>
    this.#make(callback, delay, values, false);

  readonly setInterval = (callback: Callback, delay?: unknown, ...values: unknown[]): Timeout =>
    this.#make(callback, delay, values, true);

  readonly setImmediate = (callback: Callback, ...values: unknown[]): Immediate => {
    checkCallback(callback);
    const run = this.realm.bind(() => callback(...values));
    const immediate = new Immediate(this.realm, run);
    this.realm.retain();
    this.#immediates.push(immediate);
    this.#armImmediates();
    return immediate;
  };

  readonly clearTimeout = (timer?: unknown): void => {
    if (timer instanceof Timeout) this.clear(timer);
    else if (typeof timer === 'number' || typeof timer === 'string') {
      const known = this.#byId.get(Number(timer));
      if (known !== undefined) this.clear(known);
    }
  };

  readonly clearImmediate = (immediate?: unknown): void => {
    if (immediate instanceof Immediate) immediate.take();
  };

  /** Makes a timer known by its number. */
  know(timeout: Timeout): void {
    this.#byId.set(timeout.id, timeout);
  }

  set(timeout: Timeout): void {
    if (this.realm.hasEnded) return;
    if (!timeout.isActive) {
      timeout.isActive = true;
      if (timeout.isReferenced) this.realm.retain();
    }
    timeout.setting++;
    const dueUs = this.realm.host.clock.monotonicUs() + timeout.delayMs * microsPerMs;
    this.#heap.push(dueUs, this.#order++, { timeout, setting: timeout.setting, dueUs });
    this.#arm();
  }

  clear(timeout: Timeout): void {
    this.#byId.delete(timeout.id);
    if (!timeout.isActive) return;
    timeout.isActive = false;
    timeout.setting++;
    if (timeout.isReferenced) this.realm.release();
  }

  #make(callback: Callback, delay: unknown, values: unknown[], repeats: boolean): Timeout {
    checkCallback(callback);
    const run = this.realm.bind(() => callback.apply(timeout, values));
    const timeout: Timeout = new Timeout(this, this.#nextId++, run, delay, repeats);
    this.set(timeout);
    return timeout;
  }

  /** Sets the host's timer for the first that is due. */
  #arm(): void {
    const dueUs = this.#heap.minTime;
    if (dueUs >= this.#armedForUs) return;
    this.#armed?.cancel();
    this.#armedForUs = dueUs;
    const { clock, timers } = this.realm.host;
    this.#armed = timers.after(Math.max(0, dueUs - clock.monotonicUs()), () => this.#fire());
  }

  #fire(): void {
    this.#armed = null;
    this.#armedForUs = Infinity;
    const entry = this.#nextDue();
    if (entry !== null) {
      const { timeout } = entry;
      this.realm.enter(() => {
        const { setting } = timeout;
        try {
          timeout.run();
        } finally {
          const isUntouched = timeout.setting === setting && timeout.isActive;
          if (isUntouched && timeout.repeats) this.set(timeout);
          else if (isUntouched) this.clear(timeout);
        }
      });
    }
    if (this.#heap.size > 0) this.#arm();
  }

  #nextDue(): Entry | null {
    const nowUs = this.realm.host.clock.monotonicUs();
    while (this.#heap.size > 0 && this.#heap.minTime <= nowUs) {
      const entry = this.#heap.pop();
      if (entry.timeout.isActive && entry.setting === entry.timeout.setting) return entry;
    }
    return null;
  }

  #armImmediates(): void {
    if (this.#immediateIsDue || this.#immediates.length === 0) return;
    this.#immediateIsDue = true;
    this.realm.host.timers.after(0, () => {
      this.#immediateIsDue = false;
      const run = this.#nextImmediate();
      this.#armImmediates();
      if (run !== null) this.realm.enter(run);
    });
  }

  #nextImmediate(): (() => void) | null {
    for (;;) {
      const immediate = this.#immediates.shift();
      if (immediate === undefined) return null;
      const run = immediate.take();
      if (run !== null) return run;
    }
  }
}

function delayOf(delay: unknown): number {
  const number = Number(delay);
  if (!(number >= 1 && number <= longestDelayMs)) return 1;
  const delayMs = Math.trunc(number);
  assert(delayMs >= 1, 'a timer has a delay of at least a millisecond');
  return delayMs;
}

function checkCallback(callback: unknown): void {
  if (typeof callback === 'function') return;
  const message = `The "callback" argument must be of type function. Received ${typeof callback}`;
  throw Object.assign(new TypeError(message), { code: 'ERR_INVALID_ARG_TYPE' });
}
