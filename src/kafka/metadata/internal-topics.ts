/**
 * Topics that belong to the cluster. Clients may read them; what is in them, and that they are
 * there at all, is the cluster's own business.
 */

import type { NodeId } from '../../base/ids.ts';

/** The metadata log: a log of the quorum's, never a topic, and its directory is the quorum's. */
export const quorumTopic = '__cluster_metadata';

/** What groups are and what they have committed, in the partition of each group's coordinator. */
export const offsetsTopic = '__consumer_offsets';

const coordinators: ReadonlySet<string> = new Set([
  offsetsTopic,
  '__transaction_state',
  '__share_group_state',
]);

/** Topics in which coordinators keep their state, shown to clients as internal. */
export const isInternalTopic = (name: string): boolean => coordinators.has(name);

/** What coordinators keep, and how the topic of each is made. */
export const isCoordinatorsOwn = (name: string): boolean => name === offsetsTopic;

/**
 * How brokers call themselves where they ask the controller for their coordinators' topics. Who can
 * reach the controller's listener could call itself so, as it could call itself a broker.
 */
export const coordinatorClientId = (node: NodeId): string => `broker-${node}-coordinator`;
export const isCoordinatorClient = (clientId: string | null): boolean =>
  clientId !== null && /^broker-\d+-coordinator$/.test(clientId);

/** Not to be created, deleted, altered, grown or written to by clients. */
export const isReservedTopic = (name: string): boolean =>
  name === quorumTopic || isInternalTopic(name);
