/**
 * Carries out a plan: each fault strikes at its time, ends after its duration, and is reported with
 * whom it struck and what it did. A fault whose needs are not met when its time comes is withheld.
 */
import { microsToMs, msToMicros } from '../../base/time.ts';
import type { FaultReport } from '../runner/result.ts';
import type { ActiveFault, Arena } from './active-fault.ts';
import { applyFault } from './apply.ts';
import { destroysData, endsProcess, type Fault, type FaultKind } from './fault.ts';
import { resolveTarget } from './targets.ts';

interface Strike {
  readonly fault: Fault;
  readonly atMs: number;
  readonly machines: readonly string[];
  readonly active: ActiveFault[];
  /** Why it did not strike at all; null when it did. */
  readonly withheld: string | null;
}

export class FaultExecutor {
  readonly #arena: Arena;
  readonly #strikes: Strike[] = [];
  readonly #inForce = new Set<Strike>();
  /** Data was destroyed, and the cluster has not been whole since. */
  #recovering = false;

  constructor(arena: Arena) {
    this.#arena = arena;
  }

  /** Schedules all faults, counted from now. */
  begin(faults: readonly Fault[]): void {
    for (const fault of faults) {
      const label = `fault ${fault.kind} on ${fault.target}`;
      this.#arena.world.schedule(msToMicros(fault.atMs), label, () => this.#strike(fault));
    }
  }

  /** Told when the cluster has shown something new. */
  onObserved(): void {
    if (!this.#recovering || this.#inForceOf(destroysData) !== null) return;
    if (this.#arena.wholeness.obstacle() === null) this.#recovering = false;
  }

  /** Ends whatever is still in force. */
  endAll(): void {
    for (const strike of [...this.#inForce]) this.#end(strike);
  }

  reports(): FaultReport[] {
    return this.#strikes.map((strike) => {
      const told = strike.active.map((active) => active.effect());
      const effects = told
        .map((effect, i) => prefixed(strike.machines, i, effect))
        .filter((text) => text !== '');
      return {
        kind: strike.fault.kind,
        at: strike.atMs,
        target: describeTarget(strike),
        effect:
          effects.length > 0
            ? effects.join('; ')
            : `none: ${strike.withheld ?? 'it touched nothing'}`,
        tookEffect: effects.length > 0,
      };
    });
  }

  #strike(fault: Fault): void {
    const { world, roster, view } = this.#arena;
    const machines = resolveTarget(fault.target, roster, view);
    const withheld = machines.length === 0 ? 'nobody has that role' : this.#unmetNeed(fault);
    const struck = withheld === null ? machines : [];
    const strike: Strike = {
      fault,
      atMs: microsToMs(world.now),
      machines: struck,
      active: [],
      withheld,
    };
    this.#strikes.push(strike);
    if (withheld !== null) {
      world.note('fault withheld', `${fault.kind} on ${fault.target}: ${withheld}`);
      return;
    }
    world.note(
      'fault',
      `${fault.kind} on ${fault.target} (${struck.join(', ')}) for ${fault.durationMs} ms`,
    );
    for (const machine of struck) strike.active.push(applyFault(fault, machine, this.#arena));
    this.#inForce.add(strike);
    if (destroysData.has(fault.kind)) this.#recovering = true;
    world.schedule(msToMicros(fault.durationMs), `end of ${fault.kind} on ${fault.target}`, () =>
      this.#end(strike),
    );
  }

  #end(strike: Strike): void {
    if (!this.#inForce.delete(strike)) return;
    this.#arena.world.note('fault ends', `${strike.fault.kind} on ${strike.machines.join(', ')}`);
    for (const active of strike.active) active.end();
  }

  /** A fault in force of one of these kinds, which may yet do what it is there for. */
  #inForceOf(kinds: ReadonlySet<FaultKind>): Fault | null {
    for (const { fault } of this.#inForce) if (kinds.has(fault.kind)) return fault;
    return null;
  }

  /** Why the budget does not allow this fault now; null when it does. */
  #unmetNeed({ needs }: Fault): string | null {
    if (needs === 'nothing' || (needs === 'recovered' && !this.#recovering)) return null;
    const threat = this.#inForceOf(destroysData) ?? this.#inForceOf(endsProcess);
    const obstacle =
      threat === null ? this.#arena.wholeness.obstacle() : `${threat.kind} is in force`;
    return obstacle === null ? null : `beyond the budget while ${obstacle}`;
  }
}

function prefixed(machines: readonly string[], index: number, effect: string): string {
  return effect !== '' && machines.length > 1 ? `${machines[index]}: ${effect}` : effect;
}

function describeTarget({ fault, machines }: Strike): string {
  const resolved = machines.join(', ');
  return resolved === '' || resolved === fault.target
    ? fault.target
    : `${fault.target} (${resolved})`;
}
