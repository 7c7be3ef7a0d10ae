/**
 * A partition as a coordinator of this broker sees it, which leads it in one epoch: it reads the
 * log up to its end, committed or not, and hears when what it has read is committed. Once the epoch
 * is over it answers with null, and whoever waits hears NOT_LEADER_OR_FOLLOWER.
 */
import type { LeaderEpoch, Offset } from '../../base/ids.ts';
import { KafkaError } from '../protocol/errors.ts';
import type { Completions } from './completions.ts';
import type { ProduceResult } from './contract.ts';
import type { Deadlines } from './deadlines.ts';
import { DelayedProduce } from './delayed-produce.ts';
import type { Partition } from './partition.ts';

export interface LedLog {
  readonly logStartOffset: Offset;
  readonly logEndOffset: Offset;
  readonly highWatermark: Offset;
}

export interface LedPartitionOptions {
  readonly completions: Completions;
  readonly deadlines: Deadlines;
  /** Of what a read threw; an I/O error ends the process. */
  readonly codeOf: (error: unknown, doing: string) => number;
}

export class LedPartition {
  readonly #partition: Partition;
  readonly #leaderEpoch: LeaderEpoch;
  readonly #completions: Completions;
  readonly #deadlines: Deadlines;
  readonly #codeOf: (error: unknown, doing: string) => number;

  constructor(partition: Partition, leaderEpoch: LeaderEpoch, options: LedPartitionOptions) {
    this.#partition = partition;
    this.#leaderEpoch = leaderEpoch;
    this.#completions = options.completions;
    this.#deadlines = options.deadlines;
    this.#codeOf = options.codeOf;
  }

  /** Null once this broker does not lead in that epoch any more. */
  get log(): LedLog | null {
    const { leader, log, highWatermark } = this.#partition;
    if (leader?.leaderEpoch !== this.#leaderEpoch) return null;
    return { logStartOffset: log.logStartOffset, logEndOffset: log.logEndOffset, highWatermark };
  }

  /** Whole batches from the one that holds `from`; see `Log.read`. Throws a KafkaError. */
  read(from: Offset, maxBytes: number): Uint8Array {
    const { log, name } = this.#partition;
    try {
      return log.read(from, maxBytes, log.logEndOffset);
    } catch (error) {
      throw new KafkaError(this.#codeOf(error, `reading ${name}`));
    }
  }

  /**
   * `done` runs once, in a later event: with none as soon as all below `end` is committed, or with
   * what came in between. Only while `log` is not null.
   */
  whenCommitted(end: Offset, done: (code: number) => void): void {
    const partition = this.#partition;
    const result = { topic: partition.topic, errorCode: 0 } as ProduceResult;
    const answer = ([settled]: ProduceResult[]): void => done(settled?.errorCode ?? 0);
    const waiting = new DelayedProduce([result], answer, this.#completions, this.#deadlines);
    waiting.waitFor(0, end, partition.waiters.commits);
  }
}
