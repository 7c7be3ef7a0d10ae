/**
 * What one broker tells of the cluster: topics, partitions, replicas, settings and brokers, by its
 * own word.
 */

import type { NodeId } from '../../base/ids.ts';
import type { Address } from '../../host/network.ts';
import type {
  Admin,
  AdminOptions,
  ConfigEntry,
  TopicDescription,
} from '../../kafka/client/admin/admin.ts';
import type { Reassignment } from '../../kafka/client/admin/reassignments.ts';
import { ClientError } from '../../kafka/client/errors.ts';
import { errorCode } from '../../kafka/protocol/errors.ts';
import type { BrokerView } from '../history/operations.ts';

export async function readView(
  admin: Admin,
  { id, address }: { readonly id: number; readonly address: Address },
  options: AdminOptions,
): Promise<Omit<BrokerView, 'phase' | 'atUs'>> {
  const asked = { ...options, from: address };
  const listed = (await admin.listTopics(asked)).filter(({ isInternal }) => !isInternal);
  const names = listed.map(({ name }) => name);
  const described = names.length === 0 ? [] : await admin.countPartitions(names, asked);
  const configs: BrokerView['configs'][number][] = [];
  for (const name of names) {
    const entries = await admin.describeConfigs({ type: 'topic', name }, asked).catch(ifGone);
    if (entries !== null) configs.push({ resource: 'topic', name, values: ownOf(entries) });
  }
  for (const name of ['', String(id)]) {
    const entries = await admin.describeConfigs({ type: 'broker', name }, asked);
    configs.push({ resource: 'broker', name, values: ownOf(entries) });
  }
  const replicas = replicasOf(listed, await admin.listReassignments(asked));
  const { brokers } = await admin.describeCluster(asked);
  return {
    broker: id,
    topics: listed.map(({ name, id, partitions }) => ({ name, id, partitions: partitions.length })),
    described,
    replicas,
    configs,
    brokers: brokers.map(({ nodeId }) => nodeId),
  };
}

/** As they are to be once those that are under way have ended. */
function replicasOf(
  topics: readonly TopicDescription[],
  underway: readonly Reassignment[],
): Record<string, readonly NodeId[]> {
  const nameOf = (topic: string, index: number): string => `${topic}-${index}`;
  const changing = underway.map(({ topic, partition, replicas, removing }) => [
    nameOf(topic, partition),
    replicas.filter((node) => !removing.includes(node)),
  ]);
  const settled = topics.flatMap(({ name, partitions }) =>
    partitions.map(({ index, replicas }) => [nameOf(name, index), replicas]),
  );
  return Object.fromEntries([...settled, ...changing]);
}

/** A topic may be deleted between two questions. */
function ifGone(error: unknown): null {
  const isGone = error instanceof ClientError && error.code === errorCode.unknownTopicOrPartition;
  if (isGone) return null;
  throw error;
}

function ownOf(entries: readonly ConfigEntry[]): Record<string, string> {
  const own = entries.filter(({ isOwn, value }) => isOwn && value !== null);
  return Object.fromEntries(own.map(({ name, value }) => [name, value!]));
}
