import type { Micros } from '../base/ids.ts';
import type { Points } from '../host/points.ts';
import type { SimProcess } from './incarnation.ts';
import type { EventKind, KernelEvent } from './kernel.ts';
import type { SimRandom, SimRandomStream } from './random.ts';

/** Which delay points hold, how often and for how long. The first setting that fits counts. */
export interface PointSetting {
  readonly name: string;
  /** All machines where it is not given. */
  readonly machine?: string;
  /** Of a thousand passes so many are held, each for a time in [minUs, maxUs]. */
  readonly perMille: number;
  readonly minUs: Micros;
  readonly maxUs: Micros;
}

/** The delay points of a world: its settings, and how often each point has held. */
export class WorldPoints {
  #settings: readonly PointSetting[];
  readonly #random: SimRandom;
  /** Rises with each change of the settings. */
  version = 0;
  /** By name of the point: passes held so far. */
  readonly held = new Map<string, number>();

  constructor(settings: readonly PointSetting[], random: SimRandom) {
    this.#settings = settings;
    this.#random = random;
  }

  /** From now on these hold and no others. What is held already goes on in its time. */
  use(settings: readonly PointSetting[]): void {
    this.#settings = settings;
    this.version++;
  }

  get holdNothing(): boolean {
    return this.#settings.length === 0;
  }

  /** The point as one machine has it; null: it never holds there. */
  at(name: string, machine: string): ActivePoint | null {
    const setting = this.#settings.find(
      (candidate) => candidate.name === name && (candidate.machine ?? machine) === machine,
    );
    if (setting === undefined) return null;
    return { setting, stream: this.#random.stream(`points/${machine}/${name}`) };
  }

  count(name: string): void {
    this.held.set(name, (this.held.get(name) ?? 0) + 1);
  }
}

interface ActivePoint {
  readonly setting: PointSetting;
  readonly stream: SimRandomStream;
}

/** What is held at one point of one process, oldest first. */
class Queue {
  readonly name: string;
  readonly owner: SimProcess;
  readonly held: (() => void)[] = [];
  lastDue: Micros = 0;

  constructor(name: string, owner: SimProcess) {
    this.name = name;
    this.owner = owner;
  }
}

/** How long the next pass is held; 0: not at all. */
function drawHoldUs({ setting, stream }: ActivePoint): Micros {
  if (stream.int(1000) >= setting.perMille) return 0;
  return setting.minUs + stream.int(setting.maxUs - setting.minUs + 1);
}

/** The delay points of one process. */
export class SimPoints implements Points {
  readonly #world: WorldPoints;
  readonly #owner: SimProcess;
  /** Of the points that have held here, by name. */
  readonly #queues = new Map<string, Queue>();
  /** The points that were passed here, as the settings of that version have them. */
  readonly #known = new Map<string, ActivePoint | null>();
  #version = 0;

  constructor(world: WorldPoints, owner: SimProcess) {
    this.#world = world;
    this.#owner = owner;
  }

  pass(name: string, then: () => void): void {
    const world = this.#world;
    if (world.holdNothing && this.#queues.size === 0) then();
    else this.#passOrHold(name, this.#at(name), then);
  }

  #at(name: string): ActivePoint | null {
    const world = this.#world;
    if (this.#version !== world.version) {
      this.#known.clear();
      this.#version = world.version;
    }
    let point = this.#known.get(name);
    if (point === undefined) {
      point = world.at(name, this.#owner.machine);
      this.#known.set(name, point);
    }
    return point;
  }

  #passOrHold(name: string, point: ActivePoint | null, then: () => void): void {
    const owner = this.#owner;
    const delayUs = point === null ? 0 : drawHoldUs(point);
    const known = this.#queues.get(name);
    if (delayUs === 0 && (known === undefined || known.held.length === 0)) {
      then();
      return;
    }
    if (owner.ended) return;
    const queue = known ?? new Queue(name, owner);
    this.#queues.set(name, queue);
    this.#world.count(name);
    queue.held.push(then);
    // Each event takes the oldest, so that no tie-break can reorder them.
    queue.lastDue = Math.max(queue.lastDue, owner.localNow() + delayUs);
    owner.kernel.at(queue.lastDue, pointKind, owner.id, queue, null);
  }
}

const runOldest = (event: KernelEvent): void => (event.subject as Queue).held.shift()?.();

function describe(event: KernelEvent): { machine: string; what: string } {
  const { name, owner } = event.subject as Queue;
  return { machine: owner.machine, what: `goes on from ${name}` };
}

const latePointKind: EventKind = { id: 14, run: runOldest, describe };
const pointKind: EventKind = {
  id: 14,
  run(event) {
    if ((event.subject as Queue).owner.enter(event, latePointKind)) runOldest(event);
  },
  describe,
};
