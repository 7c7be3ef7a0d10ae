import type { Clock } from '../host/clock.ts';
import type { Disk } from '../host/disk.ts';
import type { Host, LogLevel } from '../host/host.ts';
import type { Network } from '../host/network.ts';
import type { Timers } from '../host/timers.ts';
import { type SimClock, SimProcessClock } from './clock.ts';
import type { SimDisk } from './disk.ts';
import type { SimProcess } from './incarnation.ts';
import type { SimNetwork } from './network.ts';
import type { SimNode } from './node.ts';
import { SimPoints, type WorldPoints } from './points.ts';
import { SimProcessDisk } from './process-disk.ts';
import { SimProcessNetwork } from './process-network.ts';
import type { SimRandom } from './random.ts';
import { SimTimers } from './timers.ts';

/** What a process is made of besides itself. */
export interface HostParts {
  readonly owner: SimProcess;
  readonly clock: SimClock;
  readonly disk: SimDisk;
  readonly node: SimNode;
  readonly network: SimNetwork;
  readonly random: SimRandom;
  readonly points: WorldPoints;
  readonly onExit: (code: number, reason: string) => void;
}

/** The port, for one process of the simulated world. */
export class SimHost implements Host {
  readonly machine: string;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: SimRandom;
  readonly network: Network;
  readonly disk: Disk;
  readonly points: SimPoints;
  readonly #owner: SimProcess;
  readonly #onExit: (code: number, reason: string) => void;

  constructor(parts: HostParts) {
    const { owner, clock } = parts;
    this.machine = owner.machine;
    this.clock = new SimProcessClock(clock, owner);
    this.timers = new SimTimers(owner, clock);
    this.random = parts.random;
    this.network = new SimProcessNetwork(parts.network, parts.node, owner);
    this.disk = new SimProcessDisk(parts.disk, owner);
    this.points = new SimPoints(parts.points, owner);
    this.#owner = owner;
    this.#onExit = parts.onExit;
  }

  log(level: LogLevel, message: string): void {
    const { kernel, machine } = this.#owner;
    if (kernel.trace !== null) kernel.tell(machine, { is: 'log', level, message });
  }

  exit(code: number, reason: string): void {
    if (!this.#owner.ended) this.#onExit(code, reason);
  }
}
