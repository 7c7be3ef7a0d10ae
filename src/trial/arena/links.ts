/**
 * What faults do to links. Several may act on one link at once: it opens again when the last
 * obstruction ends, and its latency is the usual one times all factors in force, within a bound.
 */
import { type LatencyModel, scaledLatency } from '../../sim/latency.ts';
import type { Link } from '../../sim/link.ts';
import { HoldCounts } from './hold-counts.ts';

export type Obstruction = 'block' | 'clog';

/** As slow as one fault alone may make it: what is sent still arrives within the trial. */
const mostFactor = 1_000;

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
    link.latency = scaledLatency(this.#usual.get(link)!, Math.min(mostFactor, product));
  }
}

/** What obstructed links did to their traffic, in the words of every fault that obstructs. */
export const obstructionWords = {
  segmentsHeld: 'held % segments',
  bytesHeld: '% bytes in all',
  connectionsReset: 'gave up % connections',
  connectsFailed: 'left % connects unanswered',
  resetsLost: 'kept % resets from arriving',
} as const;

export type LinkCounts = Record<keyof typeof obstructionWords, number>;

/** What links did to their traffic from the construction of the tally until it is closed. */
export class LinkTally {
  readonly #links: readonly Link[];
  readonly #obstructions: LinkCounts;
  readonly #segments: number;
  #closed: { readonly obstructions: LinkCounts; readonly segments: number } | null = null;

  constructor(links: readonly Link[]) {
    this.#links = links;
    this.#obstructions = obstructionsOf(links);
    this.#segments = segmentsOf(links);
  }

  /** What happens from now on is no longer counted. */
  close(): void {
    this.#closed ??= { obstructions: this.obstructions, segments: this.segments };
  }

  get obstructions(): LinkCounts {
    if (this.#closed !== null) return this.#closed.obstructions;
    const counts = obstructionsOf(this.#links);
    for (const name of countNames) counts[name] -= this.#obstructions[name];
    return counts;
  }

  /** Segments sent. */
  get segments(): number {
    return this.#closed?.segments ?? segmentsOf(this.#links) - this.#segments;
  }
}

const countNames = Object.keys(obstructionWords) as (keyof LinkCounts)[];

function obstructionsOf(links: readonly Link[]): LinkCounts {
  const sums = {
    segmentsHeld: 0,
    bytesHeld: 0,
    connectionsReset: 0,
    connectsFailed: 0,
    resetsLost: 0,
  };
  for (const { effects } of links) for (const name of countNames) sums[name] += effects[name];
  return sums;
}

function segmentsOf(links: readonly Link[]): number {
  return links.reduce((sum, { segments }) => sum + segments, 0);
}
