import { assert } from '../base/assert.ts';
import type { Micros } from '../base/ids.ts';
import type { Timer } from '../host/timers.ts';
import { type EventKind, Kernel, type KernelEvent } from './kernel.ts';
import { Machine, type MachineOptions } from './machine.ts';
import { type NetworkOptions, SimNetwork } from './network.ts';
import { type PointSetting, WorldPoints } from './points.ts';
import { SimRandom } from './random.ts';
import { Splitter } from './splitter.ts';
import { DigestRecording, type TraceSink } from './trace.ts';

/**
 * The deterministic world: machines, the network between them, virtual time, one seed. All that
 * happens is an event of the kernel; the same seed, and the same calls from outside, make the same
 * events and one digest. A run ends early when simulated code throws: `failure` says what.
 */
export interface WorldOptions {
  readonly seed: string;
  /** The order of events of the same time: as scheduled, or drawn from the seed. */
  readonly tieBreak?: 'fifo' | 'random';
  readonly trace?: TraceSink | null;
  readonly network?: NetworkOptions;
  /** Whether the network splits and joins what is written. */
  readonly splitWrites?: boolean;
  /** Delay points that hold; none by default. */
  readonly points?: readonly PointSetting[];
}

export class World {
  readonly seed: string;
  /** Streams of the world's own; processes have theirs from their host. */
  readonly random: SimRandom;
  readonly network: SimNetwork;
  readonly points: WorldPoints;
  readonly #kernel: Kernel;
  readonly #machines = new Map<string, Machine>();
  #processes = 0;

  constructor(options: WorldOptions) {
    const { seed, tieBreak, trace, network, splitWrites } = options;
    this.seed = seed;
    this.random = new SimRandom(seed, '');
    this.points = new WorldPoints(options.points ?? [], this.random);
    this.#kernel = new Kernel(tieBreak === 'random' ? this.random.stream('ties') : null);
    this.#kernel.trace = trace ?? null;
    this.#kernel.digest.foldString(seed);
    const splitter = splitWrites === true ? new Splitter(this.random.stream('splits')) : null;
    this.network = new SimNetwork(this.#kernel, this.random, network ?? {}, splitter);
  }

  /** Virtual time; it begins at 0. */
  get now(): Micros {
    return this.#kernel.now;
  }

  /** Events run so far. */
  get events(): number {
    return this.#kernel.events;
  }

  get failure(): Error | null {
    return this.#kernel.failure;
  }

  /** The machine whose process threw it; null where it came from outside all of them. */
  get failedOn(): string | null {
    return this.#kernel.failedOn;
  }

  /** 16 hexadecimal characters that stand for all that has happened. */
  get digest(): string {
    return this.#kernel.digest.toString();
  }

  /** Runs after each event, when its microtasks are done. What it throws is a failure. */
  get onEvent(): (() => void) | null {
    return this.#kernel.onEvent;
  }

  set onEvent(hook: (() => void) | null) {
    this.#kernel.onEvent = hook;
  }

  get machines(): Machine[] {
    return [...this.#machines.values()];
  }

  addMachine(name: string, options: MachineOptions = {}): Machine {
    assert(!this.#machines.has(name), `machine names are unique: ${name}`);
    const { random, network, points, seed } = this;
    const nextProcessId = (): number => ++this.#processes;
    const surroundings = { kernel: this.#kernel, network, seed, random, points, nextProcessId };
    const machine = new Machine(surroundings, name, options);
    this.#machines.set(name, machine);
    return machine;
  }

  machine(name: string): Machine {
    const machine = this.#machines.get(name);
    assert(machine !== undefined, `there is a machine ${name}`);
    return machine;
  }

  /** An event of the world's own: a fault, a tick of the workload. */
  schedule(delayUs: Micros, label: string, callback: () => void): Timer {
    const time = this.now + Math.max(0, Math.ceil(delayUs));
    this.#kernel.digest.foldString(label);
    return this.#kernel.at(time, worldKind, 0, label, callback);
  }

  /**
   * Runs all events up to and including this time, which it then is, unless there was a failure.
   */
  runUntil(time: Micros): Promise<void> {
    return this.#kernel.run(time);
  }

  /**
   * Runs events while the condition, checked after each, holds; at most up to and including this
   * time.
   */
  async runWhile(condition: () => boolean, limit: Micros): Promise<void> {
    if (condition()) await this.#kernel.run(limit, condition);
  }

  /** Folds something that happened into the digest, and tells the trace, `about` where given. */
  note(label: string, detail: string, about?: () => object): void {
    const { digest, trace } = this.#kernel;
    digest.foldString(label);
    digest.foldString(detail);
    if (trace === null) return;
    if (about === undefined) this.#kernel.tell('', { is: 'note', label, detail });
    else this.#kernel.tell('', { is: 'told', about: about() });
  }

  /** Folds an integer that happened into the digest: cheap, and not told. */
  foldNumber(value: number): void {
    this.#kernel.digest.foldNumber(value);
  }

  /** Tells the trace something that is not part of the digest. Free of cost without a trace. */
  tell(machine: string, about: () => object): void {
    if (this.#kernel.trace !== null) this.#kernel.tell(machine, { is: 'told', about: about() });
  }

  /** Stops the run with this failure, as an exception of simulated code does. */
  fail(error: Error): void {
    this.#kernel.fail(error);
  }

  /** From now on keeps the digest after each event, to compare two runs. */
  recordDigests(): DigestRecording {
    this.#kernel.recording ??= new DigestRecording();
    return this.#kernel.recording;
  }
}

const worldKind: EventKind = {
  id: 0,
  run: (event: KernelEvent) => (event.payload as () => void)(),
  describe: (event) => ({ machine: '', what: event.subject as string }),
};
