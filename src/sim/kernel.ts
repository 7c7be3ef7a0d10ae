import { Digest } from '../base/digest.ts';
import { TimeHeap } from '../base/heap.ts';
import type { Micros } from '../base/ids.ts';
import type { RandomStream } from '../host/random.ts';
import type { Timer } from '../host/timers.ts';
import { type Pumped, pump } from './pump.ts';
import { type DigestRecording, eventKindNames, type TraceFact, type TraceSink } from './trace.ts';

/**
 * The kernel orders events by (virtual time, tie-break, sequence) and runs them one by one: an
 * event, all microtasks it caused, the hooks that watch events, then the next. Virtual time stands
 * still inside an event. It knows no machines: an event is a kind (code and description), the
 * number of its owner, and two values. Every event is folded into the digest: its time, kind, owner
 * and sequence, which says what act of scheduling it goes back to; what it brings, its kind folds.
 * An exception that an event lets through stops the run.
 */
export interface EventKind {
  /** Folded into the digest; unique, in 0..15. */
  readonly id: number;
  readonly run: (event: KernelEvent) => void;
  /** For the trace only. */
  readonly describe: (event: KernelEvent) => EventDescription;
}

export interface EventDescription {
  readonly machine: string;
  readonly what: string;
}

/** Who owns events: something that may end, as processes do. */
export interface Mortal {
  readonly ended: boolean;
  readonly machine: string;
  /** Takes what nobody handled; null: it fails the run. */
  readonly onRejection: ((reason: unknown) => void) | null;
}

/**
 * A scheduled event, and the handle to cancel it. `kind` is null once it is cancelled or was run.
 */
export class KernelEvent implements Timer {
  kind: EventKind | null;
  subject: unknown;
  payload: unknown;
  readonly owner: number;
  /** For its kind to use, as a timer does for the local time it is due. */
  due = 0;
  /** The how many-eth thing that was scheduled it is; as int32. */
  sequence = 0;
  /** Whether it lies in the kernel's heap. */
  queued = true;
  readonly #kernel: Kernel;

  constructor(kernel: Kernel, kind: EventKind, owner: number, subject: unknown, payload: unknown) {
    this.#kernel = kernel;
    this.kind = kind;
    this.owner = owner;
    this.subject = subject;
    this.payload = payload;
  }

  cancel(): void {
    if (this.kind === null) return;
    this.kind = null;
    this.subject = null;
    this.payload = null;
    if (this.queued) this.#kernel.onCancelled();
  }
}

const compactAbove = 512;
/** Tie-break and sequence share one number of 53 bits: 20 above, 33 below. */
const tieBound = 0x10_0000;
const tieUnit = 0x2_0000_0000;
const noCondition = (): boolean => true;

export class Kernel implements Pumped {
  now: Micros = 0;
  /** Events run so far. */
  events = 0;
  failure: Error | null = null;
  /** The machine whose process threw; null where it was none. */
  failedOn: string | null = null;
  /** Runs after each event and its microtasks. */
  onEvent: (() => void) | null = null;
  trace: TraceSink | null = null;
  recording: DigestRecording | null = null;
  /**
   * Whose code runs now; null: the world's. Exceptions of code whose owner has ended do not count.
   */
  current: Mortal | null = null;
  readonly digest = new Digest();
  readonly #heap = new TimeHeap<KernelEvent>();
  readonly #ties: RandomStream | null;
  #sequence = 0;
  #cancelled = 0;
  #limit: Micros = 0;
  #condition: () => boolean = noCondition;
  #unfinished = false;
  /** What is left to do in this event when its microtasks are done. */
  #soon: { readonly owner: Mortal; readonly callback: () => void }[] = [];
  #hasSoon = false;
  #running = false;

  /**
   * `ties`: events of the same time run in the order of draws from it; null: in the order of
   * scheduling.
   */
  constructor(ties: RandomStream | null) {
    this.#ties = ties;
  }

  get pending(): number {
    return this.#heap.size - this.#cancelled;
  }

  /** Schedules an event at `time`, which must be an integer and not lie before now. */
  at(
    time: Micros,
    kind: EventKind,
    owner: number,
    subject: unknown,
    payload: unknown,
  ): KernelEvent {
    const event = new KernelEvent(this, kind, owner, subject, payload);
    this.#push(time, event);
    return event;
  }

  /** Schedules an event object anew that has left the heap. */
  again(time: Micros, event: KernelEvent, kind: EventKind): void {
    event.kind = kind;
    event.queued = true;
    this.#push(time, event);
  }

  /** Runs all events up to and including `limit`, while `condition` holds after each. */
  async run(limit: Micros, condition: () => boolean = noCondition): Promise<void> {
    if (this.#running) throw new Error('this world is running already');
    this.#running = true;
    this.#limit = limit;
    this.#condition = condition;
    if (this.failure === null) await pump(this);
    this.#running = false;
  }

  /** Called by the pump: finishes the event before, then takes and runs the next. */
  step(): boolean {
    if (this.#hasSoon) {
      this.#runSoon();
      return true;
    }
    if (this.#unfinished && !this.#finish()) return false;
    const heap = this.#heap;
    for (;;) {
      const time = heap.minTime;
      if (time > this.#limit || heap.size === 0) {
        if (this.now < this.#limit && this.#limit !== Infinity) this.now = this.#limit;
        return false;
      }
      const event = heap.pop();
      event.queued = false;
      const kind = event.kind;
      if (kind === null) {
        this.#cancelled--;
        continue;
      }
      this.now = time;
      this.#runEvent(event, kind);
      return true;
    }
  }

  /** Runs within this event, when its microtasks are done and the owner still lives. */
  soon(owner: Mortal, callback: () => void): void {
    this.#hasSoon = true;
    this.#soon.push({ owner, callback });
  }

  /** Whether what runs now wants to hear of its rejections before the next event. */
  get awaitsRejections(): boolean {
    const current = this.current;
    return current !== null && current.onRejection !== null && !current.ended;
  }

  onRejection(reason: unknown): void {
    const { current } = this;
    if (current?.ended === true) return;
    if (current === null || current.onRejection === null) this.fail(reason);
    else this.#guarded(() => current.onRejection?.(reason));
  }

  /** Stops the run. The first failure stays, and is of the process whose event it is. */
  fail(reason: unknown, failed: Mortal | null = this.current): void {
    if (this.failure !== null) return;
    this.failure = reason instanceof Error ? reason : new Error(`thrown: ${String(reason)}`);
    this.failedOn = failed?.machine ?? null;
  }

  /** An entry of the trace beside the events' own. Callers look first whether there is a trace. */
  tell(machine: string, fact: TraceFact): void {
    this.trace?.write({ event: this.events, time: this.now, machine, ...fact });
  }

  /** Told by an event that it was cancelled while in the heap. */
  onCancelled(): void {
    this.#cancelled++;
    if (this.#cancelled < compactAbove || this.#cancelled * 2 < this.#heap.size) return;
    this.#heap.filter((event) => event.kind !== null);
    this.#cancelled = 0;
  }

  #push(time: Micros, event: KernelEvent): void {
    event.sequence = this.#sequence | 0;
    const order = this.#sequence++ + (this.#ties === null ? 0 : this.#ties.int(tieBound) * tieUnit);
    this.#heap.push(time < this.now ? this.now : time, order, event);
  }

  #runEvent(event: KernelEvent, kind: EventKind): void {
    this.events++;
    this.#unfinished = true;
    this.current = null;
    const digest = this.digest;
    digest.foldNumber(this.now);
    digest.fold((event.owner << 4) | kind.id);
    digest.fold(event.sequence);
    try {
      if (this.trace !== null) this.#describe(event, kind, this.trace);
      kind.run(event);
    } catch (error) {
      this.onRejection(error);
    }
  }

  #runSoon(): void {
    const due = this.#soon;
    this.#soon = [];
    this.#hasSoon = false;
    for (const { owner, callback } of due) {
      this.current = owner;
      if (!owner.ended) this.#guarded(callback);
    }
  }

  #guarded(callback: () => void): void {
    try {
      callback();
    } catch (error) {
      this.fail(error);
    }
  }

  #describe(event: KernelEvent, kind: EventKind, trace: TraceSink): void {
    const { machine, what } = kind.describe(event);
    const name = eventKindNames[kind.id]!;
    trace.write({ event: this.events, time: this.now, machine, is: 'event', kind: name, what });
  }

  /** After an event and its microtasks. False when the run stops here. */
  #finish(): boolean {
    this.#unfinished = false;
    if (this.failure === null) {
      this.recording?.add(this.digest);
      try {
        this.onEvent?.();
        if (this.failure === null) return this.#condition === noCondition || this.#condition();
      } catch (error) {
        this.fail(error, null);
      }
    }
    return false;
  }
}
