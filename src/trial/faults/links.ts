/**
 * What faults do to links. Several may act on one link at once: it opens again when the last
 * obstruction ends, and its latency is the usual one times all factors in force.
 */
import { type LatencyModel, scaledLatency } from '../../sim/latency.ts';
import type { Link } from '../../sim/link.ts';
import { HoldCounts } from './counts.ts';

export type Obstruction = 'block' | 'clog';

export class LinkFaults {
  readonly #held = { block: new HoldCounts<Link>(), clog: new HoldCounts<Link>() };
  readonly #usual = new Map<Link, LatencyModel>();
  readonly #factors = new Map<Link, number[]>();

  begin(link: Link, how: Obstruction): void {
    if (!this.#held[how].add(link)) return;
    if (how === 'block') link.block();
    else link.clog();
  }

  end(link: Link, how: Obstruction): void {
    if (!this.#held[how].remove(link)) return;
    if (how === 'block') link.unblock();
    else link.unclog();
  }

  slow(link: Link, factor: number): void {
    if (!this.#usual.has(link)) this.#usual.set(link, link.latency);
    this.#setFactors(link, [...(this.#factors.get(link) ?? []), factor]);
  }

  endSlow(link: Link, factor: number): void {
    const factors = [...this.#factors.get(link)!];
    factors.splice(factors.indexOf(factor), 1);
    this.#setFactors(link, factors);
  }

  #setFactors(link: Link, factors: number[]): void {
    this.#factors.set(link, factors);
    const product = factors.reduce((all, factor) => all * factor, 1);
    link.latency = scaledLatency(this.#usual.get(link)!, product);
  }
}

/** What links did to their traffic since a moment, summed up. */
export class LinkTally {
  readonly #links: readonly Link[];
  readonly #before: readonly number[];

  constructor(links: readonly Link[]) {
    this.#links = links;
    this.#before = figures(links);
  }

  /**
   * `held 34 segments of 5120 bytes, gave up 2 connections`; empty when nothing met an obstruction.
   */
  describeObstruction(): string {
    const now = figures(this.#links);
    const [, held, bytes, reset, failed, lost] = now.map((count, i) => count - this.#before[i]!);
    const parts = [
      held! > 0 ? `held ${held} segments of ${bytes} bytes` : '',
      reset! > 0 ? `gave up ${reset} connections` : '',
      failed! > 0 ? `left ${failed} connects unanswered` : '',
      lost! > 0 ? `kept ${lost} resets from arriving` : '',
    ];
    return parts.filter((part) => part !== '').join(', ');
  }

  /** Segments sent since. */
  get segments(): number {
    return figures(this.#links)[0]! - this.#before[0]!;
  }
}

function figures(links: readonly Link[]): number[] {
  const sums = [0, 0, 0, 0, 0, 0];
  for (const { segments, effects } of links) {
    const { segmentsHeld, bytesHeld, connectionsReset, connectsFailed, resetsLost } = effects;
    const row = [segments, segmentsHeld, bytesHeld, connectionsReset, connectsFailed, resetsLost];
    for (let i = 0; i < sums.length; i++) sums[i]! += row[i]!;
  }
  return sums;
}
