/**
 * ListPartitionReassignments, version 0.
 * - Tells the partitions that are changing their replicas, of those asked for or of all (null); a
 *   partition that is not there is left out, as one that changes nothing.
 * - Answered from the metadata that this broker has applied; Kafka asks the active controller.
 */
import type { MetadataImage } from '../../metadata/image.ts';
import { isReassigning, type TopicState } from '../../metadata/state.ts';
import {
  type ListPartitionReassignmentsRequest,
  listPartitionReassignmentsApi,
} from '../../protocol/apis/46-list-partition-reassignments.ts';
import { serve } from '../../rpc/served-api.ts';
import type { BrokerApi } from '../context.ts';

type Asked = NonNullable<ListPartitionReassignmentsRequest['topics']>[number];

export const servedListPartitionReassignments: BrokerApi = serve(
  listPartitionReassignmentsApi,
  [0, 0],
  ({ image }, request) => {
    request.respond({ topics: changing(image, request.body) });
  },
);

function changing(image: MetadataImage, { topics }: ListPartitionReassignmentsRequest) {
  const asked = topics ?? [...image.topicsByName.values()].map(wholeOf);
  return asked
    .map(({ name, partitionIndexes }) => ({
      name,
      partitions: partitionIndexes.flatMap((index) => {
        const partition = image.topicsByName.get(name)?.partitions[index];
        if (partition === undefined || !isReassigning(partition)) return [];
        const { replicas, adding, removing } = partition;
        return [
          {
            partitionIndex: index,
            replicas,
            addingReplicas: adding,
            removingReplicas: removing,
          },
        ];
      }),
    }))
    .filter(({ partitions }) => partitions.length > 0);
}

const wholeOf = ({ name, partitions }: TopicState): Asked => ({
  name,
  partitionIndexes: partitions.map(({ index }) => index),
});
