/**
 * Keeps machines running, as an init system does: a process that ended by itself is started again
 * after a moment, unless a fault holds the machine down.
 */

import { microsPerSecond } from '../../base/time.ts';
import type { Program } from '../../host/host.ts';
import type { Machine } from '../../sim/machine.ts';
import type { World } from '../../sim/world.ts';
import { HoldCounts } from './hold-counts.ts';

const restartDelayUs = microsPerSecond;

export class Supervisor {
  readonly #world: World;
  readonly #programs = new Map<Machine, Program>();
  readonly #held = new HoldCounts<Machine>();
  readonly #paused = new HoldCounts<Machine>();

  constructor(world: World) {
    this.#world = world;
  }

  /** Starts the program now, and again whenever its process ends. */
  run(machine: Machine, program: Program): void {
    this.#programs.set(machine, program);
    machine.onExit = (code, reason) => {
      this.#world.note('process ended', `${machine.name} ${code} ${reason}`);
      this.#world.schedule(restartDelayUs, `start ${machine.name} again`, () =>
        this.#startIfDown(machine),
      );
    };
    machine.start(program);
  }

  /** The next process of the machine runs this program. */
  replace(machine: Machine, program: Program): void {
    this.#programs.set(machine, program);
  }

  /** From now on the machine is not started again, until `release`. */
  hold(machine: Machine): void {
    this.#held.add(machine);
  }

  release(machine: Machine): void {
    if (this.#held.remove(machine)) this.#startIfDown(machine);
  }

  pause(machine: Machine): void {
    // Also where it is held already: a process that began meanwhile is not frozen yet.
    this.#paused.add(machine);
    machine.pause();
  }

  resume(machine: Machine): void {
    if (this.#paused.remove(machine)) machine.resume();
  }

  /** No fault holds the machine down. */
  isFree(machine: Machine): boolean {
    return !this.#held.isHeld(machine);
  }

  #startIfDown(machine: Machine): void {
    if (this.#held.isHeld(machine) || machine.state === 'running' || machine.state === 'paused')
      return;
    machine.start(this.#programs.get(machine)!);
  }
}
