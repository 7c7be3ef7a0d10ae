/**
 * Where newly owned partitions begin: where the application sought, else behind what the group has
 * committed, else by the reset policy.
 */
import type { Offset } from '../../../base/ids.ts';
import { msToMicros } from '../../../base/time.ts';
import type { Consumer } from '../consume/consumer.ts';
import { ClientError } from '../errors.ts';
import type { ClientSettings } from '../settings.ts';
import type { Committer } from './committer.ts';
import type { CommittedOffset } from './offset-requests.ts';
import { keyOf, type TopicPartition } from './topic-partition.ts';

export interface StartingPointsParts {
  readonly settings: ClientSettings;
  readonly reset: 'earliest' | 'latest' | 'none';
  readonly committer: Committer;
  readonly reader: Consumer;
  readonly failed: (error: ClientError, partition: TopicPartition) => void;
  readonly started?: ((partition: TopicPartition, committed: Offset | null) => void) | undefined;
  readonly apiTimeoutUs: number;
}

export class StartingPoints {
  readonly #parts: StartingPointsParts;
  /** Without a position yet. A partition that went and came again is another object. */
  readonly #open = new Map<string, TopicPartition>();
  #closed = false;

  constructor(parts: StartingPointsParts) {
    this.#parts = parts;
  }

  add(partitions: readonly TopicPartition[]): void {
    for (const each of partitions) this.#open.set(keyOf(each), each);
  }

  /** The application has decided, or the partition has gone. */
  remove(partitions: readonly TopicPartition[]): void {
    for (const each of partitions) this.#open.delete(keyOf(each));
  }

  /** Looks up those of these that are still open. */
  find(partitions: readonly TopicPartition[]): void {
    const asked = partitions.filter((each) => this.#open.get(keyOf(each)) === each);
    if (asked.length === 0 || this.#closed) return;
    const { committer, apiTimeoutUs } = this.#parts;
    committer.fetch(asked, apiTimeoutUs, (offsets, error) => {
      if (this.#closed) return;
      if (offsets !== null) this.#start(asked, offsets);
      else this.#again(asked, error);
    });
  }

  close(): void {
    this.#closed = true;
  }

  #start(asked: readonly TopicPartition[], offsets: readonly CommittedOffset[]): void {
    const found = new Map(offsets.map((each) => [keyOf(each), each]));
    const { reader, reset, failed } = this.#parts;
    for (const each of asked) {
      if (this.#open.get(keyOf(each)) !== each) continue;
      this.#open.delete(keyOf(each));
      const { topic, partition } = each;
      const committed = found.get(keyOf(each));
      this.#parts.started?.(each, (committed?.offset ?? -1) < 0 ? null : committed!.offset);
      if (committed !== undefined && committed.offset >= 0) {
        reader.seek(topic, partition, committed.offset, committed.leaderEpoch);
      } else if (reset !== 'none') {
        reader.seek(topic, partition, reset);
      } else {
        const text = `nothing is committed for ${topic}-${partition}`;
        failed(new ClientError('no-committed-offset', text), each);
      }
    }
  }

  /** Without an answer there is no place to begin: it is asked again, and the error is told. */
  #again(asked: readonly TopicPartition[], error: ClientError | null): void {
    const open = asked.filter((each) => this.#open.get(keyOf(each)) === each);
    const [first] = open;
    if (first === undefined) return;
    if (error !== null) this.#parts.failed(error, first);
    const { host, retryBackoff } = this.#parts.settings;
    host.timers.after(Math.max(retryBackoff.maxUs, msToMicros(1)), () => this.find(open));
  }
}
