/**
 * Which topics clients know of: those of the scenario, and what the administrator has made since.
 * As in life, somebody told them; producers leave a topic whose deletion was asked for, consumers
 * stay.
 */
import type { Micros } from '../../base/ids.ts';

export interface DirectoryEntry {
  readonly name: string;
  readonly partitions: number;
}

export class TopicDirectory {
  readonly #entries = new Map<string, DirectoryEntry>();
  #writable: readonly string[] = [];
  readonly #gone = new Set<string>();
  /** Rises with each change. */
  version = 0;

  constructor(topics: readonly DirectoryEntry[]) {
    for (const { name, partitions } of topics) this.#entries.set(name, { name, partitions });
    this.#changed();
  }

  /** Where producers send to; never empty while any topic is known. */
  get writable(): readonly string[] {
    return this.#writable;
  }

  /** What consumers read, those that were deleted too. */
  get all(): readonly DirectoryEntry[] {
    return [...this.#entries.values()];
  }

  /** It is there, or may be, with at least so many partitions. */
  note(name: string, partitions: number): void {
    const known = this.#entries.get(name)?.partitions ?? 0;
    this.#entries.set(name, { name, partitions: Math.max(known, partitions) });
    this.#gone.delete(name);
    this.#changed();
  }

  deleted(name: string): void {
    this.#gone.add(name);
    this.#changed();
  }

  #changed(): void {
    const names = [...this.#entries.keys()];
    const left = names.filter((name) => !this.#gone.has(name));
    this.#writable = left.length > 0 ? left : names;
    this.version++;
  }
}

/** How often a consumer looks for topics and partitions it has not heard of. */
export const directoryLookUs: Micros = 1_000_000;
