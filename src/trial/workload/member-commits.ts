/**
 * What a member that commits after processing has done and not committed yet. One commit is under
 * way at a time; what was lost or given up is not committed any more.
 */
import type { Micros, Offset } from '../../base/ids.ts';
import type { Timer, Timers } from '../../host/timers.ts';
import type { OffsetToCommit } from '../../kafka/client/group/offset-requests.ts';
import { keyOf, type TopicPartition } from '../../kafka/client/group/topic-partition.ts';
import type { Handful } from './member-record.ts';

interface Parts {
  readonly timers: Timers;
  readonly now: () => Micros;
  readonly everyUs: Micros;
  /** Resolves when it is known what became of it; true where it is certain that it happened. */
  readonly commit: (offsets: readonly OffsetToCommit[]) => Promise<boolean>;
}

export class MemberCommits {
  readonly #parts: Parts;
  readonly #done = new Map<string, OffsetToCommit>();
  #dueUs: Micros;
  #isUnderWay = false;
  #timer: Timer | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#dueUs = parts.now() + parts.everyUs;
  }

  /** These are processed. */
  note(handfuls: readonly Handful[]): void {
    for (const { topic, partition, records } of handfuls) {
      this.#done.set(keyOf({ topic, partition }), { topic, partition, offset: behind(records) });
    }
    this.#commitIfDue();
  }

  /** Commits what is done of these, whatever else is under way. */
  async flush(partitions: readonly TopicPartition[]): Promise<void> {
    const offsets = partitions.flatMap((each) => this.#done.get(keyOf(each)) ?? []);
    if (offsets.length > 0) await this.#commit(offsets);
  }

  forget(partitions: readonly TopicPartition[]): void {
    for (const each of partitions) this.#done.delete(keyOf(each));
  }

  close(): void {
    this.#timer?.cancel();
    this.#done.clear();
  }

  #commitIfDue(): void {
    const { timers, now, everyUs } = this.#parts;
    if (this.#done.size === 0 || this.#isUnderWay || this.#timer !== null) return;
    const leftUs = this.#dueUs - now();
    if (leftUs > 0) {
      this.#timer = timers.after(leftUs, () => {
        this.#timer = null;
        this.#commitIfDue();
      });
      return;
    }
    this.#dueUs = now() + everyUs;
    this.#isUnderWay = true;
    void this.#commit([...this.#done.values()]).then((isDone) => {
      this.#isUnderWay = false;
      // What was refused is due again in its time, not at once.
      if (!isDone) this.#dueUs = Math.max(this.#dueUs, now() + leastPauseUs);
      this.#commitIfDue();
    });
  }

  async #commit(offsets: readonly OffsetToCommit[]): Promise<boolean> {
    const isDone = await this.#parts.commit(offsets);
    if (!isDone) return false;
    for (const each of offsets) {
      if (this.#done.get(keyOf(each)) === each) this.#done.delete(keyOf(each));
    }
    return true;
  }
}

const leastPauseUs: Micros = 100_000;

export const behind = (records: Handful['records']): Offset => records.at(-1)!.offset + 1;
