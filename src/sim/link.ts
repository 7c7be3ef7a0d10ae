import type { Micros } from '../base/ids.ts';
import { drawLatency, type LatencyModel } from './latency.ts';
import type { SimRandomStream } from './random.ts';

/**
 * One direction between two machines (or of a machine's loopback). It says when bytes arrive, and
 * whether they do at all: blocked, they do not, as across a partition, and TCP notices in the end;
 * clogged, they wait, and TCP notices nothing. Either keeps bytes, it never loses any. Faults act
 * on links; links count what they did.
 */
export interface LinkDefaults {
  readonly latency?: LatencyModel;
  readonly loopbackLatency?: LatencyModel;
  /** Infinity: sending takes no time. */
  readonly bytesPerSecond?: number;
}

export interface LinkEffects {
  /** Segments and bytes that had to wait for the link to be unblocked or unclogged. */
  segmentsHeld: number;
  bytesHeld: number;
  /** Connections given up because bytes or their acknowledgements could not cross this link. */
  connectionsReset: number;
  /** Attempts to connect that got no answer across this link. */
  connectsFailed: number;
  /** Resets that did not get across, so that their receiver stays half-open. */
  resetsLost: number;
}

export const gateBlocked = 1;
export const gateClogged = 2;

/** Told when a link is open again. */
export interface LinkWaiter {
  onLinkOpen(link: Link, wasBlocked: boolean): void;
}

export class Link {
  readonly from: string;
  readonly to: string;
  /** Bits; 0: bytes pass. */
  gate = 0;
  latency: LatencyModel;
  bytesPerSecond: number;
  /** Segments sent over it so far. */
  segments = 0;
  readonly effects: LinkEffects = {
    segmentsHeld: 0,
    bytesHeld: 0,
    connectionsReset: 0,
    connectsFailed: 0,
    resetsLost: 0,
  };
  /** What waits until the link is open again. */
  readonly waiting = new Set<LinkWaiter>();
  readonly #stream: SimRandomStream;
  #busyUntil = 0;

  constructor(
    from: string,
    to: string,
    latency: LatencyModel,
    bytesPerSecond: number,
    stream: SimRandomStream,
  ) {
    this.from = from;
    this.to = to;
    this.latency = latency;
    this.bytesPerSecond = bytesPerSecond;
    this.#stream = stream;
  }

  get blocked(): boolean {
    return (this.gate & gateBlocked) !== 0;
  }

  get clogged(): boolean {
    return (this.gate & gateClogged) !== 0;
  }

  block(): void {
    this.gate |= gateBlocked;
  }

  unblock(): void {
    this.#open(gateBlocked);
  }

  clog(): void {
    this.gate |= gateClogged;
  }

  unclog(): void {
    this.#open(gateClogged);
  }

  /**
   * When a segment arrives that is handed over at `departure`. Segments leave one after the other.
   */
  arrivalOf(length: number, departure: Micros): Micros {
    this.segments++;
    let left = departure;
    if (this.bytesPerSecond !== Infinity) {
      const start = this.#busyUntil > departure ? this.#busyUntil : departure;
      this.#busyUntil = start + (length * 1_000_000) / this.bytesPerSecond;
      left = Math.ceil(this.#busyUntil);
    }
    return left + drawLatency(this.latency, this.#stream);
  }

  #open(bit: number): void {
    if ((this.gate & bit) === 0) return;
    this.gate &= ~bit;
    if (this.gate !== 0) return;
    const waiting = [...this.waiting];
    this.waiting.clear();
    for (const waiter of waiting) waiter.onLinkOpen(this, bit === gateBlocked);
  }
}
