/** What the world is told of a record of a consumer group, once it is committed. */
import type { Uuid } from '../../../base/ids.ts';
import type { GroupObservation } from '../../observation.ts';
import type { ConsumerRecord, Held, Partitions, Subscription } from './contract.ts';
import { each } from './partitions.ts';

type Kinds =
  | 'group-epoch'
  | 'member-subscribed'
  | 'member-target'
  | 'targets-set'
  | 'member-assigned';
type Told<O> = O extends unknown
  ? Omit<O, 'node' | 'coordinator' | 'leaderEpoch' | 'at' | 'group' | 'found'>
  : never;

export type ObservedRecord = Told<Extract<GroupObservation, { kind: Kinds }>>;

interface ToldBy {
  readonly topicName: (id: Uuid) => string;
  readonly assignor: string;
}

/** Null of records that say nothing of epochs and of what members have. */
export function observedOfConsumer(
  record: ConsumerRecord,
  { assignor, topicName }: ToldBy,
): ObservedRecord | null {
  switch (record.kind) {
    case 'epoch':
      return { kind: 'group-epoch', epoch: record.value?.epoch ?? -1 };
    case 'target-epoch':
      return { kind: 'targets-set', epoch: record.value ?? -1 };
    case 'target': {
      const { memberId, value } = record;
      const partitions = value === null ? [] : namesIn(value, topicName);
      return { kind: 'member-target', memberId, partitions };
    }
    case 'member':
      return { kind: 'member-subscribed', ...described(record.memberId, record.value, assignor) };
    case 'current': {
      const { memberId, value } = record;
      const namesOf = (held: Held): string[] =>
        [...each(held)].map(([topicId, partition]) => `${topicName(topicId)}-${partition}`);
      return {
        kind: 'member-assigned',
        memberId,
        epoch: value?.epoch ?? -1,
        assigned: value === null ? [] : namesOf(value.assigned),
        revoking: value === null ? [] : namesOf(value.revoking),
      };
    }
    default:
      return null;
  }
}

function described(memberId: string, value: Subscription | null, assignor: string) {
  return {
    memberId,
    isMember: value !== null,
    instanceId: value?.instanceId ?? null,
    topics: value?.topics ?? [],
    pattern: value?.regex ?? null,
    assignor: value?.serverAssignor ?? assignor,
    rebalanceTimeoutMs: value?.rebalanceTimeoutMs ?? -1,
  };
}

const namesIn = (partitions: Partitions, topicName: (id: Uuid) => string): string[] =>
  [...partitions].flatMap(([topicId, indexes]) =>
    indexes.map((index) => `${topicName(topicId)}-${index}`),
  );
