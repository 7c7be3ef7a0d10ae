/**
 * The partitions with a replica on this broker, by topic id and by name, and how a request finds
 * one.
 */
import type { Uuid } from '../../base/ids.ts';
import { zeroUuid } from '../../base/ids.ts';
import type { MetadataImage } from '../metadata/image.ts';
import { errorCode } from '../protocol/errors.ts';
import type { LeaderHint, PartitionName } from './contract.ts';
import type { Partition } from './partition.ts';

type ByIndex = Map<number, Partition>;

export class HostedPartitions {
  readonly #byId = new Map<Uuid, ByIndex>();
  readonly #byName = new Map<string, ByIndex>();
  readonly #all = new Set<Partition>();
  readonly #image: () => MetadataImage | null;

  constructor(image: () => MetadataImage | null) {
    this.#image = image;
  }

  /** In the order in which they came. */
  get all(): ReadonlySet<Partition> {
    return this.#all;
  }

  get(topicId: Uuid, index: number): Partition | undefined {
    return this.#byId.get(topicId)?.get(index);
  }

  ofName(topic: string, index: number): Partition | undefined {
    return this.#byName.get(topic)?.get(index);
  }

  /** A topic's partitions here; at most one topic of a name has any. */
  ofTopic(topic: string): Iterable<Partition> {
    return this.#byName.get(topic)?.values() ?? [];
  }

  add(partition: Partition): void {
    this.#all.add(partition);
    entry(this.#byId, partition.topicId).set(partition.index, partition);
    entry(this.#byName, partition.topic).set(partition.index, partition);
  }

  delete(partition: Partition): void {
    this.#all.delete(partition);
    drop(this.#byId, partition.topicId, partition);
    drop(this.#byName, partition.topic, partition);
  }

  /** The replica that a request names, or the code that says why there is none. */
  find(name: PartitionName): Partition | number {
    const isById = name.topicId !== zeroUuid;
    const found = isById
      ? this.#byId.get(name.topicId)?.get(name.index)
      : this.#byName.get(name.topic)?.get(name.index);
    if (found === undefined) return this.#codeOfAbsent(name, isById);
    return isById && name.topic !== '' && name.topic !== found.topic
      ? errorCode.inconsistentTopicId
      : found;
  }

  /** Who leads by metadata, to be told with an error; null where it knows no such partition. */
  leaderOf(name: PartitionName): LeaderHint | null {
    const image = this.#image();
    const isById = name.topicId !== zeroUuid;
    const topic = isById
      ? image?.topicsById.get(name.topicId)
      : image?.topicsByName.get(name.topic);
    const state = topic?.partitions[name.index];
    return state === undefined ? null : { leaderId: state.leader, leaderEpoch: state.leaderEpoch };
  }

  /** The topic that a request names, by metadata; null where it knows no such topic. */
  topicOf(name: PartitionName): string | null {
    const image = this.#image();
    const isById = name.topicId !== zeroUuid;
    const topic = isById
      ? image?.topicsById.get(name.topicId)
      : image?.topicsByName.get(name.topic);
    return topic?.partitions[name.index] === undefined ? null : topic.name;
  }

  #codeOfAbsent(name: PartitionName, isById: boolean): number {
    const image = this.#image();
    if (image === null) return errorCode.notLeaderOrFollower;
    const topic = isById ? image.topicsById.get(name.topicId) : image.topicsByName.get(name.topic);
    if (topic === undefined)
      return isById ? errorCode.unknownTopicId : errorCode.unknownTopicOrPartition;
    if (name.topic !== '' && name.topic !== topic.name) return errorCode.inconsistentTopicId;
    const isKnown = topic.partitions[name.index] !== undefined;
    return isKnown ? errorCode.notLeaderOrFollower : errorCode.unknownTopicOrPartition;
  }
}

function entry<K>(map: Map<K, ByIndex>, key: K): ByIndex {
  let byIndex = map.get(key);
  if (byIndex === undefined) {
    byIndex = new Map();
    map.set(key, byIndex);
  }
  return byIndex;
}

function drop<K>(map: Map<K, ByIndex>, key: K, partition: Partition): void {
  const byIndex = map.get(key);
  if (byIndex?.get(partition.index) !== partition) return;
  byIndex.delete(partition.index);
  if (byIndex.size === 0) map.delete(key);
}
