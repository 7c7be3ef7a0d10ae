/**
 * One consumer group with its surroundings made by hand: topics that come and go, a clock that the
 * test moves, a log that stores at once or when it is told to, and a second coordinator to load the
 * group after the first. It holds the driver's side of the contract and asserts the group's: every
 * answer once, every append with an id of its own, no timer stopped that does not run.
 */
import { assert } from '../../../../src/base/assert.ts';
import type { GroupRecord as ClassicRecord } from '../../../../src/kafka/group/classic/contract.ts';
import type {
  ConsumerEffect,
  ConsumerInput,
  ConsumerRecord,
  ConsumerSettings,
  KnownTopic,
  Respond,
} from '../../../../src/kafka/group/consumer/contract.ts';
import { ConsumerGroup } from '../../../../src/kafka/group/consumer/group.ts';
import {
  decodeConsumerRecord,
  encodeConsumerRecord,
} from '../../../../src/kafka/group/consumer/records.ts';
import {
  type ConsumerRules,
  kafkaConsumerRules,
} from '../../../../src/kafka/group/consumer/rules.ts';

export interface LabOptions {
  readonly settings?: Partial<ConsumerSettings>;
  readonly rules?: Partial<ConsumerRules>;
  readonly topics?: Readonly<Record<string, number>>;
  readonly onAppend?: (append: Append) => void;
  readonly onStored?: (records: readonly ConsumerRecord[], errorCode: number) => void;
}

const kafkaSettings: ConsumerSettings = {
  maxSize: 0x7fffffff,
  assignors: ['uniform', 'range'],
  minSessionTimeoutMs: 6000,
  maxSessionTimeoutMs: 30 * 60_000,
  mayUpgrade: true,
  mayDowngrade: true,
};

export const sessionTimeoutMs = 45_000;

type Append = ConsumerEffect & { readonly kind: 'append' };

export class Lab {
  readonly options: LabOptions;
  group: ConsumerGroup;
  nowUs = 0;
  /** Whether appends wait for `settle`. */
  holdsAppends = false;
  /** Whether the log refuses appends: nothing of them is applied. */
  refusesAppends: number | null = null;
  readonly appends: Append[] = [];
  readonly timers = new Map<string, number>();
  /** What is committed, as bytes, in order. */
  readonly log: ReturnType<typeof encodeConsumerRecord>[] = [];
  /** The classic group that it has become. */
  downgraded: ClassicRecord | null = null;
  readonly topics = new Map<string, KnownTopic>();
  /** Answers that somebody still waits for. */
  readonly waiting = new Set<object>();
  #uuids = 0;
  #topicIds = 0;
  #lastAppendId = 0;

  constructor(options: LabOptions = {}) {
    this.options = options;
    for (const [name, count] of Object.entries(options.topics ?? { t: 4 })) {
      this.setTopic(name, count);
    }
    this.group = this.#newGroup();
  }

  #newGroup(): ConsumerGroup {
    const { topics } = this;
    return new ConsumerGroup({
      groupId: 'billing',
      settings: { ...kafkaSettings, ...this.options.settings },
      rules: { ...kafkaConsumerRules, ...this.options.rules },
      topics: {
        byName: (name) => topics.get(name) ?? null,
        byId: (id) => [...topics.values()].find((topic) => topic.id === id) ?? null,
        names: () => topics.keys(),
      },
      timeouts: () => ({ sessionTimeoutMs, heartbeatIntervalMs: 5000 }),
      newUuid: () => `m${++this.#uuids}`,
    });
  }

  get now() {
    return { us: this.nowUs, wallMs: 1_000_000 + Math.floor(this.nowUs / 1000) };
  }

  /** A topic comes, grows, or (0) goes. */
  setTopic(name: string, partitionCount: number): void {
    const known = this.topics.get(name);
    this.topics.delete(name);
    if (partitionCount === 0) return;
    const id = known?.id ?? `${String(++this.#topicIds).padStart(18, '0')}AAAA`;
    this.topics.set(name, { name, id: id as KnownTopic['id'], partitionCount });
  }

  /** The same, and the group is told. */
  changeTopic(name: string, partitionCount: number): void {
    this.setTopic(name, partitionCount);
    this.step({ kind: 'topics-changed' });
  }

  topicName(id: string): string {
    return [...this.topics.values()].find((topic) => topic.id === id)?.name ?? 'gone';
  }

  /** A `respond` that may be called once. */
  asked<T>(answered: Respond<T>): Respond<T> {
    const token = {};
    this.waiting.add(token);
    return (answer) => {
      assert(this.waiting.delete(token), 'an answer is given once');
      answered(answer);
    };
  }

  step(input: ConsumerInput): void {
    this.#perform(this.group.step(input, this.now));
  }

  #perform(effects: readonly ConsumerEffect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'answer') effect.tell();
      else if (effect.kind === 'timer') this.#setTimer(effect.name, effect.atUs);
      else this.#append(effect);
    }
  }

  #append(append: Append): void {
    const { classic, id, records } = append;
    assert(id > this.#lastAppendId, 'appends have ids of their own');
    this.#lastAppendId = id;
    if (this.refusesAppends !== null) {
      const errorCode = this.refusesAppends;
      this.#perform(this.group.applied(this.now));
      this.options.onStored?.(records, errorCode);
      this.step({ kind: 'appended', id, errorCode });
      return;
    }
    this.options.onAppend?.(append);
    for (const record of records) this.group.apply(record);
    this.#perform(this.group.applied(this.now));
    this.appends.push(append);
    if (classic !== null) {
      this.downgraded = classic;
      this.step({ kind: 'end', errorCode: null });
    }
    while (!this.holdsAppends && this.appends.length > 0) this.settle();
  }

  #setTimer(name: string, atUs: number | null): void {
    if (atUs === null) assert(this.timers.delete(name), `timer ${name} runs`);
    else {
      assert(atUs >= this.nowUs, 'timers lie ahead');
      this.timers.set(name, atUs);
    }
  }

  /** The oldest append is committed. */
  settle(): void {
    const append = this.appends.shift();
    if (append === undefined) return;
    for (const record of append.records) this.log.push(encodeConsumerRecord('billing', record));
    this.options.onStored?.(append.records, 0);
    this.step({ kind: 'appended', id: append.id, errorCode: 0 });
  }

  settleAll(): void {
    while (this.appends.length > 0) this.settle();
  }

  /** The clock moves, through every timer on the way. */
  elapse(ms: number): void {
    const untilUs = this.nowUs + ms * 1000;
    for (;;) {
      let next: [string, number] | null = null;
      for (const timer of this.timers) if (next === null || timer[1] < next[1]) next = timer;
      if (next === null || next[1] > untilUs) break;
      this.nowUs = next[1];
      this.timers.delete(next[0]);
      this.step({ kind: 'timer', name: next[0] });
    }
    this.nowUs = untilUs;
  }

  /**
   * Another broker coordinates from now on, and knows what was committed; `compact`: the last
   * record of each key alone, in the order of the log.
   */
  failOver(errorCode: number, compact = false): void {
    this.step({ kind: 'end', errorCode });
    assert(this.timers.size === 0, 'a group that ended has no timers');
    this.appends.length = 0;
    this.group = this.#newGroup();
    this.#lastAppendId = 0;
    const last = new Map(this.log.map(({ key }, at) => [key.join(), at]));
    for (const [at, { key, value }] of this.log.entries()) {
      if (compact && (last.get(key.join()) !== at || value === null)) continue;
      const decoded = decodeConsumerRecord(key, value);
      assert(decoded !== null && decoded.groupId === 'billing', 'all records are the group’s');
      this.group.apply(decoded.record);
    }
    this.#perform(this.group.restored(this.now));
  }
}
