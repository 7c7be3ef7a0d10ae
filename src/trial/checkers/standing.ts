/**
 * How the cluster stands: the newest committed state of each partition and the newest leader of the
 * quorum. Proof for what the runner finds, that something has not come about.
 */
import { assert } from '../../base/assert.ts';
import type { Incarnations } from '../history/incarnations.ts';
import type { Handlers, SeenOf } from '../history/seen.ts';
import type { Proof } from './contract.ts';
import { seenEvidence } from './evidence.ts';

/** So many partitions are shown that are not whole. */
const mostShown = 3;

export class Standing {
  readonly #incarnations: Incarnations;
  /** By names that tell topics of one name apart. */
  readonly #partitions = new Map<string, SeenOf<'partition-committed'>>();
  #leader: SeenOf<'quorum-state'> | null = null;

  constructor(incarnations: Incarnations) {
    this.#incarnations = incarnations;
  }

  readonly on: Handlers = {
    'partition-committed': (seen) => {
      const { partition, topicId, offset } = seen.observation;
      const name = this.#incarnations.nameOfPartition(partition, topicId);
      const known = this.#partitions.get(name);
      if (known === undefined || known.observation.offset < offset)
        this.#partitions.set(name, seen);
    },
    'quorum-state': (seen) => {
      if (seen.observation.role !== 'leader') return;
      const known = this.#leader?.observation.epoch ?? -1;
      if (seen.observation.epoch > known) this.#leader = seen;
    },
  };

  /** The quorum's leader, and the state of this partition, or of those that are not whole. */
  proof(partition: string | null): Proof {
    assert(this.#leader !== null, 'a cluster that has topics has had a controller');
    const about = [...this.#partitions].filter(
      ([name, { observation }]) =>
        !this.#incarnations.isDeleted(name) &&
        (partition === null ? !isWhole(observation) : name === partition),
    );
    const shown = about.slice(0, mostShown).map(([, seen]) => seenEvidence(seen));
    return [seenEvidence(this.#leader), ...shown];
  }
}

const isWhole = ({
  isr,
  replicas,
  leader,
}: SeenOf<'partition-committed'>['observation']): boolean =>
  leader >= 0 && isr.length === replicas.length;
