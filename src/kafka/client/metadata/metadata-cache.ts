/**
 * What the client knows of the cluster: brokers, and per topic its id and its partitions' leaders.
 * A partition's leader epoch never goes back while the topic id stays (KIP-320): an answer of a
 * broker that lags behind does not undo what is known. A new topic id means a new topic and starts
 * afresh (KAFKA-12257).
 */

import type { LeaderEpoch, NodeId, Uuid } from '../../../base/ids.ts';
import { noNode, zeroUuid } from '../../../base/ids.ts';
import { mark } from '../../../base/mark.ts';
import type { MetadataResponse } from '../../protocol/apis/03-metadata.ts';
import { errorCode } from '../../protocol/errors.ts';
import { type Endpoint, endpointOf } from '../connect/connection-pool.ts';
import type { ClientRules } from '../rules.ts';

export interface BrokerInfo extends Endpoint {
  readonly nodeId: NodeId;
  readonly rack: string | null;
}

export interface PartitionInfo {
  readonly index: number;
  readonly leader: NodeId;
  /** −1 where the broker's version does not tell. */
  readonly leaderEpoch: LeaderEpoch;
  readonly replicas: readonly NodeId[];
  readonly isr: readonly NodeId[];
}

export interface TopicInfo {
  readonly name: string;
  /** The zero id where the broker's version does not tell. */
  readonly id: Uuid;
  /** By partition index. */
  readonly partitions: readonly PartitionInfo[];
}

type ResponseTopic = MetadataResponse['topics'][number];

export class MetadataCache {
  readonly #rules: ClientRules;
  readonly #topics = new Map<string, TopicInfo>();
  readonly #nameOfId = new Map<Uuid, string>();
  readonly #topicErrors = new Map<string, number>();
  #allTopics: readonly string[] | null = null;
  #brokers = new Map<NodeId, BrokerInfo>();
  controllerId: NodeId = noNode;
  clusterId: string | null = null;

  constructor(rules: ClientRules) {
    this.#rules = rules;
  }

  get brokers(): ReadonlyMap<NodeId, BrokerInfo> {
    return this.#brokers;
  }

  topic(name: string): TopicInfo | undefined {
    return this.#topics.get(name);
  }

  topicNameOf(id: Uuid): string | undefined {
    return this.#nameOfId.get(id);
  }

  /** The error a broker last gave for this topic, 0 if none. */
  topicError(name: string): number {
    return this.#topicErrors.get(name) ?? errorCode.none;
  }

  partition(topic: string, index: number): PartitionInfo | undefined {
    return this.#topics.get(topic)?.partitions[index];
  }

  leaderOf(topic: string, index: number): BrokerInfo | undefined {
    const partition = this.#topics.get(topic)?.partitions[index];
    return partition === undefined ? undefined : this.#brokers.get(partition.leader);
  }

  /** Takes over a broker's answer; says whether anything known has changed by it. */
  apply(response: MetadataResponse): boolean {
    let changed = this.#applyBrokers(response);
    this.controllerId = response.controllerId;
    this.clusterId = response.clusterId;
    for (const topic of response.topics) changed = this.#applyTopic(topic) || changed;
    return changed;
  }

  /** Names of all topics but the cluster's own; null where nobody has asked for them. */
  get allTopics(): readonly string[] | null {
    return this.#allTopics;
  }

  /**
   * The answer, taken over before, was about all topics: of the others, `wanted` or known, there are
   * none. Says whether that is news.
   */
  noteAll(response: MetadataResponse, wanted: Iterable<string>): boolean {
    const listed = new Set(response.topics.map(({ name }) => name));
    let changed = false;
    for (const name of new Set([...wanted, ...this.#topics.keys()])) {
      if (listed.has(name) || this.topicError(name) === errorCode.unknownTopicOrPartition) continue;
      this.#topicErrors.set(name, errorCode.unknownTopicOrPartition);
      changed = true;
    }
    const names = response.topics
      .filter((topic) => !topic.isInternal && topic.errorCode === errorCode.none)
      .flatMap(({ name }) => (name === null ? [] : [name]))
      .sort();
    const before = this.#allTopics;
    if (before?.length !== names.length || names.some((name, at) => name !== before[at])) {
      changed = true;
    }
    this.#allTopics = names;
    return changed;
  }

  /** A broker named the new leader along with its error (KIP-951). Says whether that is news. */
  noteLeader(
    topicName: string,
    index: number,
    leader: NodeId,
    leaderEpoch: LeaderEpoch,
    endpoints: readonly { nodeId: NodeId; host: string; port: number; rack: string | null }[],
  ): boolean {
    const topic = this.#topics.get(topicName);
    const known = topic?.partitions[index];
    if (topic === undefined || known === undefined || leaderEpoch <= known.leaderEpoch)
      return false;
    for (const { nodeId, host, port, rack } of endpoints) {
      this.#brokers.set(nodeId, { ...endpointOf({ host, port }), nodeId, rack });
    }
    if (!this.#brokers.has(leader)) return false;
    const partitions = topic.partitions.slice();
    partitions[index] = { ...known, leader, leaderEpoch };
    this.#topics.set(topicName, { ...topic, partitions });
    return true;
  }

  forget(topic: string): void {
    const known = this.#topics.get(topic);
    if (known !== undefined) this.#nameOfId.delete(known.id);
    this.#topics.delete(topic);
    this.#topicErrors.delete(topic);
  }

  #applyBrokers(response: MetadataResponse): boolean {
    const brokers = new Map<NodeId, BrokerInfo>();
    let changed = response.brokers.length !== this.#brokers.size;
    for (const { nodeId, host, port, rack } of response.brokers) {
      const known = this.#brokers.get(nodeId);
      if (known !== undefined && known.address.host === host && known.address.port === port) {
        brokers.set(nodeId, known);
      } else {
        brokers.set(nodeId, { ...endpointOf({ host, port }), nodeId, rack });
        changed = true;
      }
    }
    // A broker that has just started knows of none: keep what there is.
    if (brokers.size > 0) this.#brokers = brokers;
    return changed;
  }

  #applyTopic(topic: ResponseTopic): boolean {
    const name = topic.name ?? this.#nameOfId.get(topic.topicId);
    if (name === undefined) return false;
    if (topic.errorCode !== errorCode.none && topic.partitions.length === 0) {
      const changed = this.topicError(name) !== topic.errorCode;
      this.#topicErrors.set(name, topic.errorCode);
      return changed;
    }
    this.#topicErrors.delete(name);
    const known = this.#topics.get(name);
    const sameTopicId = known !== undefined && known.id === topic.topicId;
    let changed = !sameTopicId || known.partitions.length !== topic.partitions.length;
    const partitions: PartitionInfo[] = sameTopicId ? known.partitions.slice() : [];
    for (const offered of topic.partitions) {
      const previous = known?.partitions[offered.partitionIndex];
      const next = this.#newer(previous, offered, sameTopicId);
      if (previous?.leader !== next.leader || previous.leaderEpoch !== next.leaderEpoch) {
        changed = true;
      }
      partitions[offered.partitionIndex] = next;
    }
    this.#topics.set(name, { name, id: topic.topicId, partitions });
    if (known !== undefined && !sameTopicId) {
      mark('topic-recreated');
      this.#nameOfId.delete(known.id);
    }
    if (topic.topicId !== zeroUuid) this.#nameOfId.set(topic.topicId, name);
    return changed;
  }

  #newer(
    previous: PartitionInfo | undefined,
    offered: ResponseTopic['partitions'][number],
    sameTopicId: boolean,
  ): PartitionInfo {
    const outdated =
      previous !== undefined &&
      this.#rules.isOutdatedLeader({
        sameTopicId,
        knownEpoch: previous.leaderEpoch,
        offeredEpoch: offered.leaderEpoch,
      });
    if (outdated) {
      mark('older-metadata-ignored');
      return previous;
    }
    return {
      index: offered.partitionIndex,
      leader: offered.leaderId,
      leaderEpoch: offered.leaderEpoch,
      replicas: offered.replicaNodes,
      isr: offered.isrNodes,
    };
  }
}
