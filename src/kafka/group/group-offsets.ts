/**
 * The offsets of one group. Each partition has what was appended last and what was committed to the
 * log last: decisions go by the former, clients are told the latter, so that nobody reads an offset
 * that a failover could take back.
 */
import type { Offset } from '../../base/ids.ts';
import type { CommittedOffset } from './records.ts';

/** Null where there is none. */
export interface OffsetEntry {
  readonly topic: string;
  readonly partition: number;
  latest: CommittedOffset | null;
  committed: CommittedOffset | null;
  /** Where in the log `latest` stands. */
  latestAt: Offset;
}

export class GroupOffsets {
  readonly #topics = new Map<string, Map<number, OffsetEntry>>();

  /** A record stands at `at` of the log. */
  apply(topic: string, partition: number, value: CommittedOffset | null, at: Offset): OffsetEntry {
    let partitions = this.#topics.get(topic);
    if (partitions === undefined) {
      partitions = new Map();
      this.#topics.set(topic, partitions);
    }
    let entry = partitions.get(partition);
    if (entry === undefined) {
      entry = { topic, partition, latest: null, committed: null, latestAt: at };
      partitions.set(partition, entry);
    }
    entry.latest = value;
    entry.latestAt = at;
    return entry;
  }

  /** The record at `at` is committed. */
  commit(entry: OffsetEntry, value: CommittedOffset | null, at: Offset): void {
    entry.committed = value;
    if (value !== null || entry.latestAt !== at) return;
    const partitions = this.#topics.get(entry.topic);
    if (partitions?.get(entry.partition) !== entry) return;
    partitions.delete(entry.partition);
    if (partitions.size === 0) this.#topics.delete(entry.topic);
  }

  committed(topic: string, partition: number): CommittedOffset | null {
    return this.#topics.get(topic)?.get(partition)?.committed ?? null;
  }

  latest(topic: string, partition: number): CommittedOffset | null {
    return this.#topics.get(topic)?.get(partition)?.latest ?? null;
  }

  /** By topic, in the order in which they first came. */
  *entries(): Generator<OffsetEntry> {
    for (const partitions of this.#topics.values()) yield* partitions.values();
  }

  *committedTopics(): Generator<readonly [string, readonly OffsetEntry[]]> {
    for (const [topic, partitions] of this.#topics) {
      const known = [...partitions.values()].filter(({ committed }) => committed !== null);
      if (known.length > 0) yield [topic, known];
    }
  }

  /** Nothing is there, not even something whose end is not committed yet. */
  get isGone(): boolean {
    return this.#topics.size === 0;
  }
}
