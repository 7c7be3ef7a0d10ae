/**
 * How the cluster stands: the newest committed state of each partition and the newest leader of the
 * quorum. Proof for what the runner finds, that something has not come about.
 */
import { assert } from '../../base/assert.ts';
import { isOf, type Seen, type SeenOf } from '../history/seen.ts';
import type { Proof } from './contract.ts';
import { seenEvidence } from './evidence.ts';

/** So many partitions are shown that are not whole. */
const mostShown = 3;

export class Standing {
  readonly #partitions = new Map<string, SeenOf<'partition-committed'>>();
  #leader: SeenOf<'quorum-state'> | null = null;

  observe(seen: Seen): void {
    if (isOf(seen, 'partition-committed')) {
      const { partition, offset } = seen.observation;
      const known = this.#partitions.get(partition);
      if (known === undefined || known.observation.offset < offset)
        this.#partitions.set(partition, seen);
    } else if (isOf(seen, 'quorum-state') && seen.observation.role === 'leader') {
      const known = this.#leader?.observation.epoch ?? -1;
      if (seen.observation.epoch > known) this.#leader = seen;
    }
  }

  /** The quorum's leader, and the state of this partition, or of those that are not whole. */
  proof(partition: string | null): Proof {
    assert(this.#leader !== null, 'a cluster that has topics has had a controller');
    const about = [...this.#partitions.values()].filter(({ observation }) =>
      partition === null ? !isWhole(observation) : observation.partition === partition,
    );
    return [seenEvidence(this.#leader), ...about.slice(0, mostShown).map(seenEvidence)];
  }
}

const isWhole = ({
  isr,
  replicas,
  leader,
}: SeenOf<'partition-committed'>['observation']): boolean =>
  leader >= 0 && isr.length === replicas.length;
