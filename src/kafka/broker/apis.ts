/**
 * What each listener serves: the broker's for clients and followers, the controller's for nodes.
 */
import type { MetadataImage } from '../metadata/image.ts';
import { fetchApi } from '../protocol/apis/01-fetch.ts';
import { createTopicsApi } from '../protocol/apis/19-create-topics.ts';
import { deleteTopicsApi } from '../protocol/apis/20-delete-topics.ts';
import { alterConfigsApi } from '../protocol/apis/33-alter-configs.ts';
import { createPartitionsApi } from '../protocol/apis/37-create-partitions.ts';
import { electLeadersApi } from '../protocol/apis/43-elect-leaders.ts';
import { incrementalAlterConfigsApi } from '../protocol/apis/44-incremental-alter-configs.ts';
import { voteApi } from '../protocol/apis/52-vote.ts';
import { beginQuorumEpochApi } from '../protocol/apis/53-begin-quorum-epoch.ts';
import { endQuorumEpochApi } from '../protocol/apis/54-end-quorum-epoch.ts';
import { describeQuorumApi } from '../protocol/apis/55-describe-quorum.ts';
import { alterPartitionApi } from '../protocol/apis/56-alter-partition.ts';
import { brokerRegistrationApi } from '../protocol/apis/62-broker-registration.ts';
import { brokerHeartbeatApi } from '../protocol/apis/63-broker-heartbeat.ts';
import { unregisterBrokerApi } from '../protocol/apis/64-unregister-broker.ts';
import { allocateProducerIdsApi } from '../protocol/apis/67-allocate-producer-ids.ts';
import type { Api } from '../protocol/schema.ts';
import type { Request } from '../rpc/contract.ts';
import type { BrokerApi, BrokerContext } from './context.ts';
import { servedProduce } from './handlers/00-produce.ts';
import { servedFetch } from './handlers/01-fetch.ts';
import { servedListOffsets } from './handlers/02-list-offsets.ts';
import { servedMetadata } from './handlers/03-metadata.ts';
import { servedFindCoordinator } from './handlers/10-find-coordinator.ts';
import { withApiVersions } from './handlers/18-api-versions.ts';
import { servedCreateTopics } from './handlers/19-create-topics.ts';
import { servedDeleteTopics } from './handlers/20-delete-topics.ts';
import { servedInitProducerId } from './handlers/22-init-producer-id.ts';
import { servedOffsetForLeaderEpoch } from './handlers/23-offset-for-leader-epoch.ts';
import { servedDescribeConfigs } from './handlers/32-describe-configs.ts';
import { servedAlterConfigs } from './handlers/33-alter-configs.ts';
import { servedCreatePartitions } from './handlers/37-create-partitions.ts';
import { servedElectLeaders } from './handlers/43-elect-leaders.ts';
import { servedIncrementalAlterConfigs } from './handlers/44-incremental-alter-configs.ts';
import { servedDescribeQuorum } from './handlers/55-describe-quorum.ts';
import { servedDescribeCluster } from './handlers/60-describe-cluster.ts';
import { servedDescribeTopicPartitions } from './handlers/75-describe-topic-partitions.ts';
import type { ServedApi } from './listener.ts';

const brokerHandlers: readonly BrokerApi[] = [
  servedProduce,
  servedFetch,
  servedListOffsets,
  servedMetadata,
  servedFindCoordinator,
  servedCreateTopics,
  servedDeleteTopics,
  servedInitProducerId,
  servedOffsetForLeaderEpoch,
  servedDescribeConfigs,
  servedAlterConfigs,
  servedCreatePartitions,
  servedElectLeaders,
  servedIncrementalAlterConfigs,
  servedDescribeQuorum,
  servedDescribeCluster,
  servedDescribeTopicPartitions,
];

export const brokerApis = (context: BrokerContext): readonly ServedApi[] =>
  withApiVersions(
    context.image,
    brokerHandlers.map(({ api, minVersion, maxVersion, handle }) => ({
      api,
      minVersion,
      maxVersion,
      handle: (request) => handle(context, request),
    })),
  );

/** APIs of the controller listener, and the versions in which nodes of this software speak them. */
const controllerVersions: readonly (readonly [api: Api, min: number, max: number])[] = [
  // Replicas of the metadata log fetch by topic id (13) and name themselves by directory (17).
  [fetchApi, 13, 18],
  [createTopicsApi, 2, 7],
  [deleteTopicsApi, 1, 6],
  [alterConfigsApi, 0, 2],
  [createPartitionsApi, 0, 3],
  [electLeadersApi, 0, 2],
  [incrementalAlterConfigsApi, 0, 1],
  [voteApi, 0, 2],
  [beginQuorumEpochApi, 0, 1],
  [endQuorumEpochApi, 0, 1],
  [describeQuorumApi, 0, 2],
  [alterPartitionApi, 2, 3],
  [brokerRegistrationApi, 0, 4],
  [brokerHeartbeatApi, 0, 1],
  [unregisterBrokerApi, 0, 0],
  [allocateProducerIdsApi, 0, 0],
];

/** Whoever can handle an API key: the quorum or the controller. */
export interface ControllerSide {
  handles(apiKey: number): boolean;
  handle(request: Request): void;
}

/**
 * The controller listener's table: each API at the first of `sides` that handles it, none where
 * none does.
 */
export function controllerApis(
  image: MetadataImage,
  sides: readonly ControllerSide[],
): readonly ServedApi[] {
  const served: ServedApi[] = [];
  for (const [api, min, max] of controllerVersions) {
    const side = sides.find((one) => one.handles(api.key));
    if (side === undefined) continue;
    served.push({
      api,
      minVersion: min,
      maxVersion: max,
      handle: (request) => side.handle(request),
    });
  }
  return withApiVersions(image, served);
}
