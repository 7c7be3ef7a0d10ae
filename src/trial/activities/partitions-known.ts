import type { TopicDirectory } from './topic-directory.ts';

/** The partitions of a topic, as far as clients have heard. */
export function partitionsKnown(
  directory: TopicDirectory,
  topic: string,
): { readonly topic: string; readonly partition: number }[] {
  const known = directory.all.find(({ name }) => name === topic);
  return Array.from({ length: known?.partitions ?? 1 }, (_, partition) => ({ topic, partition }));
}
