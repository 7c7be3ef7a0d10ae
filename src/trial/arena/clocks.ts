/**
 * What faults do to clocks. Several may act on one clock at once: they add up, within bounds, and
 * each takes away what it brought, in whatever order they end.
 */
import type { SimClock } from '../../sim/clock.ts';

/** A clock runs at half its rate at least, and at one and a half times it at most: time goes on. */
const mostDriftPpm = 500_000;
/** Thirty years either way: from 2026 that leaves every timestamp positive. */
export const mostJumpMs = 946_080_000_000;

export class ClocksUnderFault {
  readonly #drifts = new Map<SimClock, number>();
  readonly #jumps = new Map<SimClock, number>();

  drift(clock: SimClock, partsPerMillion: number): void {
    const sum = (this.#drifts.get(clock) ?? 0) + partsPerMillion;
    this.#drifts.set(clock, sum);
    clock.setDrift(within(mostDriftPpm, sum));
  }

  jump(clock: SimClock, ms: number): void {
    const before = this.#jumps.get(clock) ?? 0;
    this.#jumps.set(clock, before + ms);
    clock.jump(within(mostJumpMs, before + ms) - within(mostJumpMs, before));
  }
}

const within = (most: number, value: number): number => Math.max(-most, Math.min(most, value));
