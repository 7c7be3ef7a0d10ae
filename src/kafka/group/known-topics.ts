/** The topics of a metadata image, as groups look at them. */
import type { MetadataImage, TopicState } from '../metadata/image.ts';
import type { KnownTopic, Topics } from './consumer/contract.ts';

export const topicsOf = (image: MetadataImage): Topics => ({
  byName: (name) => known(image.topicsByName.get(name)),
  byId: (id) => known(image.topicsById.get(id)),
  names: () => image.topicsByName.keys(),
});

const known = (topic: TopicState | undefined): KnownTopic | null =>
  topic === undefined
    ? null
    : { name: topic.name, id: topic.id, partitionCount: topic.partitions.length };
