/**
 * What each listener serves: the broker's for clients and followers, the controller's for nodes.
 */
import { type Decider, decidedApis } from '../controller/served.ts';
import type { MetadataImage } from '../metadata/image.ts';
import { type QuorumDoor, quorumApis } from '../raft/requests-in.ts';
import { bound, type ListedApi } from '../rpc/served-api.ts';
import type { BrokerApi, BrokerContext } from './context.ts';
import { servedProduce } from './handlers/00-produce.ts';
import { servedFetch } from './handlers/01-fetch.ts';
import { servedListOffsets } from './handlers/02-list-offsets.ts';
import { servedMetadata } from './handlers/03-metadata.ts';
import { servedOffsetCommit } from './handlers/08-offset-commit.ts';
import { servedOffsetFetch } from './handlers/09-offset-fetch.ts';
import { servedFindCoordinator } from './handlers/10-find-coordinator.ts';
import { servedJoinGroup } from './handlers/11-join-group.ts';
import { servedHeartbeat } from './handlers/12-heartbeat.ts';
import { servedLeaveGroup } from './handlers/13-leave-group.ts';
import { servedSyncGroup } from './handlers/14-sync-group.ts';
import { servedDescribeGroups } from './handlers/15-describe-groups.ts';
import { servedListGroups } from './handlers/16-list-groups.ts';
import { withApiVersions } from './handlers/18-api-versions.ts';
import { servedCreateTopics } from './handlers/19-create-topics.ts';
import { servedDeleteTopics } from './handlers/20-delete-topics.ts';
import { servedInitProducerId } from './handlers/22-init-producer-id.ts';
import { servedOffsetForLeaderEpoch } from './handlers/23-offset-for-leader-epoch.ts';
import { servedDescribeConfigs } from './handlers/32-describe-configs.ts';
import { servedAlterConfigs } from './handlers/33-alter-configs.ts';
import { servedCreatePartitions } from './handlers/37-create-partitions.ts';
import { servedDeleteGroups } from './handlers/42-delete-groups.ts';
import { servedElectLeaders } from './handlers/43-elect-leaders.ts';
import { servedIncrementalAlterConfigs } from './handlers/44-incremental-alter-configs.ts';
import { servedAlterPartitionReassignments } from './handlers/45-alter-partition-reassignments.ts';
import { servedListPartitionReassignments } from './handlers/46-list-partition-reassignments.ts';
import { servedOffsetDelete } from './handlers/47-offset-delete.ts';
import { servedDescribeQuorum } from './handlers/55-describe-quorum.ts';
import { servedDescribeCluster } from './handlers/60-describe-cluster.ts';
import { servedConsumerGroupHeartbeat } from './handlers/68-consumer-group-heartbeat.ts';
import { servedConsumerGroupDescribe } from './handlers/69-consumer-group-describe.ts';
import { servedDescribeTopicPartitions } from './handlers/75-describe-topic-partitions.ts';

const brokerHandlers: readonly BrokerApi[] = [
  servedProduce,
  servedFetch,
  servedListOffsets,
  servedMetadata,
  servedFindCoordinator,
  servedOffsetCommit,
  servedOffsetFetch,
  servedJoinGroup,
  servedHeartbeat,
  servedLeaveGroup,
  servedSyncGroup,
  servedDescribeGroups,
  servedListGroups,
  servedDeleteGroups,
  servedOffsetDelete,
  servedConsumerGroupHeartbeat,
  servedConsumerGroupDescribe,
  servedCreateTopics,
  servedDeleteTopics,
  servedInitProducerId,
  servedOffsetForLeaderEpoch,
  servedDescribeConfigs,
  servedAlterConfigs,
  servedCreatePartitions,
  servedElectLeaders,
  servedIncrementalAlterConfigs,
  servedAlterPartitionReassignments,
  servedListPartitionReassignments,
  servedDescribeQuorum,
  servedDescribeCluster,
  servedDescribeTopicPartitions,
];

export const brokerApis = (context: BrokerContext): readonly ListedApi[] =>
  withApiVersions(context.image, bound(context, brokerHandlers));

export const controllerApis = (
  image: MetadataImage,
  quorum: QuorumDoor,
  controller: Decider,
): readonly ListedApi[] =>
  withApiVersions(image, [...bound(quorum, quorumApis), ...bound(controller, decidedApis)]);
