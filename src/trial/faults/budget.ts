/**
 * The budget while a trial runs: what a fault needs is checked when it strikes, since only then can
 * it be known whether the cluster has recovered from what was destroyed before.
 */
import type { Observation } from '../../kafka/observation.ts';
import type { Roster } from '../arena/roster.ts';
import type { Wholeness } from '../arena/wholeness.ts';
import { sparesVoter } from '../guarantees/guarantees.ts';
import { destroysData, type Harm } from '../guarantees/harm.ts';
import { type Fault, kindOf } from './registry.ts';

export class Budget {
  readonly #wholeness: Wholeness;
  readonly #voters: readonly string[];
  /** Voters whose disks were replaced: they vote no more. */
  readonly #replaced = new Set<string>();
  readonly #inForce = new Set<Fault>();
  /** Data was destroyed, and the cluster has not been whole since. */
  #recovering = false;

  constructor(wholeness: Wholeness, { voters }: Roster) {
    this.#wholeness = wholeness;
    this.#voters = voters;
  }

  struck(fault: Fault, machines: readonly string[]): void {
    this.#inForce.add(fault);
    const { harm } = kindOf(fault);
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
      const lost = this.#voters.filter((voter) => replaced.has(voter)).length;
      if (lost > 0 && !sparesVoter(this.#voters.length, lost))
        return 'beyond the budget while so many other voters have new disks';
    }
    if (needs === 'nothing' || (needs === 'recovered' && !this.#recovering)) return null;
    const threat = this.#threat(destroysData) ?? this.#threat((harm) => harm === 'ends-process');
    const obstacle = threat === null ? this.#wholeness.obstacle() : `${threat.kind} is in force`;
    return obstacle === null ? null : `beyond the budget while ${obstacle}`;
  }

  /** A fault in force of such harm, which may yet do what it is there for. */
  #threat(isMeant: (harm: Harm) => boolean): Fault | null {
    for (const fault of this.#inForce) if (isMeant(kindOf(fault).harm)) return fault;
    return null;
  }
}

const takesVote = (harm: Harm): boolean => harm === 'replaces-disk' || harm === 'destroys-disk';
