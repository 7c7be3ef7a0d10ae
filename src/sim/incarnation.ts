import type { Micros } from '../base/ids.ts';
import { mark } from '../base/mark.ts';
import type { EventKind, Kernel, KernelEvent, Mortal } from './kernel.ts';

/**
 * One incarnation of code on a machine, as far as events are concerned. Every event that runs its
 * code passes `enter`, which lets it through, keeps it for later (the process is paused, or blocked
 * in a disk call), or drops it (the process has ended). Events that were kept run later in the
 * order in which they came, one per kernel event, before any that come after them.
 */
export const gateOpen = 0;
const gateDeferring = 1;
const gateEnded = 2;

export class SimProcess implements Mortal {
  /**
   * Number of this incarnation, unique in its world; it marks the process's events in the digest.
   */
  readonly id: number;
  readonly machine: string;
  readonly kernel: Kernel;
  readonly #effects: { eventsDeferred: number };
  gate = gateOpen;
  onRejection: ((reason: unknown) => void) | null = null;
  /** Virtual time up to which a disk call holds the process up; Infinity while the disk stalls. */
  blockedUntil: Micros = 0;
  #paused = false;
  #wakePending = false;
  #drainPending = false;
  #deferred: KernelEvent[] = [];
  #nextDeferred = 0;
  #afterStall: (() => void)[] = [];

  constructor(id: number, machine: string, kernel: Kernel, effects: { eventsDeferred: number }) {
    this.id = id;
    this.machine = machine;
    this.kernel = kernel;
    this.#effects = effects;
  }

  get ended(): boolean {
    return this.gate === gateEnded;
  }

  get paused(): boolean {
    return this.#paused;
  }

  get stalled(): boolean {
    return this.blockedUntil === Infinity;
  }

  /**
   * Virtual time as this process sees it: later than now while a disk call of this event blocks it.
   */
  localNow(): Micros {
    const now = this.kernel.now;
    return this.blockedUntil > now && this.blockedUntil !== Infinity ? this.blockedUntil : now;
  }

  /** Whether the event may run now. If it is kept for later, it will then run as `kind`. */
  enter(event: KernelEvent, kind: EventKind): boolean {
    if (this.gate === gateOpen) {
      this.kernel.current = this;
      return true;
    }
    if (this.gate === gateDeferring) {
      event.kind = kind;
      this.#deferred.push(event);
      this.#effects.eventsDeferred++;
    }
    return false;
  }

  pause(): void {
    if (this.gate === gateEnded) return;
    this.#paused = true;
    this.gate = gateDeferring;
  }

  resume(): void {
    this.#paused = false;
    this.#wake();
  }

  /** Charges a blocking call: the rest of this event, and all later ones, happen after it. */
  block(durationUs: Micros): void {
    if (this.gate === gateEnded || durationUs <= 0) return;
    const from = Math.max(this.blockedUntil, this.kernel.now);
    this.blockedUntil = from + durationUs;
    this.gate = gateDeferring;
    this.#wakeWhenUnblocked();
  }

  /** A call that blocks until `unstall`; nobody knows yet when that is. */
  stall(): void {
    if (this.gate === gateEnded) return;
    mark('process-stalled');
    this.blockedUntil = Infinity;
    this.gate = gateDeferring;
  }

  unstall(): void {
    if (!this.stalled) return;
    this.blockedUntil = 0;
    const actions = this.#afterStall;
    this.#afterStall = [];
    if (this.gate !== gateEnded) for (const action of actions) action();
    this.#wake();
  }

  /**
   * What the process does to the outside, in the event in which it stalled, happens after the
   * stall.
   */
  afterStall(action: () => void): void {
    this.#afterStall.push(action);
  }

  end(): void {
    this.gate = gateEnded;
    this.#deferred = [];
    this.#nextDeferred = 0;
    this.#afterStall = [];
  }

  #wakeWhenUnblocked(): void {
    if (this.#wakePending || this.stalled) return;
    this.#wakePending = true;
    this.kernel.at(this.blockedUntil, wakeKind, this.id, this, null);
  }

  /** Runs at the time up to which it was blocked when the event was scheduled. */
  onWake(): void {
    this.#wakePending = false;
    if (this.blockedUntil > this.kernel.now) this.#wakeWhenUnblocked();
    else this.#wake();
  }

  #wake(): void {
    if (this.gate !== gateDeferring || this.#paused) return;
    if (this.blockedUntil > this.kernel.now) return;
    if (this.#nextDeferred === this.#deferred.length) {
      this.gate = gateOpen;
      this.#deferred = [];
      this.#nextDeferred = 0;
    } else if (!this.#drainPending) {
      this.#drainPending = true;
      this.kernel.at(this.kernel.now, drainKind, this.id, this, null);
    }
  }

  /** Runs the first event that was kept, unless the process has been held up anew. */
  onDrain(): void {
    this.#drainPending = false;
    if (this.gate !== gateDeferring || this.#paused) return;
    if (this.blockedUntil > this.kernel.now) return;
    const event = this.nextDeferred();
    if (event !== null) {
      this.#nextDeferred++;
      this.kernel.current = this;
      this.kernel.digest.fold(event.sequence);
      try {
        event.kind?.run(event);
      } finally {
        this.#wake();
      }
    } else {
      this.#wake();
    }
  }

  /** The first event that was kept and not cancelled since. */
  nextDeferred(): KernelEvent | null {
    while (this.#nextDeferred < this.#deferred.length) {
      const event = this.#deferred[this.#nextDeferred] as KernelEvent;
      if (event.kind !== null) return event;
      this.#nextDeferred++;
    }
    return null;
  }
}

const wakeKind: EventKind = {
  id: 1,
  run: (event) => (event.subject as SimProcess).onWake(),
  describe: (event) => ({
    machine: (event.subject as SimProcess).machine,
    what: 'a blocking call returns',
  }),
};

const drainKind: EventKind = {
  id: 2,
  run: (event) => (event.subject as SimProcess).onDrain(),
  describe(event) {
    const owner = event.subject as SimProcess;
    const next = owner.nextDeferred();
    const what = next?.kind?.describe(next).what ?? 'nothing is left';
    return { machine: owner.machine, what: `late: ${what}` };
  },
};
