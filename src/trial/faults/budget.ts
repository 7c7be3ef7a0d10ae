/**
 * The budget while a trial runs: what a fault needs is checked when it strikes, since only then can
 * it be known whether the cluster has recovered from what was destroyed before.
 */
import type { Observation } from '../../kafka/observation.ts';
import type { Wholeness } from '../arena/wholeness.ts';
import { destroysData, type Harm } from '../guarantees/harm.ts';
import { type Fault, kindOf } from './registry.ts';

export class Budget {
  readonly #wholeness: Wholeness;
  readonly #inForce = new Set<Fault>();
  /** Data was destroyed, and the cluster has not been whole since. */
  #recovering = false;

  constructor(wholeness: Wholeness) {
    this.#wholeness = wholeness;
  }

  struck(fault: Fault): void {
    this.#inForce.add(fault);
    if (destroysData(kindOf(fault).harm)) this.#recovering = true;
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
  unmetNeed({ needs }: Fault): string | null {
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
