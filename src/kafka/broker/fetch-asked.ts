/** What a Fetch request names, flat: each partition once, as Kafka's map of them has it. */
import type { FetchRequest } from '../protocol/apis/01-fetch.ts';
import type { FetchPartition, PartitionName } from '../replication/contract.ts';

/** Kafka takes any negative epoch in a Fetch for one that is not given. */
const noEpoch = -1;

type Topics = FetchRequest['topics'];

/** A partition that is named twice stands where it was named first and as it was named last. */
export function askedPartitions({ topics }: FetchRequest): FetchPartition[] {
  let count = 0;
  for (const { partitions } of topics) count += partitions.length;
  const asked: FetchPartition[] = new Array(count);
  let at = 0;
  for (const { topic, topicId, partitions } of topics) {
    for (const one of partitions) {
      asked[at++] = {
        topicId,
        topic,
        index: one.partition,
        currentLeaderEpoch: Math.max(noEpoch, one.currentLeaderEpoch),
        fetchOffset: one.fetchOffset,
        lastFetchedEpoch: one.lastFetchedEpoch,
        logStartOffset: one.logStartOffset,
        maxBytes: one.partitionMaxBytes,
      };
    }
  }
  return mayRepeat(topics) ? withoutRepeats(asked) : asked;
}

const nothing: readonly PartitionName[] = [];

export function forgottenPartitions({
  forgottenTopicsData,
}: FetchRequest): readonly PartitionName[] {
  if (forgottenTopicsData.length === 0) return nothing;
  return forgottenTopicsData.flatMap(({ topic, topicId, partitions }) =>
    partitions.map((index) => ({ topic, topicId, index })),
  );
}

/**
 * False is certain: no topic twice, and the partitions of each in rising order, or few and all
 * different. Readers put those that got records last, so that the order is seldom the rising one.
 */
function mayRepeat(topics: Topics): boolean {
  const names = topics.length > 1 ? new Set<string>() : null;
  for (const { topic, topicId, partitions } of topics) {
    if (!rise(partitions) && (partitions.length > few || !differ(partitions))) return true;
    names?.add(topic === '' ? topicId : topic);
  }
  return names !== null && names.size < topics.length;
}

/** So many are compared each with each sooner than a map of them is made. */
const few = 16;

type Partitions = Topics[number]['partitions'];

function rise(partitions: Partitions): boolean {
  for (let i = 1; i < partitions.length; i++) {
    if (partitions[i]!.partition <= partitions[i - 1]!.partition) return false;
  }
  return true;
}

function differ(partitions: Partitions): boolean {
  for (let i = 1; i < partitions.length; i++) {
    for (let j = 0; j < i; j++) {
      if (partitions[i]!.partition === partitions[j]!.partition) return false;
    }
  }
  return true;
}

function withoutRepeats(asked: readonly FetchPartition[]): FetchPartition[] {
  const byName = new Map<string, FetchPartition>();
  for (const one of asked) byName.set(`${one.topicId}${one.topic}/${one.index}`, one);
  return [...byName.values()];
}
