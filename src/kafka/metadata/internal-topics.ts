/**
 * Topics that belong to the cluster. Clients may read them; what is in them, and that they are
 * there at all, is the cluster's own business.
 */

/** The metadata log: a log of the quorum's, never a topic, and its directory is the quorum's. */
export const quorumTopic = '__cluster_metadata';

const coordinators: ReadonlySet<string> = new Set([
  '__consumer_offsets',
  '__transaction_state',
  '__share_group_state',
]);

/** Topics in which coordinators keep their state, shown to clients as internal. */
export const isInternalTopic = (name: string): boolean => coordinators.has(name);

/** Not to be created, deleted, altered, grown or written to by clients. */
export const isReservedTopic = (name: string): boolean =>
  name === quorumTopic || isInternalTopic(name);
