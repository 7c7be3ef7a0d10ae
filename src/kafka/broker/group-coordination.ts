/** Makes a broker's coordinator of groups, with the groups of both protocols, as it is set up. */
import type { Host } from '../../host/host.ts';
import type { NodeConfig } from '../config.ts';
import { ClassicGroup } from '../group/classic/group.ts';
import { ConsumerGroup } from '../group/consumer/group.ts';
import { GroupCoordinator } from '../group/coordinator.ts';
import { groupTimeouts } from '../group/group-timeouts.ts';
import { topicsOf } from '../group/known-topics.ts';
import type { OffsetsTopic } from '../group/offsets-topic.ts';
import type { MetadataImage } from '../metadata/image.ts';
import { plainUuid } from '../metadata/random-uuid.ts';
import type { Observe } from '../observation.ts';
import type { ReplicaManager } from '../replication/replica-manager.ts';
import type { NodeRules } from './node-rules.ts';

export interface Coordination {
  readonly host: Host;
  readonly config: NodeConfig;
  readonly rules: NodeRules;
  readonly observe: Observe;
  readonly image: MetadataImage;
  readonly topic: OffsetsTopic;
  readonly replicas: ReplicaManager;
}

export function groupCoordinator(given: Coordination): GroupCoordinator {
  const { config, host, image, observe, replicas, rules, topic } = given;
  const { nodeId: node, settings } = config;
  const policy = settings.groupConsumerMigrationPolicy;
  const newUuid = (): string => plainUuid(host.random.stream('member-ids'));
  return new GroupCoordinator({
    topic,
    image,
    newClassicGroup: (groupId) =>
      new ClassicGroup({
        groupId,
        rules: rules.classic,
        settings: {
          minSessionTimeoutMs: settings.groupMinSessionTimeoutMs,
          maxSessionTimeoutMs: settings.groupMaxSessionTimeoutMs,
          initialRebalanceDelayMs: settings.groupInitialRebalanceDelayMs,
          maxSize: settings.groupMaxSize,
        },
        newUuid,
      }),
    newConsumerGroup: (groupId) =>
      new ConsumerGroup({
        groupId,
        rules: rules.consumer,
        settings: {
          maxSize: settings.groupConsumerMaxSize,
          assignors: settings.groupConsumerAssignors.split(','),
          minSessionTimeoutMs: settings.groupMinSessionTimeoutMs,
          maxSessionTimeoutMs: settings.groupMaxSessionTimeoutMs,
          mayUpgrade: policy === 'bidirectional' || policy === 'upgrade',
          mayDowngrade: policy === 'bidirectional' || policy === 'downgrade',
        },
        topics: topicsOf(image),
        timeouts: () => groupTimeouts(image, settings, groupId),
        newUuid,
      }),
    environment: {
      host,
      settings,
      node,
      rules: rules.group,
      replicas,
      observe,
      topicName: (id) => image.topicsById.get(id)?.name ?? id,
    },
  });
}
