/**
 * The budget while a trial runs: what a fault needs is checked when it strikes, since only then can
 * it be known whether the cluster has recovered from what was destroyed before.
 */
import type { NodeId } from '../../base/ids.ts';
import type { Observation } from '../../kafka/observation.ts';
import type { Arena } from '../arena/arena.ts';
import type { Roster } from '../arena/roster.ts';
import type { Wholeness } from '../arena/wholeness.ts';
import { sparesVoter } from '../guarantees/guarantees.ts';
import { destroysData, type Harm } from '../guarantees/harm.ts';
import type { ClusterView } from '../history/cluster-view.ts';
import { type Fault, kindOf } from './registry.ts';

export class Budget {
  readonly #wholeness: Wholeness;
  readonly #view: ClusterView;
  readonly #roster: Roster;
  /** Voters whose disks were replaced: they vote no more. */
  readonly #replaced = new Set<string>();
  /** Faults in force that may cost something, and whom they strike. */
  readonly #inForce = new Map<Fault, readonly string[]>();
  /** Data was destroyed, and the cluster has not been whole since. */
  #recovering = false;

  constructor({ wholeness, view, roster }: Pick<Arena, 'wholeness' | 'view' | 'roster'>) {
    this.#wholeness = wholeness;
    this.#view = view;
    this.#roster = roster;
  }

  struck(fault: Fault, machines: readonly string[]): void {
    const { harm } = kindOf(fault);
    if (harm !== 'nothing') this.#inForce.set(fault, machines);
    if (destroysData(harm)) this.#recovering = true;
    if (takesVote(harm)) for (const machine of machines) this.#replaced.add(machine);
  }

  ended(fault: Fault): void {
    this.#inForce.delete(fault);
  }

  /** The cluster may have become whole. */
  observe({ kind }: Observation): void {
    if (!this.#recovering || kind !== 'partition-committed') return;
    if (this.#threat(destroysData) !== null) return;
    if (this.#wholeness.obstacle() === null) this.#recovering = false;
  }

  /** Why the budget does not allow this fault now; null when it does. */
  unmetNeed(fault: Fault, machines: readonly string[]): string | null {
    const { needs } = fault;
    if (needs === 'whole' && kindOf(fault).harm === 'replaces-disk') {
      const replaced = new Set([...this.#replaced, ...machines]);
      const { voters } = this.#roster;
      const lost = voters.filter((voter) => replaced.has(voter)).length;
      if (lost > 0 && !sparesVoter(voters.length, lost))
        return 'beyond the budget while so many other voters have new disks';
    }
    if (needs === 'nothing' || (needs === 'recovered' && !this.#recovering)) return null;
    if (needs === 'copy') return this.#missingCopy(machines);
    const threat = this.#threat(destroysData) ?? this.#threat((harm) => harm === 'ends-process');
    const obstacle = threat === null ? this.#wholeness.obstacle() : `${threat.kind} is in force`;
    return obstacle === null ? null : `beyond the budget while ${obstacle}`;
  }

  /**
   * Each partition of these machines must have another replica that is in sync, is there, and that
   * no fault in force may yet stop: it keeps what the machines lose, for nothing ends its process
   * before they have caught up.
   */
  #missingCopy(machines: readonly string[]): string | null {
    if (this.#recovering) return 'beyond the budget while what was destroyed is not replaced';
    const { machineOf } = this.#roster;
    const endangered = new Set(machines);
    for (const strike of this.#inForce.values()) for (const name of strike) endangered.add(name);
    for (const { partition, replicas, isr } of this.#view.partitions.values()) {
      if (!replicas.some((node) => machines.includes(machineOf(node)))) continue;
      const isSafe = (node: NodeId): boolean =>
        !endangered.has(machineOf(node)) && this.#wholeness.isPresent(node);
      if (!isr.some(isSafe)) return `beyond the budget while only they have ${partition}`;
    }
    return null;
  }

  /** A fault in force of such harm, which may yet do what it is there for. */
  #threat(isMeant: (harm: Harm) => boolean): Fault | null {
    for (const fault of this.#inForce.keys()) if (isMeant(kindOf(fault).harm)) return fault;
    return null;
  }
}

const takesVote = (harm: Harm): boolean => harm === 'replaces-disk' || harm === 'destroys-disk';
