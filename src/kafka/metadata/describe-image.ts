/**
 * An image as lines of text in one canonical form and order: two images that say the same give the
 * same lines, whatever records led to them. For comparing what nodes make of one log.
 */
import type { MetadataImage } from './image.ts';
import type { PartitionState } from './state.ts';

export function describeImage(image: MetadataImage): readonly string[] {
  const lines = [`next producer id ${image.nextProducerId}`, `replicas ${image.replicaCount}`];
  for (const [name, level] of image.features) lines.push(`feature ${name} ${level}`);
  for (const broker of image.brokers.values()) lines.push(`broker ${valuesOf(broker)}`);
  for (const { id, name } of image.topicsByName.values()) lines.push(`name ${name} ${id}`);
  for (const { id, name, partitions } of image.topicsById.values()) {
    lines.push(`topic ${id} ${name} ${partitions.length}`);
    for (const partition of partitions) lines.push(describePartition(partition));
  }
  for (const [type, resources] of image.configs) {
    for (const [resource, overrides] of resources) {
      for (const [name, value] of overrides) {
        lines.push(`config ${type} ${resource} ${name}=${value}`);
      }
    }
  }
  return lines.sort();
}

const describePartition = (partition: PartitionState): string =>
  `partition ${partition.topic}-${partition.index} ${valuesOf(partition)}`;

/** All fields of a state by name, so that none is forgotten when there are more. */
const valuesOf = (state: object): string =>
  Object.entries(state)
    .map(([name, value]) => `${name} ${JSON.stringify(value)}`)
    .sort()
    .join(', ');
