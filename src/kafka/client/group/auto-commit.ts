/** What there is to commit without being told: positions handed out and not committed yet. */
import type { Micros, Offset } from '../../../base/ids.ts';
import type { Consumer } from '../consume/consumer.ts';
import type { GroupRules } from './group-rules.ts';
import type { GroupSettings } from './group-types.ts';
import type { OffsetToCommit } from './offset-requests.ts';
import { keyOf, type TopicPartition } from './topic-partition.ts';

export class AutoCommit {
  readonly #reader: Consumer;
  readonly #settings: GroupSettings;
  readonly #rules: GroupRules;
  /** By partition, as last acknowledged. */
  readonly #committed = new Map<string, Offset>();
  #dueUs: Micros | null = null;

  constructor(reader: Consumer, settings: GroupSettings, rules: GroupRules) {
    this.#reader = reader;
    this.#settings = settings;
    this.#rules = rules;
  }

  /** Of these, those that have moved since they were committed. */
  positions(partitions: readonly TopicPartition[]): OffsetToCommit[] {
    return partitions.flatMap(({ topic, partition }) => {
      const consumed = this.#reader.consumed(topic, partition);
      if (consumed === null) return [];
      const { handedOut, fetched, leaderEpoch } = consumed;
      const offset = this.#rules.committable({ handedOut, fetched });
      if (this.#committed.get(keyOf({ topic, partition })) === offset) return [];
      // The epoch is that of what was fetched last.
      return [{ topic, partition, offset, leaderEpoch: offset === fetched ? leaderEpoch : -1 }];
    });
  }

  committed(offsets: readonly OffsetToCommit[]): void {
    for (const each of offsets) this.#committed.set(keyOf(each), each.offset);
  }

  forget(partitions: readonly TopicPartition[]): void {
    for (const each of partitions) this.#committed.delete(keyOf(each));
  }

  /** Says once an interval that it is time. */
  isDue(nowUs: Micros): boolean {
    if (nowUs < this.dueUs(nowUs)) return false;
    this.#dueUs = nowUs + this.#settings.autoCommitIntervalUs;
    return true;
  }

  dueUs(nowUs: Micros): Micros {
    this.#dueUs ??= nowUs + this.#settings.autoCommitIntervalUs;
    return this.#dueUs;
  }
}
