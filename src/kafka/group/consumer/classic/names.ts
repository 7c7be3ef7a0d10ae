/** Partitions of classic members go by topic names, those of the group by ids. */
import type { Uuid } from '../../../../base/ids.ts';
import type { Epoch, Held, Partitions, Topics } from '../contract.ts';
import { ascending } from '../partitions.ts';
import type { NamedPartitions } from './protocol.ts';

/** What is not there is left out. */
export function byId(named: NamedPartitions, topics: Topics): Partitions {
  const all = new Map<Uuid, readonly number[]>();
  for (const { partitions, topic } of named) {
    const known = topics.byName(topic);
    if (known === null) continue;
    const there = partitions.filter((index) => index >= 0 && index < known.partitionCount);
    const indexes = ascending([...new Set([...(all.get(known.id) ?? []), ...there])]);
    if (indexes.length > 0) all.set(known.id, indexes);
  }
  return all;
}

export function byTopicName(partitions: Partitions, topics: Topics): NamedPartitions {
  return [...partitions].flatMap(([id, indexes]) => {
    const topic = topics.byId(id);
    return topic === null ? [] : [{ topic: topic.name, partitions: indexes }];
  });
}

export const heldSince = (partitions: Partitions, epoch: Epoch): Held =>
  new Map([...partitions].map(([id, indexes]) => [id, new Map(indexes.map((i) => [i, epoch]))]));
