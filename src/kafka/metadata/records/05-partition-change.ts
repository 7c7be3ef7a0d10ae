/**
 * PartitionChange: what changed in a partition; the rest stays. `leader` −2 and
 * `leaderRecoveryState` −1 mean no change; a leader that is set, even to the same node, raises the
 * leader epoch. Every change raises the partition epoch. 1: log directories. 2: eligible leader
 * replicas (KIP-966).
 */
import { defineRecord, type RecordOf } from '../../protocol/record-schema.ts';
import { arrayOf, int8, int32, uuid } from '../../protocol/schema.ts';

export const partitionChangeRecord = defineRecord({
  key: 5,
  name: 'PartitionChangeRecord',
  versions: [0, 2],
  fields: {
    partitionId: int32({ default: -1 }),
    topicId: uuid(),
    isr: arrayOf(int32(), { nullable: true, default: null, tag: 0 }),
    leader: int32({ default: -2, tag: 1 }),
    replicas: arrayOf(int32(), { nullable: true, default: null, tag: 2 }),
    removingReplicas: arrayOf(int32(), { nullable: true, default: null, tag: 3 }),
    addingReplicas: arrayOf(int32(), { nullable: true, default: null, tag: 4 }),
    leaderRecoveryState: int8({ default: -1, tag: 5 }),
    eligibleLeaderReplicas: arrayOf(int32(), { since: 2, nullable: 2, default: null, tag: 6 }),
    lastKnownElr: arrayOf(int32(), { since: 2, nullable: 2, default: null, tag: 7 }),
    directories: arrayOf(uuid(), { since: 1, nullable: 1, default: null, tag: 8 }),
  },
});

export type PartitionChangeRecord = RecordOf<typeof partitionChangeRecord>;
