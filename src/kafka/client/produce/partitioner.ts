import { partitionOfKey } from '../../../base/murmur2.ts';
import type { RandomStream } from '../../../host/random.ts';
import type { PartitionerName } from './producer-types.ts';

/**
 * Chooses partitions for records that name none. A record without a key sticks to one partition of
 * its topic until a new batch is begun there, so that batches fill (KIP-480).
 */
export class Partitioner {
  readonly #name: PartitionerName;
  readonly #random: RandomStream;
  /** Topic to the partition that keyless records stick to. */
  readonly #sticky = new Map<string, number>();
  readonly #nextRound = new Map<string, number>();

  constructor(name: PartitionerName, random: RandomStream) {
    this.#name = name;
    this.#random = random;
  }

  /**
   * `opensBatch` tells if a record to this partition would begin a new batch; `hasLeader` if the
   * partition can be written at present: sticky choice goes around those that cannot.
   */
  choose(
    topic: string,
    key: Uint8Array | null,
    partitionCount: number,
    opensBatch: (partition: number) => boolean,
    hasLeader: (partition: number) => boolean,
  ): number {
    if (this.#name === 'round-robin') {
      const next = this.#nextRound.get(topic) ?? 0;
      this.#nextRound.set(topic, (next + 1) % partitionCount);
      return next % partitionCount;
    }
    if (this.#name === 'default' && key !== null) return partitionOfKey(key, partitionCount);
    const current = this.#sticky.get(topic);
    if (current !== undefined && current < partitionCount && !opensBatch(current)) return current;
    const chosen = this.#another(current, partitionCount, hasLeader);
    this.#sticky.set(topic, chosen);
    return chosen;
  }

  #another(
    current: number | undefined,
    partitionCount: number,
    hasLeader: (partition: number) => boolean,
  ): number {
    if (partitionCount === 1) return 0;
    const start = this.#random.int(partitionCount);
    for (let i = 0; i < partitionCount; i++) {
      const candidate = (start + i) % partitionCount;
      if (candidate !== current && hasLeader(candidate)) return candidate;
    }
    return current !== undefined && current < partitionCount ? current : start;
  }
}
