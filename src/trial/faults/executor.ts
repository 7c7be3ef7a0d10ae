/**
 * Carries out a plan: each fault strikes at its time or when its trigger is seen, ends after its
 * duration, and is reported with whom it struck and what it did. A fault whose needs are not met
 * when its time comes is withheld.
 */
import { microsToMs, msToMicros } from '../../base/time.ts';
import type { Observation } from '../../kafka/observation.ts';
import type { Arena } from '../arena/arena.ts';
import { resolveTarget } from '../targets/registry.ts';
import { Budget } from './budget.ts';
import type { ActiveFault, Effect } from './kind.ts';
import { type Fault, type FaultKindName, kindOf } from './registry.ts';
import { triggerInWords, Watch } from './trigger.ts';

/** What became of one fault of the plan: plain data. */
export interface FaultReport {
  /** Its place in the plan. */
  readonly id: number;
  readonly kind: FaultKindName;
  /** Virtual milliseconds since the trial began; −1 when its trigger was never seen. */
  readonly at: number;
  /** As planned: a machine or a role. */
  readonly target: string;
  /** Whom it struck, and what it did there, counted by name; empty when it did not strike. */
  readonly struck: readonly { readonly machine: string; readonly effect: Effect }[];
  /** Why it did not strike; null when it did. */
  readonly withheld: string | null;
  readonly tookEffect: boolean;
}

interface Strike {
  readonly id: number;
  readonly fault: Fault;
  readonly atMs: number;
  readonly struck: readonly { readonly machine: string; readonly active: ActiveFault }[];
  readonly withheld: string | null;
}

/** A fault that waits to see its trigger. */
interface Armed {
  readonly id: number;
  readonly fault: Fault;
  readonly afterMs: number;
  readonly watch: Watch;
}

/** What a trace is told of a fault. */
export interface FaultFact {
  readonly is: 'fault';
  readonly step: 'strikes' | 'ends' | 'withheld';
  /** Its place in the plan. */
  readonly id: number;
  readonly kind: FaultKindName;
  readonly target: string;
  readonly machines?: readonly string[];
  readonly durationMs?: number;
  /** Why it does not strike. */
  readonly withheld?: string;
}

const faultFact = (
  step: FaultFact['step'],
  id: number,
  { kind, target }: Fault,
  more: Partial<FaultFact>,
): FaultFact => ({ is: 'fault', step, id, kind, target, ...more });

export class FaultExecutor {
  readonly #arena: Arena;
  readonly #budget: Budget;
  readonly #strikes: Strike[] = [];
  readonly #inForce = new Set<Strike>();
  #armed: Armed[] = [];
  #lastStruck: readonly string[] = [];
  #over = false;

  constructor(arena: Arena) {
    this.#arena = arena;
    this.#budget = new Budget(arena);
  }

  /** Schedules all faults, counted from now. */
  begin(faults: readonly Fault[]): void {
    for (const [id, fault] of faults.entries()) {
      const label = `fault ${fault.kind} on ${fault.target}`;
      this.#arena.world.schedule(msToMicros(fault.atMs), label, () => this.#begin(id, fault));
    }
  }

  /** Told whatever the cluster shows, inside the event in which it happens. */
  observe(observation: Observation): void {
    this.#budget.observe(observation);
    for (const armed of this.#armed) if (armed.watch.observe(observation)) this.#triggered(armed);
  }

  /** Apart from the loop that looks: there its closures would cost a context each time. */
  #triggered(armed: Armed): void {
    this.#armed = this.#armed.filter((one) => one !== armed);
    const { id, fault, afterMs } = armed;
    const label = `fault ${fault.kind} on ${fault.target}`;
    this.#arena.world.schedule(msToMicros(afterMs), label, () => this.#strike(id, fault));
  }

  /** Ends whatever is still in force; from now on nothing strikes. */
  endAll(): void {
    this.#over = true;
    for (const { id, fault } of this.#armed) {
      this.#withhold(id, fault, -1, `${triggerInWords(fault.when!)} never came`);
    }
    this.#armed = [];
    for (const strike of [...this.#inForce]) this.#end(strike);
  }

  reports(): FaultReport[] {
    return this.#strikes.map(({ id, fault, atMs, struck, withheld }) => {
      const effects = struck.map(({ machine, active }) => ({ machine, effect: active.effect() }));
      return {
        id,
        kind: fault.kind,
        at: atMs,
        target: fault.target,
        struck: effects,
        withheld,
        tookEffect: effects.some(({ effect }) => Object.values(effect).some((n) => n !== 0)),
      };
    });
  }

  #begin(id: number, fault: Fault): void {
    if (fault.when === undefined) {
      this.#strike(id, fault);
      return;
    }
    const { machineOf } = this.#arena.roster;
    const watch = new Watch(fault.when, machineOf);
    this.#armed.push({ id, fault, afterMs: fault.when.afterMs, watch });
  }

  #strike(id: number, fault: Fault): void {
    if (this.#over) return;
    const { world, roster, view } = this.#arena;
    const atMs = microsToMs(world.now);
    const machines = resolveTarget(fault.target, { roster, view, lastStruck: this.#lastStruck });
    const withheld =
      machines.length === 0 ? 'nobody has that role' : this.#budget.unmetNeed(fault, machines);
    if (withheld !== null) {
      const told = `${fault.kind} on ${fault.target}: ${withheld}`;
      world.note('fault withheld', told, () => faultFact('withheld', id, fault, { withheld }));
      this.#withhold(id, fault, atMs, withheld);
      return;
    }
    world.note(
      'fault',
      `${fault.kind} on ${fault.target} (${machines.join(', ')}) for ${fault.durationMs} ms`,
      () => faultFact('strikes', id, fault, { machines, durationMs: fault.durationMs }),
    );
    this.#lastStruck = machines;
    const kind = kindOf(fault);
    const struck = machines.map((name) => {
      const strike = { fault, machine: world.machine(name), machines, arena: this.#arena };
      return { machine: name, active: kind.strike(strike) };
    });
    const strike: Strike = { id, fault, atMs, struck, withheld: null };
    this.#strikes.push(strike);
    this.#inForce.add(strike);
    this.#budget.struck(fault, machines);
    world.schedule(msToMicros(fault.durationMs), `end of ${fault.kind} on ${fault.target}`, () =>
      this.#end(strike),
    );
  }

  #withhold(id: number, fault: Fault, atMs: number, withheld: string): void {
    this.#strikes.push({ id, fault, atMs, struck: [], withheld });
  }

  #end(strike: Strike): void {
    if (!this.#inForce.delete(strike)) return;
    const { id, fault } = strike;
    const machines = strike.struck.map(({ machine }) => machine);
    this.#arena.world.note('fault ends', `${fault.kind} on ${machines.join(', ')}`, () =>
      faultFact('ends', id, fault, { machines }),
    );
    for (const { active } of strike.struck) active.end();
    this.#budget.ended(strike.fault);
  }
}
