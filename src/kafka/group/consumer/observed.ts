/** What the world is told of a record of a consumer group, once it is committed. */
import type { Uuid } from '../../../base/ids.ts';
import type { ConsumerRecord, Held } from './contract.ts';
import { each } from './partitions.ts';

export type ObservedRecord =
  | { readonly kind: 'group-epoch'; readonly epoch: number }
  | {
      readonly kind: 'member-assigned';
      readonly memberId: string;
      readonly epoch: number;
      readonly assigned: readonly string[];
      readonly revoking: readonly string[];
    };

/** Null of records that say nothing of epochs and of what members have. */
export function observedOf(
  record: ConsumerRecord,
  topicName: (id: Uuid) => string,
): ObservedRecord | null {
  if (record.kind === 'epoch') return { kind: 'group-epoch', epoch: record.value?.epoch ?? -1 };
  if (record.kind !== 'current') return null;
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
