/**
 * Every API key that this protocol can speak. What a listener serves is its own choice among these.
 */
import { produceApi } from './apis/00-produce.ts';
import { fetchApi } from './apis/01-fetch.ts';
import { listOffsetsApi } from './apis/02-list-offsets.ts';
import { metadataApi } from './apis/03-metadata.ts';
import { offsetCommitApi } from './apis/08-offset-commit.ts';
import { offsetFetchApi } from './apis/09-offset-fetch.ts';
import { findCoordinatorApi } from './apis/10-find-coordinator.ts';
import { joinGroupApi } from './apis/11-join-group.ts';
import { heartbeatApi } from './apis/12-heartbeat.ts';
import { leaveGroupApi } from './apis/13-leave-group.ts';
import { syncGroupApi } from './apis/14-sync-group.ts';
import { describeGroupsApi } from './apis/15-describe-groups.ts';
import { listGroupsApi } from './apis/16-list-groups.ts';
import { apiVersionsApi } from './apis/18-api-versions.ts';
import { createTopicsApi } from './apis/19-create-topics.ts';
import { deleteTopicsApi } from './apis/20-delete-topics.ts';
import { initProducerIdApi } from './apis/22-init-producer-id.ts';
import { offsetForLeaderEpochApi } from './apis/23-offset-for-leader-epoch.ts';
import { describeConfigsApi } from './apis/32-describe-configs.ts';
import { createPartitionsApi } from './apis/37-create-partitions.ts';
import { deleteGroupsApi } from './apis/42-delete-groups.ts';
import { electLeadersApi } from './apis/43-elect-leaders.ts';
import { incrementalAlterConfigsApi } from './apis/44-incremental-alter-configs.ts';
import { alterPartitionReassignmentsApi } from './apis/45-alter-partition-reassignments.ts';
import { listPartitionReassignmentsApi } from './apis/46-list-partition-reassignments.ts';
import { offsetDeleteApi } from './apis/47-offset-delete.ts';
import { voteApi } from './apis/52-vote.ts';
import { beginQuorumEpochApi } from './apis/53-begin-quorum-epoch.ts';
import { endQuorumEpochApi } from './apis/54-end-quorum-epoch.ts';
import { describeQuorumApi } from './apis/55-describe-quorum.ts';
import { alterPartitionApi } from './apis/56-alter-partition.ts';
import { describeClusterApi } from './apis/60-describe-cluster.ts';
import { brokerRegistrationApi } from './apis/62-broker-registration.ts';
import { brokerHeartbeatApi } from './apis/63-broker-heartbeat.ts';
import { unregisterBrokerApi } from './apis/64-unregister-broker.ts';
import { allocateProducerIdsApi } from './apis/67-allocate-producer-ids.ts';
import { consumerGroupHeartbeatApi } from './apis/68-consumer-group-heartbeat.ts';
import { consumerGroupDescribeApi } from './apis/69-consumer-group-describe.ts';
import { describeTopicPartitionsApi } from './apis/75-describe-topic-partitions.ts';
import type { Api } from './schema.ts';

export const apis: readonly Api[] = [
  produceApi,
  fetchApi,
  listOffsetsApi,
  metadataApi,
  offsetCommitApi,
  offsetFetchApi,
  findCoordinatorApi,
  joinGroupApi,
  heartbeatApi,
  leaveGroupApi,
  syncGroupApi,
  describeGroupsApi,
  listGroupsApi,
  apiVersionsApi,
  createTopicsApi,
  deleteTopicsApi,
  initProducerIdApi,
  offsetForLeaderEpochApi,
  describeConfigsApi,
  createPartitionsApi,
  deleteGroupsApi,
  electLeadersApi,
  incrementalAlterConfigsApi,
  alterPartitionReassignmentsApi,
  listPartitionReassignmentsApi,
  offsetDeleteApi,
  voteApi,
  beginQuorumEpochApi,
  endQuorumEpochApi,
  describeQuorumApi,
  alterPartitionApi,
  describeClusterApi,
  brokerRegistrationApi,
  brokerHeartbeatApi,
  unregisterBrokerApi,
  allocateProducerIdsApi,
  consumerGroupHeartbeatApi,
  consumerGroupDescribeApi,
  describeTopicPartitionsApi,
];

export const apiByKey: ReadonlyMap<number, Api> = new Map(apis.map((api) => [api.key, api]));
