/**
 * What administrative operations, taken in the order in which their one administrator invoked them,
 * leave in force: of each topic whether it is there, how many partitions it has and which settings
 * of its own, as sets of what may be the case.
 */
import type { Uuid } from '../../base/ids.ts';
import { brokerConfig } from '../../kafka/metadata/broker-configs.ts';
import { canonical } from '../../kafka/metadata/config-def.ts';
import { topicConfig } from '../../kafka/metadata/topic-configs.ts';
import type { InitialTopic } from '../guarantees/guarantees.ts';
import type { Change, Operation } from '../history/operations.ts';

type Value = string | null;
type ChangeOf<Does extends Change['does']> = Extract<Change, { does: Does }>;

/** A setting's possible values, and the operation that decided last. */
interface ExpectedConfig {
  readonly candidates: Set<Value>;
  cause: Operation | null;
}

type Configs = Map<string, ExpectedConfig>;

interface ExpectedTopic {
  exists: Set<boolean>;
  partitions: Set<number>;
  configs: Configs;
  cause: Operation | null;
  /** What may yet be done, by operations or attempts without an answer. */
  readonly late: Operation[];
}

/** As the cluster tells it. */
function told(resource: 'topic' | 'broker', config: string, value: Value): Value {
  const def = resource === 'topic' ? topicConfig(config) : brokerConfig(config);
  return def === undefined || value === null ? value : canonical(def, value);
}

function toldAll<V extends Value>(
  resource: 'topic' | 'broker',
  configs: Readonly<Record<string, V>>,
): [string, V][] {
  return Object.entries(configs).map(([name, value]) => [name, told(resource, name, value) as V]);
}

/** It may happen after others that were invoked later. */
const isLate = ({ outcome, doubtful }: Operation): boolean =>
  outcome === 'info' || outcome === 'pending' || doubtful;

export class Expected {
  readonly topics = new Map<string, ExpectedTopic>();
  /** Of topics whose deletion was acknowledged. */
  readonly deletedIds = new Map<Uuid, Operation>();
  readonly #brokers = new Map<string, { configs: Configs; late: Operation[] }>();

  constructor(initial: readonly InitialTopic[], operations: readonly Operation[]) {
    for (const { name, partitions, configs } of initial) {
      const own = new Map(
        toldAll('topic', configs).map(([config, value]) => [config, only(value)]),
      );
      const topic = { exists: new Set([true]), partitions: new Set([partitions]), configs: own };
      this.topics.set(name, { ...topic, cause: null, late: [] });
    }
    for (const operation of operations) this.#apply(operation);
  }

  configsOf(resource: 'topic' | 'broker', name: string): Configs {
    const of = resource === 'topic' ? this.topics.get(name) : this.#brokers.get(name);
    return of?.configs ?? new Map();
  }

  #apply(operation: Operation): void {
    const { change } = operation;
    if (change === null || operation.outcome === 'fail') return;
    switch (change.does) {
      case 'create':
        this.#create(change, operation);
        return;
      case 'delete':
        this.#delete(change, operation);
        return;
      case 'grow':
        this.#grow(change, operation);
        return;
      case 'configure':
        this.#configure(change, operation);
    }
  }

  #create({ topic: name, partitions, configs }: ChangeOf<'create'>, operation: Operation): void {
    const topic = this.#topic(name);
    // An attempt in doubt may have met what an earlier operation of unknown outcome had made.
    const isOwn = !(operation.doubtful && topic.exists.has(true));
    if (operation.outcome === 'ok' && isOwn) {
      const late = topic.late.map(({ change }) => change);
      topic.exists = new Set([true]);
      topic.partitions = new Set([partitions]);
      forgetConfigs(topic, operation);
      topic.cause = operation;
      for (const [config, value] of toldAll('topic', configs))
        topic.configs.set(config, only(value, operation));
      for (const change of late) allow(topic, change, configs);
    } else if (topic.exists.has(false)) {
      this.#mayCreate(topic, { partitions, configs });
    }
    if (isLate(operation)) topic.late.push(operation);
  }

  #mayCreate(
    topic: ExpectedTopic,
    { partitions, configs }: Pick<ChangeOf<'create'>, 'partitions' | 'configs'>,
  ): void {
    topic.exists.add(true);
    topic.partitions.add(partitions);
    for (const [config, value] of toldAll('topic', configs)) allowValue(topic, config, value);
  }

  #delete({ topic: name, topicId }: ChangeOf<'delete'>, operation: Operation): void {
    const topic = this.#topic(name);
    if (operation.outcome !== 'ok') {
      topic.exists.add(false);
      for (const { candidates } of topic.configs.values()) candidates.add(null);
      return;
    }
    topic.exists = new Set([false]);
    topic.partitions = new Set();
    forgetConfigs(topic, operation);
    topic.cause = operation;
    this.deletedIds.set(topicId, operation);
    for (const { change } of topic.late) {
      if (change?.does === 'create') this.#mayCreate(topic, change);
    }
  }

  #grow({ topic: name, partitions }: ChangeOf<'grow'>, operation: Operation): void {
    const topic = this.#topic(name);
    if (operation.outcome === 'ok') {
      // Where the topic may yet be another one, it may have as many as that is made with.
      const others = [...topic.partitions];
      const possible = topic.exists.has(false) ? others : others.filter((n) => n > partitions);
      topic.partitions = new Set([partitions, ...possible]);
      topic.cause = operation;
    } else if ([...topic.partitions].some((count) => count < partitions)) {
      topic.partitions.add(partitions);
    }
    if (isLate(operation)) topic.late.push(operation);
  }

  #configure({ resource, name, configs }: ChangeOf<'configure'>, operation: Operation): void {
    const owner = resource === 'topic' ? this.#topic(name) : this.#broker(name);
    for (const [config, value] of toldAll(resource, configs)) {
      if (operation.outcome !== 'ok') allowValue(owner, config, value);
      else {
        owner.configs.set(config, only(value, operation));
        if ('exists' in owner && owner.exists.has(false)) allowValue(owner, config, null);
        for (const { change } of owner.late) {
          const other = change?.does === 'configure' ? change.configs[config] : undefined;
          if (other !== undefined) allowValue(owner, config, told(resource, config, other));
        }
      }
    }
    if (isLate(operation)) owner.late.push(operation);
  }

  #topic(name: string): ExpectedTopic {
    let topic = this.topics.get(name);
    if (topic === undefined) {
      const nothing = { exists: new Set([false]), partitions: new Set<number>() };
      topic = { ...nothing, configs: new Map(), cause: null, late: [] };
      this.topics.set(name, topic);
    }
    return topic;
  }

  #broker(name: string): { configs: Configs; late: Operation[] } {
    let broker = this.#brokers.get(name);
    if (broker === undefined) {
      broker = { configs: new Map(), late: [] };
      this.#brokers.set(name, broker);
    }
    return broker;
  }
}

const only = (value: Value, cause: Operation | null = null): ExpectedConfig => ({
  candidates: new Set([value]),
  cause,
});

/** Settings go with their topic. */
function forgetConfigs({ configs }: ExpectedTopic, cause: Operation): void {
  for (const config of configs.keys()) configs.set(config, only(null, cause));
}

function allowValue(owner: { readonly configs: Configs }, config: string, value: Value): void {
  const known = owner.configs.get(config);
  // Not set before: what a topic has without it is no value of its own.
  if (known === undefined) {
    owner.configs.set(config, { candidates: new Set([null, value]), cause: null });
  } else known.candidates.add(value);
}

/** A topic made anew may meet what was asked for while its predecessor was there. */
function allow(
  topic: ExpectedTopic,
  change: Change | null,
  created: Readonly<Record<string, string>>,
): void {
  if (change?.does === 'grow') topic.partitions.add(change.partitions);
  if (change?.does !== 'configure') return;
  for (const [config, value] of toldAll('topic', change.configs)) {
    if (created[config] === undefined) allowValue(topic, config, null);
    allowValue(topic, config, value);
  }
}

/** All that was ever asked for. */
export class Asked {
  readonly #partitions = new Map<string, Set<number>>();
  readonly #values = new Set<string>();

  constructor(initial: readonly InitialTopic[], operations: readonly Operation[]) {
    for (const { name, partitions, configs } of initial) this.#topic(name, partitions, configs);
    for (const { change } of operations) {
      if (change?.does === 'create') this.#topic(change.topic, change.partitions, change.configs);
      else if (change?.does === 'grow') this.#topic(change.topic, change.partitions, {});
      else if (change?.does === 'configure') {
        for (const [config, value] of toldAll(change.resource, change.configs))
          this.#values.add(keyOf(change.resource, change.name, config, value));
      }
    }
  }

  partitionsOf(topic: string): ReadonlySet<number> | undefined {
    return this.#partitions.get(topic);
  }

  isKnown(resource: string, name: string, config: string, value: string): boolean {
    return this.#values.has(keyOf(resource, name, config, value));
  }

  #topic(name: string, partitions: number, configs: Readonly<Record<string, string>>): void {
    const counts = this.#partitions.get(name) ?? new Set();
    this.#partitions.set(name, counts.add(partitions));
    for (const [config, value] of toldAll('topic', configs))
      this.#values.add(keyOf('topic', name, config, value));
  }
}

const keyOf = (resource: string, name: string, config: string, value: Value): string =>
  `${resource}/${name}/${config}=${value}`;
