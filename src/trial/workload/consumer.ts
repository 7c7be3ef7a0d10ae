/**
 * A program that reads every partition from its beginning and writes into the history what it was
 * given. Whenever its position is set anew, by the plan or by a new process, a new session begins.
 */
import type { Micros, Uuid } from '../../base/ids.ts';
import { msToMicros } from '../../base/time.ts';
import type { Host, Program } from '../../host/host.ts';
import type { Address } from '../../host/network.ts';
import { KafkaClient } from '../../kafka/client/client.ts';
import type { Consumer } from '../../kafka/client/consume/consumer.ts';
import type { SeekTarget } from '../../kafka/client/consume/consumer-types.ts';
import { type ClientRules, clientRules } from '../../kafka/client/rules.ts';
import type { StoredRecord } from '../../kafka/records/reader.ts';
import type { ConsumerActor } from '../activities/actors.ts';
import { activityKindOf } from '../activities/registry.ts';
import { directoryLookUs, type TopicDirectory } from '../activities/topic-directory.ts';
import type { History } from '../history/history.ts';
import { type ActivityShare, Performer } from './performer.ts';
import { valueIn } from './values.ts';

export interface TopicPartitions {
  readonly name: string;
  readonly partitions: number;
}

export interface ConsumerRole {
  readonly index: number;
  readonly topics: readonly TopicPartitions[];
  readonly bootstrap: readonly Address[];
  /** In place of the right ones. */
  readonly rules: Partial<ClientRules>;
  readonly history: History;
  readonly now: () => Micros;
  /** Null where the plan has no activities: topics stay as they are. */
  readonly active: (ActivityShare & { readonly directory: TopicDirectory }) | null;
}

export function consumerProgram(role: ConsumerRole): Program {
  const numbers = { sessions: 0, incarnations: 0 };
  return (host) => {
    const reader = new Reader(host, role, () => numbers.sessions++);
    const isLate = reader.act(numbers.incarnations++);
    if (!isLate) reader.begin();
    return {
      stop() {
        reader.close();
        host.exit(0, 'asked to stop');
      },
    };
  };
}

/** One process of a consumer. */
class Reader {
  readonly #host: Host;
  readonly #role: ConsumerRole;
  readonly #client: KafkaClient;
  readonly #nextSession: () => number;
  /** Of all partitions that have none of their own. */
  #session = 0;
  readonly #ownSessions = new Map<string, number>();
  #consumer: Consumer | null = null;
  #topics: readonly TopicPartitions[];
  #partitions: readonly { readonly topic: string; readonly partition: number }[];

  constructor(host: Host, role: ConsumerRole, nextSession: () => number) {
    const { bootstrap, index, topics } = role;
    const rules = { ...clientRules, ...role.rules };
    this.#host = host;
    this.#role = role;
    this.#nextSession = nextSession;
    this.#topics = topics;
    this.#partitions = everyPartition(topics);
    this.#client = new KafkaClient({ host, clientId: `c${index}`, bootstrap, rules });
  }

  /** Takes up its share of the plan; true when that has it begin later. */
  act(incarnation: number): boolean {
    const { active, index, history, now } = this.#role;
    if (active === null) return false;
    const name = `c${index}`;
    const performer = new Performer(this.#host, { name, history, now }, incarnation);
    const actor = this.#actor(performer);
    performer.begin(active, (activity) => activityKindOf(activity).run(activity, actor));
    this.#look(active.directory, -1);
    const { beganUs, activities } = active;
    return activities.some(
      ({ kind, atMs }) => kind === 'start-late' && beganUs + msToMicros(atMs) >= now(),
    );
  }

  begin(): void {
    if (this.#consumer !== null) return;
    this.#session = this.#nextSession();
    this.#ownSessions.clear();
    this.#consumer = this.#client.consumer({
      autoOffsetReset: 'earliest',
      onRecords: (topic, index, records, topicId) => this.#take(topic, index, records, topicId),
      onTopicChange: (topic, partition) => this.#cut(topic, partition),
    });
    this.#consumer.assign(everyPartition(this.#topics));
  }

  end(): void {
    this.#consumer?.close();
    this.#consumer = null;
  }

  close(): void {
    this.#client.close();
  }

  #take(topic: string, index: number, records: readonly StoredRecord[], topicId: Uuid): void {
    const { history, index: consumer, now } = this.#role;
    const { offsets, values } = columns(records);
    const session = this.#sessionOf(topic, index);
    const partition = history.nameOf(topic, index, topicId);
    history.poll({
      consumer,
      stay: null,
      session,
      phase: 'workload',
      partition,
      atUs: now(),
      offsets,
      values,
    });
  }

  #sessionOf(topic: string, index: number): number {
    // As a rule there are none, and no name need be made for each poll.
    if (this.#ownSessions.size === 0) return this.#session;
    return this.#ownSessions.get(`${topic}-${index}`) ?? this.#session;
  }

  /** Looks now and then for topics and partitions that it does not read yet. */
  #look(directory: TopicDirectory, known: number): void {
    const { version } = directory;
    if (version !== known) {
      this.#topics = directory.all;
      const all = everyPartition(this.#topics).map(({ topic, partition }) => ({
        topic,
        partition,
      }));
      // Those that it reads already go on where they are; new ones begin where the policy says.
      if (all.length > this.#partitions.length) this.#consumer?.assign(all);
      this.#partitions = all;
    }
    this.#host.timers.after(directoryLookUs, () => this.#look(directory, version));
  }

  #actor(performer: Performer): ConsumerActor {
    const common = performer.actor(this.#client.admin());
    const partitions = () => (this.#consumer === null ? [] : this.#partitions);
    return {
      ...common,
      get partitions() {
        return partitions();
      },
      position: (topic, partition) => this.#consumer?.position(topic, partition) ?? null,
      seek: (topic, partition, target) => this.#seek(topic, partition, target),
      pause: (topic, partition) => this.#consumer?.pause([{ topic, partition }]),
      resume: (topic, partition) => {
        const isRead = partitions().some((p) => p.topic === topic && p.partition === partition);
        if (isRead) this.#consumer?.resume([{ topic, partition }]);
      },
      end: () => this.end(),
      begin: () => this.begin(),
    };
  }

  /** Where the partition is read from is not where it was read to. */
  #cut(topic: string, partition: number): void {
    this.#ownSessions.set(`${topic}-${partition}`, this.#nextSession());
  }

  #seek(topic: string, partition: number, target: SeekTarget): void {
    if (this.#consumer === null) return;
    this.#cut(topic, partition);
    this.#consumer.seek(topic, partition, target);
  }
}

export function everyPartition(
  topics: readonly TopicPartitions[],
): { topic: string; partition: number; from: 'earliest' }[] {
  return topics.flatMap(({ name, partitions }) =>
    Array.from({ length: partitions }, (_, partition) => ({
      topic: name,
      partition,
      from: 'earliest' as const,
    })),
  );
}

/** Offsets and values apart, as a history keeps them. */
export function columns(records: readonly StoredRecord[]): { offsets: number[]; values: number[] } {
  const offsets: number[] = new Array(records.length);
  const values: number[] = new Array(records.length);
  for (let i = 0; i < records.length; i++) {
    offsets[i] = records[i]!.offset;
    values[i] = valueIn(records[i]!);
  }
  return { offsets, values };
}
