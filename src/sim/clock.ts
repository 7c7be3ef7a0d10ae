import type { Micros, WallMs } from '../base/ids.ts';
import type { Clock } from '../host/clock.ts';
import type { SimProcess } from './incarnation.ts';
import type { Kernel } from './kernel.ts';

/**
 * A machine's clock. Monotonic time starts anywhere, runs on through restarts and drifts; it never
 * steps. Wall time drifts alike, has an offset and jumps. Both are whole units, computed exactly.
 * Drifts add up, but a clock never runs slower than half or faster than one and a half of the
 * truth: no oscillator is worse, and on a clock that stands no timer would ever be due.
 */
export interface ClockOptions {
  /** What the wall clock is ahead of the truth. */
  readonly offsetMs?: number;
  /** How many parts in a million both clocks run fast; negative: slow. */
  readonly driftPpm?: number;
  /** What monotonic time says when virtual time begins. */
  readonly monotonicStartUs?: Micros;
}

/** Wall time of virtual time 0: 1 January 2026. */
export const wallEpochMs: WallMs = 1_767_225_600_000;

/** How far the rate of a clock goes from the truth, whatever drifts are put upon it. */
export const mostDriftPpm = 500_000;

const million = 1_000_000;

export class SimClock {
  readonly #kernel: Kernel;
  /** What was asked for, and the part of it that is in force. */
  #askedPpm: number;
  #driftPpm: number;
  #offsetMs: number;
  /** Since the last change of drift: virtual time and local elapsed time then. */
  #anchor: Micros = 0;
  #anchorElapsed: Micros = 0;
  readonly #start: Micros;
  /** Whether the drift ever changed, so that timers may be due at another time than computed. */
  driftChanged = false;

  constructor(kernel: Kernel, options: ClockOptions) {
    this.#kernel = kernel;
    this.#askedPpm = options.driftPpm ?? 0;
    this.#driftPpm = bounded(this.#askedPpm);
    this.#offsetMs = options.offsetMs ?? 0;
    this.#start = options.monotonicStartUs ?? 0;
  }

  /** As it was set: what a fault adds another one can take away, whatever the bound cut off. */
  get driftPpm(): number {
    return this.#askedPpm;
  }

  /** How far the wall clock is ahead of the truth by offset and jumps; drift comes on top. */
  get offsetMs(): number {
    return this.#offsetMs;
  }

  setDrift(ppm: number): void {
    this.#kernel.digest.fold(ppm);
    const now = this.#kernel.now;
    this.#anchorElapsed = this.#elapsedAt(now);
    this.#anchor = now;
    this.#askedPpm = ppm;
    this.#driftPpm = bounded(ppm);
    this.driftChanged = true;
  }

  /** Moves the wall clock, forwards or backwards. */
  jump(ms: number): void {
    this.#kernel.digest.foldNumber(ms);
    this.#offsetMs += ms;
  }

  monotonicAt(time: Micros): Micros {
    return this.#start + this.#elapsedAt(time);
  }

  wallAt(time: Micros): WallMs {
    return wallEpochMs + this.#offsetMs + Math.floor(this.#elapsedAt(time) / 1000);
  }

  /** The first virtual time at which monotonic time has reached `due`, with today's drift. */
  timeOf(due: Micros): Micros {
    const elapsed = due - this.#start;
    if (this.#driftPpm === 0) return this.#anchor + elapsed - this.#anchorElapsed;
    const rate = (million + this.#driftPpm) / million;
    let time = this.#anchor + Math.floor((elapsed - this.#anchorElapsed) / rate);
    while (this.#elapsedAt(time) < elapsed) time++;
    return time;
  }

  #elapsedAt(time: Micros): Micros {
    const since = time - this.#anchor;
    if (this.#driftPpm === 0) return this.#anchorElapsed + since;
    return this.#anchorElapsed + since + Math.floor((since * this.#driftPpm) / million);
  }
}

const bounded = (ppm: number): number => Math.min(mostDriftPpm, Math.max(-mostDriftPpm, ppm));

/** The machine's clock as one process sees it: a blocking disk call moves it on within an event. */
export class SimProcessClock implements Clock {
  readonly #clock: SimClock;
  readonly #owner: SimProcess;

  constructor(clock: SimClock, owner: SimProcess) {
    this.#clock = clock;
    this.#owner = owner;
  }

  monotonicUs(): Micros {
    return this.#clock.monotonicAt(this.#owner.localNow());
  }

  wallMs(): WallMs {
    return this.#clock.wallAt(this.#owner.localNow());
  }
}
