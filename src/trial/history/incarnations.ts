/**
 * Topics that were made one after the other under one name are different ones. Here each partition
 * gets a name of its own: `orders-0` of the first topic called so, `orders-0#2` of the second, in the
 * order in which anybody first saw them. Clients' operations and nodes' observations are told apart
 * by the same names.
 */
import type { Uuid } from '../../base/ids.ts';

interface Known {
  readonly nth: number;
  readonly byIndex: string[];
  readonly byPartition: Map<string, string>;
}

export class Incarnations {
  readonly #known = new Map<Uuid, Known>();
  /** How many topics of a name there have been. */
  readonly #counts = new Map<string, number>();
  readonly #deleted = new Set<Uuid>();
  readonly #idOf = new Map<string, Uuid>();
  readonly #newest = new Map<string, Uuid>();

  /** Of a partition as clients know it. */
  nameOf(topic: string, index: number, topicId: Uuid): string {
    const known = this.#known.get(topicId) ?? this.#meet(topic, topicId);
    known.byIndex[index] ??= this.#name(`${topic}-${index}`, known, topicId);
    return known.byIndex[index];
  }

  /** Of a partition as observations call it, `orders-0`. */
  nameOfPartition(partition: string, topicId: Uuid): string {
    const known = this.#known.get(topicId) ?? this.#meet(topicOf(partition), topicId);
    let name = known.byPartition.get(partition);
    if (name === undefined) {
      name = this.#name(partition, known, topicId);
      known.byPartition.set(partition, name);
    }
    return name;
  }

  /** Of the newest topic of that name that anybody has seen, for who does not know which. */
  newestOf(topic: string, index: number): string {
    const id = this.#newest.get(topic);
    return id === undefined ? `${topic}-${index}` : this.nameOf(topic, index, id);
  }

  /** The topic's deletion is committed. */
  deleted(topicId: Uuid): void {
    this.#deleted.add(topicId);
  }

  /** Whether the partition of this name is of a topic that was deleted: nothing in it is owed. */
  isDeleted(name: string): boolean {
    // In most trials no topic is, and this is asked for each batch that is read.
    if (this.#deleted.size === 0) return false;
    const id = this.#idOf.get(name);
    return id !== undefined && this.#deleted.has(id);
  }

  #meet(topic: string, topicId: Uuid): Known {
    const nth = (this.#counts.get(topic) ?? 0) + 1;
    this.#counts.set(topic, nth);
    this.#newest.set(topic, topicId);
    const known: Known = { nth, byIndex: [], byPartition: new Map() };
    this.#known.set(topicId, known);
    return known;
  }

  #name(partition: string, { nth }: Known, topicId: Uuid): string {
    const name = nth === 1 ? partition : `${partition}#${nth}`;
    this.#idOf.set(name, topicId);
    return name;
  }
}

/** `orders` of `orders-0` and of `orders-0#2`. */
export function topicOf(partition: string): string {
  return partition.slice(0, partition.lastIndexOf('-'));
}

/** Whether the two are of topics of one name, made one after the other. */
export function areNamesakes(a: string, b: string): boolean {
  return topicOf(a) === topicOf(b) && nthOf(a) !== nthOf(b);
}

/** Whether `b` is of a topic made later than the one of that name that `a` is of. */
export function isSuccessor(b: string, a: string): boolean {
  return topicOf(a) === topicOf(b) && nthOf(b) > nthOf(a);
}

/** Whether another topic had its name before. */
export function hasPredecessor(name: string): boolean {
  return nthOf(name) > 1;
}

function nthOf(name: string): number {
  const at = name.lastIndexOf('#');
  return at < 0 ? 1 : Number(name.slice(at + 1));
}
