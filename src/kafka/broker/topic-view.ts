/**
 * What clients are told of brokers and topics; shared by the handlers that describe the cluster.
 */
import type { NodeId } from '../../base/ids.ts';
import type { BrokerState, MetadataImage, PartitionState } from '../metadata/image.ts';
import type { BrokerContext } from './context.ts';

/** Fenced brokers are not shown: nobody should connect to them. */
export function liveBrokers(image: MetadataImage): BrokerState[] {
  const live: BrokerState[] = [];
  for (const broker of image.brokers.values()) if (!broker.fenced) live.push(broker);
  return live;
}

/**
 * The broker that clients take for the controller: any one that lives, since every broker forwards
 * and controllers' listeners are not for clients (KIP-590). −1 when none lives.
 */
export function anyLiveBroker(context: BrokerContext): NodeId {
  const live = liveBrokers(context.image);
  if (live.length === 0) return -1;
  return live[context.host.random.stream('controller-for-clients').int(live.length)]?.id ?? -1;
}

export function offlineReplicas(image: MetadataImage, partition: PartitionState): NodeId[] {
  return partition.replicas.filter((id) => image.brokers.get(id)?.fenced !== false);
}

/** −1 where nobody leads, or a broker that is no more. */
export const shownLeader = (image: MetadataImage, partition: PartitionState): NodeId =>
  image.brokers.has(partition.leader) ? partition.leader : -1;

/** Kafka's rule for topic names, by which an unknown topic is told from an impossible one. */
export const isTopicName = (name: string): boolean =>
  /^[a-zA-Z0-9._-]{1,249}$/.test(name) && name !== '.' && name !== '..';

/** Not told: nobody asked. */
export const operationsUntold = -2_147_483_648;

/**
 * What a client may do, as bits by Kafka's numbers of operations (KIP-430): with no authorizer all
 * that can be done to a topic, or to the cluster.
 */
export const topicOperations = 0b1101_1111_1000;
export const clusterOperations = 0b1_1111_1010_0000;

/** Of a group: read, delete, describe, and see and alter its settings. */
export const groupOperations = 0b1101_0100_1000;

/** An endpoint as answers carry it beside NOT_LEADER_OR_FOLLOWER (KIP-951). */
export interface NodeEndpoint {
  readonly nodeId: NodeId;
  readonly host: string;
  readonly port: number;
  readonly rack: string | null;
}

/** Where the new leaders are reached, each once. */
export function endpointsOf(image: MetadataImage, leaders: readonly NodeId[]): NodeEndpoint[] {
  const endpoints: NodeEndpoint[] = [];
  for (const id of new Set(leaders)) {
    const broker = image.brokers.get(id);
    if (broker === undefined) continue;
    endpoints.push({ nodeId: id, host: broker.host, port: broker.port, rack: broker.rack });
  }
  return endpoints;
}
