/**
 * What the metadata log says, up to `appliedOffset`: every node holds one of what is committed, the
 * active controller a second one that runs ahead by what it has appended.
 * Records come in log order. States are replaced, never mutated; `clone` copies only the maps.
 */
import { assert } from '../../base/assert.ts';
import {
  type LeaderEpoch,
  type NodeId,
  noNode,
  type Offset,
  type ProducerId,
  type Uuid,
} from '../../base/ids.ts';
import type { NodeSettings, TopicSettings } from '../config.ts';
import { configResource } from './config-def.ts';
import { brokerOf, changedBroker, changedPartition, partitionOf } from './record-states.ts';
import type { ConfigRecord } from './records/04-config.ts';
import type { MetadataRecord } from './records.ts';
import type { BrokerState, PartitionState, TopicState } from './state.ts';
import { settingsOf, topicValues } from './topic-settings.ts';

export type { BrokerState, PartitionState, TopicState } from './state.ts';

/** Set values of one resource by Kafka's dotted names (`min.insync.replicas`). */
export type ConfigOverrides = ReadonlyMap<string, string>;

const noOverrides: ConfigOverrides = new Map();

/**
 * What a stretch of records changed; each partition once, in its newest state, none of deleted
 * topics. A topic that came and went in it is in neither list.
 */
export interface MetadataDelta {
  readonly partitions: Set<PartitionState>;
  readonly createdTopics: Set<TopicState>;
  readonly deletedTopics: TopicState[];
  readonly brokers: Set<NodeId>;
  /** Names of topics whose settings changed. */
  readonly configs: Set<string>;
}

export const emptyDelta = (): MetadataDelta => ({
  partitions: new Set(),
  createdTopics: new Set(),
  deletedTopics: [],
  brokers: new Set(),
  configs: new Set(),
});

export class MetadataImage {
  #brokers = new Map<NodeId, BrokerState>();
  #topicsByName = new Map<string, TopicState>();
  #topicsById = new Map<Uuid, TopicState>();
  /** By type of resource, then by its name. */
  #configs = new Map<number, Map<string, ConfigOverrides>>();
  #features = new Map<string, number>();
  #nextProducerId: ProducerId = 0;
  #replicaCount = 0;
  #appliedOffset: Offset = -1;
  #appliedEpoch: LeaderEpoch = -1;

  get brokers(): ReadonlyMap<NodeId, BrokerState> {
    return this.#brokers;
  }
  get topicsByName(): ReadonlyMap<string, TopicState> {
    return this.#topicsByName;
  }
  get topicsById(): ReadonlyMap<Uuid, TopicState> {
    return this.#topicsById;
  }
  get topicConfigs(): ReadonlyMap<string, ConfigOverrides> {
    return this.#configs.get(configResource.topic) ?? noResources;
  }
  /** By node id as text; '' is what all brokers share. */
  get brokerConfigs(): ReadonlyMap<string, ConfigOverrides> {
    return this.#configs.get(configResource.broker) ?? noResources;
  }
  /** By type of resource, then by its name. */
  get configs(): ReadonlyMap<number, ReadonlyMap<string, ConfigOverrides>> {
    return this.#configs;
  }
  get features(): ReadonlyMap<string, number> {
    return this.#features;
  }
  /** First producer id that no block has been given out for. */
  get nextProducerId(): ProducerId {
    return this.#nextProducerId;
  }
  /** Replicas of all partitions. */
  get replicaCount(): number {
    return this.#replicaCount;
  }
  /** Last offset applied, control records included; −1 at first. */
  get appliedOffset(): Offset {
    return this.#appliedOffset;
  }
  get appliedEpoch(): LeaderEpoch {
    return this.#appliedEpoch;
  }

  /** What is set for one resource; nothing where it is not known. */
  overridesOf(resourceType: number, resourceName: string): ConfigOverrides {
    return this.#configs.get(resourceType)?.get(resourceName) ?? noOverrides;
  }

  partition(topicId: Uuid, index: number): PartitionState | undefined {
    return this.#topicsById.get(topicId)?.partitions[index];
  }

  /** Applies the record at `offset`, and notes in `delta`, where given, what it changed. */
  apply(record: MetadataRecord, offset: Offset, delta: MetadataDelta | null = null): void {
    assert(offset > this.#appliedOffset, 'metadata records are applied in log order, each once');
    this.#appliedOffset = offset;
    switch (record.type) {
      case 'register-broker':
        this.#putBroker(brokerOf(record.body, offset), delta);
        break;
      case 'unregister-broker':
        this.#brokers.delete(record.body.brokerId);
        delta?.brokers.add(record.body.brokerId);
        break;
      case 'broker-registration-change': {
        const broker = this.#brokers.get(record.body.brokerId);
        assert(broker !== undefined, 'a registration changes only where there is one');
        this.#putBroker(changedBroker(broker, record.body), delta);
        break;
      }
      case 'topic':
        this.#createTopic(
          { name: record.body.name, id: record.body.topicId, partitions: [] },
          delta,
        );
        break;
      case 'partition': {
        const topic = this.#topic(record.body.topicId);
        assert(
          record.body.partitionId === topic.partitions.length,
          'partitions are created in order',
        );
        this.#putPartition(topic, partitionOf(record.body, topic.name), delta);
        break;
      }
      case 'partition-change': {
        const topic = this.#topic(record.body.topicId);
        const partition = topic.partitions[record.body.partitionId];
        assert(partition !== undefined, 'a partition changes only where there is one');
        this.#putPartition(topic, changedPartition(partition, record.body), delta);
        break;
      }
      case 'remove-topic':
        this.#removeTopic(this.#topic(record.body.topicId), delta);
        break;
      case 'config':
        this.#setConfig(record.body, delta);
        break;
      case 'producer-ids':
        this.#nextProducerId = record.body.nextProducerId;
        break;
      case 'feature-level':
        this.#features.set(record.body.name, record.body.featureLevel);
        break;
      case 'no-op':
        break;
    }
  }

  /**
   * The log is applied up to `offset`, the end of a batch of `epoch` (or a control record's
   * offset).
   */
  advanceTo(offset: Offset, epoch: LeaderEpoch): void {
    assert(
      offset >= this.#appliedOffset && epoch >= this.#appliedEpoch,
      'an image goes forward only',
    );
    this.#appliedOffset = offset;
    this.#appliedEpoch = epoch;
  }

  /** An image of its own, equal to this one; shares the states, which do not change. */
  clone(): MetadataImage {
    const copy = new MetadataImage();
    copy.#brokers = new Map(this.#brokers);
    copy.#topicsByName = new Map(this.#topicsByName);
    copy.#topicsById = new Map(this.#topicsById);
    for (const [type, resources] of this.#configs) copy.#configs.set(type, new Map(resources));
    copy.#features = new Map(this.#features);
    copy.#nextProducerId = this.#nextProducerId;
    copy.#replicaCount = this.#replicaCount;
    copy.#appliedOffset = this.#appliedOffset;
    copy.#appliedEpoch = this.#appliedEpoch;
    return copy;
  }

  #topic(id: Uuid): TopicState {
    const topic = this.#topicsById.get(id);
    assert(topic !== undefined, 'records of a topic stand between its creation and its removal');
    return topic;
  }

  #putBroker(broker: BrokerState, delta: MetadataDelta | null): void {
    this.#brokers.set(broker.id, broker);
    delta?.brokers.add(broker.id);
  }

  #createTopic(topic: TopicState, delta: MetadataDelta | null): void {
    assert(!this.#topicsByName.has(topic.name), 'a topic is created under a free name');
    this.#putTopic(topic);
    delta?.createdTopics.add(topic);
  }

  #putTopic(topic: TopicState): void {
    this.#topicsByName.set(topic.name, topic);
    this.#topicsById.set(topic.id, topic);
  }

  #putPartition(topic: TopicState, partition: PartitionState, delta: MetadataDelta | null): void {
    const partitions = topic.partitions.slice();
    const former = partitions[partition.index];
    this.#replicaCount += partition.replicas.length - (former?.replicas.length ?? 0);
    partitions[partition.index] = partition;
    const changed: TopicState = { name: topic.name, id: topic.id, partitions };
    this.#putTopic(changed);
    if (delta === null) return;
    if (former !== undefined) delta.partitions.delete(former);
    delta.partitions.add(partition);
    if (delta.createdTopics.delete(topic)) delta.createdTopics.add(changed);
  }

  #removeTopic(topic: TopicState, delta: MetadataDelta | null): void {
    for (const { replicas } of topic.partitions) this.#replicaCount -= replicas.length;
    this.#topicsByName.delete(topic.name);
    this.#topicsById.delete(topic.id);
    this.#putOverrides(configResource.topic, topic.name, noOverrides);
    if (delta === null) return;
    for (const partition of topic.partitions) delta.partitions.delete(partition);
    delta.configs.delete(topic.name);
    if (!delta.createdTopics.delete(topic)) delta.deletedTopics.push(topic);
  }

  #setConfig(record: ConfigRecord, delta: MetadataDelta | null): void {
    const { resourceType, resourceName, name, value } = record;
    const overrides = new Map(this.overridesOf(resourceType, resourceName));
    if (value === null) overrides.delete(name);
    else overrides.set(name, value);
    this.#putOverrides(resourceType, resourceName, overrides);
    if (delta === null) return;
    if (resourceType === configResource.topic) delta.configs.add(resourceName);
    // What brokers are set to, topics without a value of their own follow.
    if (resourceType === configResource.broker) {
      for (const topic of this.#topicsByName.keys()) delta.configs.add(topic);
    }
  }

  #putOverrides(resourceType: number, resourceName: string, overrides: ConfigOverrides): void {
    const resources = this.#configs.get(resourceType);
    if (overrides.size === 0) resources?.delete(resourceName);
    else if (resources !== undefined) resources.set(resourceName, overrides);
    else this.#configs.set(resourceType, new Map([[resourceName, overrides]]));
  }
}

const noResources: ReadonlyMap<string, ConfigOverrides> = new Map();

/**
 * A topic's settings: its own where set, else those of the node. Costs nothing where none are set.
 */
export function topicSettings(
  image: MetadataImage,
  topic: string,
  node: NodeSettings,
  nodeId: NodeId = noNode,
): TopicSettings {
  const defaults = topicDefaults(image, node, nodeId);
  const overrides = image.topicConfigs.get(topic);
  return overrides === undefined ? defaults : settingsOf(overrides, defaults);
}

/**
 * What a topic without settings of its own gets on a node: what the log sets for this broker, then
 * for all brokers, then the node's own file. Without a node's id only what holds for all brokers.
 */
export function topicDefaults(
  image: MetadataImage,
  node: NodeSettings,
  nodeId: NodeId = noNode,
): TopicSettings {
  const { brokerConfigs } = image;
  if (brokerConfigs.size === 0) return node.topicDefaults;
  const forAll = brokerConfigs.get('') ?? noOverrides;
  const forOne = brokerConfigs.get(String(nodeId)) ?? noOverrides;
  return topicDefaultsFrom(new Map([...forAll, ...forOne]), node);
}

/** The same where this is set for brokers. */
export const topicDefaultsFrom = (brokers: ConfigOverrides, node: NodeSettings): TopicSettings =>
  brokers.size === 0 ? node.topicDefaults : settingsOf(topicValues(brokers), node.topicDefaults);
