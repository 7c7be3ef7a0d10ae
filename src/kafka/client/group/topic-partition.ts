/** One partition by name, and the two shapes in which the wire and the assignors have many. */

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

export interface TopicPartitions {
  readonly topic: string;
  readonly partitions: readonly number[];
}

/** A topic's name has no characters but letters, digits, `.`, `_` and `-`. */
export const keyOf = ({ topic, partition }: TopicPartition): string => `${topic}:${partition}`;

/** Topics in the order in which they come first. */
export function groupedByTopic(partitions: readonly TopicPartition[]): TopicPartitions[] {
  const topics = new Map<string, number[]>();
  for (const { topic, partition } of partitions) {
    const known = topics.get(topic);
    if (known === undefined) topics.set(topic, [partition]);
    else known.push(partition);
  }
  return [...topics].map(([topic, ofTopic]) => ({ topic, partitions: ofTopic }));
}

export function ungrouped(topics: readonly TopicPartitions[]): TopicPartition[] {
  return topics.flatMap(({ topic, partitions }) =>
    partitions.map((partition) => ({ topic, partition })),
  );
}

/** By topic, as bytes compare, then by number. */
export function comparePartitions(a: TopicPartition, b: TopicPartition): number {
  if (a.topic !== b.topic) return a.topic < b.topic ? -1 : 1;
  return a.partition - b.partition;
}

export function sortedPartitions(partitions: Iterable<TopicPartition>): TopicPartition[] {
  return [...partitions].sort(comparePartitions);
}

/** Those of `partitions` that are among `others`. */
export function within(
  partitions: readonly TopicPartition[],
  others: readonly TopicPartition[],
): TopicPartition[] {
  const keys = new Set(others.map(keyOf));
  return partitions.filter((each) => keys.has(keyOf(each)));
}

/** Those of `partitions` that are not among `others`. */
export function without(
  partitions: readonly TopicPartition[],
  others: readonly TopicPartition[],
): TopicPartition[] {
  const keys = new Set(others.map(keyOf));
  return partitions.filter((each) => !keys.has(keyOf(each)));
}
