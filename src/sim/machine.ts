import { assert } from '../base/assert.ts';
import type { Program, RunningProgram } from '../host/host.ts';
import { type ClockOptions, SimClock } from './clock.ts';
import { type DiskOptions, SimDisk } from './disk.ts';
import { SimHost } from './host.ts';
import { SimProcess } from './incarnation.ts';
import type { EventKind, Kernel, KernelEvent } from './kernel.ts';
import type { SimNetwork } from './network.ts';
import type { SimNode } from './node.ts';
import type { WorldPoints } from './points.ts';
import { SimRandom } from './random.ts';
import type { ProcessFact } from './trace.ts';

/**
 * A machine: an address, a disk, a clock, and at most one process, an incarnation of a program. The
 * disk and the clock outlive processes. States: `off` has no power and answers nobody; `dead` has
 * power but no process: its system refuses and resets; `running`; `paused`, frozen, while its
 * system still takes bytes in.
 */
export type MachineState = 'off' | 'dead' | 'running' | 'paused';

export interface MachineOptions {
  readonly clock?: ClockOptions;
  readonly disk?: DiskOptions;
}

export interface MachineEffects {
  /** Connections that ended because the process did: reset, or silenced by loss of power. */
  connectionsReset: number;
  connectionsSilenced: number;
  /** Events that had to wait because the process was paused, or blocked by its disk. */
  eventsDeferred: number;
}

/** What a machine needs of its world. */
export interface Surroundings {
  readonly kernel: Kernel;
  readonly network: SimNetwork;
  readonly seed: string;
  readonly random: SimRandom;
  readonly points: WorldPoints;
  /** A number for the next incarnation in this world. */
  readonly nextProcessId: () => number;
}

export class Machine {
  readonly name: string;
  readonly clock: SimClock;
  readonly disk: SimDisk;
  readonly effects: MachineEffects = {
    connectionsReset: 0,
    connectionsSilenced: 0,
    eventsDeferred: 0,
  };
  /** The process ended itself by host.exit. Runs in an event of its own. */
  onExit: ((code: number, reason: string) => void) | null = null;
  /** The process has ended, however it did. Runs within the event in which it ends. */
  onEnd: (() => void) | null = null;
  readonly #world: Surroundings;
  readonly #node: SimNode;
  #owner: SimProcess | null = null;
  #program: Program | null = null;
  #running: RunningProgram | null = null;
  #incarnation = 0;

  constructor(world: Surroundings, name: string, options: MachineOptions) {
    const { kernel, random } = world;
    this.#world = world;
    this.name = name;
    const monotonicStartUs = random.stream(`clock/${name}`).int(500_000_000);
    this.clock = new SimClock(kernel, { monotonicStartUs, ...options.clock });
    this.disk = new SimDisk(kernel, random.stream(`disk/${name}`), name, options.disk ?? {});
    this.#node = world.network.addNode(name);
  }

  get state(): MachineState {
    if (this.#owner !== null) return this.#owner.paused ? 'paused' : 'running';
    return this.#node.powered ? 'dead' : 'off';
  }

  /** How many processes it has had. */
  get incarnation(): number {
    return this.#incarnation;
  }

  /** Switches on where needed, and begins a new process in an event of its own. */
  start(program: Program): void {
    assert(this.#owner === null, `machine ${this.name} has no process when one is started`);
    const { kernel, network, seed, points, nextProcessId } = this.#world;
    this.#fold('start');
    this.#program = program;
    const owner = new SimProcess(nextProcessId(), this.name, kernel, this.effects);
    this.#owner = owner;
    const incarnation = ++this.#incarnation;
    if (!this.#node.powered) {
      this.#node.powered = true;
      network.onPowered(this.#node);
    }
    const host = new SimHost({
      owner,
      clock: this.clock,
      disk: this.disk,
      node: this.#node,
      network,
      points,
      random: new SimRandom(seed, `process/${this.name}/${incarnation}/`),
      onExit: (code, reason) => this.#exit(code, reason),
    });
    this.#later('starts', owner, () => {
      const running = program(host);
      this.#running = running;
      if (running.onRejection !== undefined) {
        owner.onRejection = (reason) => running.onRejection?.(reason);
      }
    });
  }

  /** Asks the process for a clean shutdown. It answers by host.exit. */
  stop(): void {
    const owner = this.#owner;
    if (owner !== null) this.#later('is asked to stop', owner, () => this.#stop(owner));
  }

  /** A process that was started in this very moment is first let run. */
  #stop(owner: SimProcess): void {
    if (this.#running === null) this.#later('is asked to stop', owner, () => this.#stop(owner));
    else this.#running.stop();
  }

  /** Kills the process. The page cache survives, peers see resets. */
  crash(): void {
    if (this.#owner === null) return;
    this.#fold('crash');
    this.#end();
    this.effects.connectionsReset += this.#node.endProcess(false);
  }

  /** Takes the power: what was not synced is at risk, peers see silence. */
  powerLoss(): void {
    if (!this.#node.powered) return;
    this.#fold('power loss');
    this.#end();
    this.#node.powered = false;
    this.#node.offSince = this.#world.kernel.now;
    this.effects.connectionsSilenced += this.#node.endProcess(true);
    this.disk.losePower();
  }

  /** Freezes the process, as a long garbage collection or a suspended virtual machine does. */
  pause(): void {
    this.#fold('pause');
    this.#owner?.pause();
  }

  resume(): void {
    if (this.#owner?.paused !== true) return;
    this.#fold('resume');
    this.#owner.resume();
  }

  /** A new process of this program, or else of the last one; one that still lives is killed. */
  restart(program: Program | null = this.#program): void {
    assert(program !== null, `machine ${this.name} knows a program when it is restarted`);
    this.crash();
    this.start(program);
  }

  /** Takes the power, and an empty disk takes the place of the old one. */
  wipe(): void {
    this.powerLoss();
    this.#fold('wipe');
    this.disk.wipe();
  }

  #exit(code: number, reason: string): void {
    const { kernel } = this.#world;
    kernel.digest.fold(code);
    kernel.digest.foldString(reason);
    const detail = `${code}: ${reason}`;
    if (kernel.trace !== null) kernel.tell(this.name, { is: 'process', change: 'exit', detail });
    this.crash();
    const what = `exits with ${code}: ${reason}`;
    const tell = (): void => this.onExit?.(code, reason);
    const subject: Task = { machine: this.name, what, owner: null, run: tell };
    kernel.at(kernel.now, taskKind, 0, subject, null);
  }

  #end(): void {
    if (this.#owner === null) return;
    this.#owner.end();
    this.#owner = null;
    this.#running = null;
    this.onEnd?.();
  }

  #fold(change: ProcessFact['change']): void {
    const { kernel } = this.#world;
    kernel.digest.foldString(this.name);
    kernel.digest.foldString(change);
    if (kernel.trace !== null) kernel.tell(this.name, { is: 'process', change });
  }

  #later(what: string, owner: SimProcess, run: () => void): void {
    const { kernel } = this.#world;
    const subject: Task = { machine: this.name, what, owner, run };
    kernel.at(kernel.now, taskKind, owner.id, subject, null);
  }
}

interface Task {
  readonly machine: string;
  readonly what: string;
  readonly owner: SimProcess | null;
  readonly run: () => void;
}

const describe = (event: KernelEvent): { machine: string; what: string } => event.subject as Task;
const runTask = (event: KernelEvent): void => (event.subject as Task).run();
const lateTaskKind: EventKind = { id: 13, run: runTask, describe };
const taskKind: EventKind = {
  id: 13,
  run(event) {
    const { owner } = event.subject as Task;
    if (owner === null || owner.enter(event, lateTaskKind)) runTask(event);
  },
  describe,
};
