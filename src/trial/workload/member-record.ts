/**
 * What one consumer object does in its group, written into the history as it happens: its stay, the
 * partitions it has, where it begins to read them, its commits, what it is handed and what is done
 * with it.
 */
import type { Micros, Uuid } from '../../base/ids.ts';
import { msToMicros } from '../../base/time.ts';
import type { ConsumedRecord } from '../../kafka/client/consume/consumer-types.ts';
import type { ClientError } from '../../kafka/client/errors.ts';
import type { GroupConsumer } from '../../kafka/client/group/group-consumer.ts';
import type { GroupConsumerOptions } from '../../kafka/client/group/group-types.ts';
import type { OffsetToCommit } from '../../kafka/client/group/offset-requests.ts';
import { keyOf, type TopicPartition } from '../../kafka/client/group/topic-partition.ts';
import { errorCode, errorName } from '../../kafka/protocol/errors.ts';
import type { OwnershipChange, Signature, Stay } from '../history/groups.ts';
import type { History } from '../history/history.ts';
import { columns } from './consumer.ts';

export interface RecordRole {
  readonly history: History;
  readonly now: () => Micros;
  /** Number of the consumer in polls. */
  readonly consumer: number;
  readonly nextSession: () => number;
  /** Of the topic of that name, as the client knows it now; undefined where it does not. */
  readonly topicId: (topic: string) => Uuid | undefined;
}

/** Records of one partition that one poll handed over. */
export interface Handful {
  readonly topic: string;
  readonly partition: number;
  /** As the history calls the partition. */
  readonly name: string;
  readonly records: readonly ConsumedRecord[];
}

interface Owned {
  readonly name: string;
  readonly session: number;
}

export class MemberRecord {
  readonly stay: Stay;
  readonly #role: RecordRole;
  /** Set as soon as there is one. */
  consumer: GroupConsumer | null = null;
  readonly #owned = new Map<string, Owned>();

  constructor(role: RecordRole, stay: Stay) {
    this.#role = role;
    this.stay = stay;
  }

  /** What the consumer is to tell beside its records and revocations. */
  listeners(): Pick<GroupConsumerOptions, 'onStart' | 'onCommit' | 'onTopicChange'> {
    return {
      onStart: (partition, committed) => {
        const { history, now } = this.#role;
        history.groups.start({
          stay: this.stay.id,
          atUs: now(),
          partition: this.#nameOf(partition),
          committed,
          position: committed ?? -1,
        });
      },
      onCommit: (offsets) => this.#commit(offsets),
      onTopicChange: (topic, partition, topicId) =>
        this.#passOn({ topic, partition }, this.#role.history.nameOf(topic, partition, topicId)),
    };
  }

  owns(does: OwnershipChange['does'], partitions: readonly TopicPartition[]): void {
    const { nextSession } = this.#role;
    const names = partitions.map((each) => this.#nameOf(each));
    for (const [i, each] of partitions.entries()) {
      if (does === 'assigned')
        this.#owned.set(keyOf(each), { name: names[i]!, session: nextSession() });
      else this.#owned.delete(keyOf(each));
    }
    this.#note(does, names);
  }

  has(partition: TopicPartition): boolean {
    return this.#owned.has(keyOf(partition));
  }

  /** What a poll handed over, partition by partition. */
  polled(records: readonly ConsumedRecord[]): Handful[] {
    const { history, now, consumer } = this.#role;
    const handfuls = byPartition(records).map((own): Handful => {
      const { topic, partition, topicId } = own[0]!;
      const name = history.nameOf(topic, partition, topicId);
      this.#passOn({ topic, partition }, name);
      return { topic, partition, name, records: own };
    });
    for (const { topic, partition, name, records: own } of handfuls) {
      history.poll({
        consumer,
        stay: this.stay.id,
        session: this.#owned.get(keyOf({ topic, partition }))?.session ?? 0,
        phase: 'workload',
        partition: name,
        atUs: now(),
        ...columns(own),
      });
    }
    return handfuls;
  }

  processed(handfuls: readonly Handful[]): void {
    const { history, now } = this.#role;
    for (const { name, records } of handfuls) {
      const offsets = records.map(({ offset }) => offset);
      history.groups.process({ stay: this.stay.id, atUs: now(), partition: name, offsets });
    }
  }

  /** Closes the consumer; the stay ends with it. */
  async close(consumer: GroupConsumer, timeoutMs: number): Promise<void> {
    const { history, now } = this.#role;
    const { groups } = history;
    const withinUs = msToMicros(timeoutMs);
    const close = groups.invokeClose({ stay: this.stay.id, invokedUs: now(), withinUs });
    await consumer.close({ timeoutMs });
    groups.complete(close, 'ok', now());
    this.#end('closed');
  }

  failed(): void {
    this.#end('failed');
  }

  #note(does: OwnershipChange['does'], partitions: readonly string[]): void {
    const { history, now } = this.#role;
    const signature = this.#signature();
    history.groups.owns({ stay: this.stay.id, does, atUs: now(), signature, partitions });
  }

  /** Who owns a name goes on with the topic that has it now: one is given up, the other begins. */
  #passOn(partition: TopicPartition, name: string): void {
    const owned = this.#owned.get(keyOf(partition));
    if (owned === undefined || owned.name === name) return;
    this.#note('revoked', [owned.name]);
    this.#owned.set(keyOf(partition), { name, session: this.#role.nextSession() });
    this.#note('assigned', [name]);
  }

  #end(how: 'closed' | 'failed'): void {
    const { history, now } = this.#role;
    if (this.stay.ended === null) history.groups.end(this.stay, how, now());
  }

  #commit(offsets: readonly OffsetToCommit[]): (error: ClientError | null) => void {
    const { history, now } = this.#role;
    const commit = history.groups.invokeCommit({
      stay: this.stay.id,
      invokedUs: now(),
      signature: this.#signature(),
      offsets: offsets.map((each) => ({ partition: this.#nameOf(each), offset: each.offset })),
    });
    return (error) => {
      const outcome = error === null ? 'ok' : error.outcome === 'failed' ? 'fail' : 'info';
      history.groups.complete(commit, outcome, now(), nameOfError(error));
    };
  }

  #signature(): Signature {
    const { memberId = '', epoch = -1 } = this.consumer?.member ?? {};
    return { memberId, epoch };
  }

  /** A partition keeps its name while it is owned, until another topic is known to have it. */
  #nameOf({ topic, partition }: TopicPartition): string {
    const owned = this.#owned.get(keyOf({ topic, partition }));
    if (owned !== undefined) return owned.name;
    const { history, topicId } = this.#role;
    const id = topicId(topic);
    return id === undefined
      ? history.incarnations.newestOf(topic, partition)
      : history.nameOf(topic, partition, id);
  }
}

function nameOfError(error: ClientError | null): string | null {
  if (error === null) return null;
  return error.code === errorCode.none ? error.kind : errorName(error.code);
}

function byPartition(records: readonly ConsumedRecord[]): ConsumedRecord[][] {
  const found = new Map<string, ConsumedRecord[]>();
  for (const record of records) {
    const key = `${keyOf(record)}:${record.topicId}`;
    const known = found.get(key);
    if (known === undefined) found.set(key, [record]);
    else known.push(record);
  }
  return [...found.values()];
}
