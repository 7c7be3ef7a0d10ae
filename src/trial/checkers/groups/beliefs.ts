/**
 * Which members believe to own which partitions of their group, as they were told: from the moment
 * at which their application hears of a partition until it has given it up, lost it, or ended.
 */
import type { GroupHistory, OwnershipChange, Stay } from '../../history/groups.ts';

export interface Belief {
  readonly stay: Stay;
  /** Of its assignment. */
  readonly since: OwnershipChange;
}

export type OnBelief = (partition: string, belief: Belief, others: readonly Belief[]) => void;

export class Beliefs {
  readonly #history: GroupHistory;
  readonly #believers = new Map<string, Map<number, Belief>>();
  #next = 0;

  constructor(history: GroupHistory) {
    this.#history = history;
  }

  /** Goes on to the end of the history so far; tells of each belief that begins. */
  advance(onBelief: OnBelief = () => {}): void {
    const { ownership } = this.#history;
    for (; this.#next < ownership.length; this.#next++)
      this.#take(ownership[this.#next]!, onBelief);
  }

  /** Who believes to own it now. */
  of(group: string, partition: string): readonly Belief[] {
    const beliefs = this.#believers.get(`${group}/${partition}`)?.values() ?? [];
    return [...beliefs].filter(({ stay }) => stay.ended === null);
  }

  *all(): Generator<readonly [partition: string, belief: Belief]> {
    for (const [key, beliefs] of this.#believers) {
      for (const belief of beliefs.values()) {
        if (belief.stay.ended === null) yield [key.slice(key.indexOf('/') + 1), belief];
      }
    }
  }

  #take(change: OwnershipChange, onBelief: OnBelief): void {
    const stay = this.#history.stays[change.stay]!;
    for (const partition of change.partitions) {
      const key = `${stay.group}/${partition}`;
      let beliefs = this.#believers.get(key);
      if (beliefs === undefined) {
        beliefs = new Map();
        this.#believers.set(key, beliefs);
      }
      if (change.does !== 'assigned') {
        beliefs.delete(stay.id);
        continue;
      }
      for (const { stay: other } of beliefs.values()) {
        if (other.ended !== null && other.endedUs <= change.atUs) beliefs.delete(other.id);
      }
      const belief = { stay, since: change };
      const others = [...beliefs.values()].filter((each) => each.stay !== stay);
      beliefs.set(stay.id, belief);
      onBelief(partition, belief, others);
    }
  }
}
