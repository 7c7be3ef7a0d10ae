/**
 * Partition: a partition's whole state, at its creation. Replicas stand in order of preference.
 * 1: log directories, empty here: a node has one. 2: eligible leader replicas (KIP-966).
 */
import { defineRecord, type RecordOf } from '../../protocol/record-schema.ts';
import { arrayOf, int8, int32, uuid } from '../../protocol/schema.ts';

export const partitionRecord = defineRecord({
  key: 3,
  name: 'PartitionRecord',
  versions: [0, 2],
  fields: {
    partitionId: int32({ default: -1 }),
    topicId: uuid(),
    replicas: arrayOf(int32()),
    isr: arrayOf(int32()),
    removingReplicas: arrayOf(int32()),
    addingReplicas: arrayOf(int32()),
    leader: int32({ default: -1 }),
    leaderRecoveryState: int8({ default: 0, tag: 0 }),
    leaderEpoch: int32({ default: -1 }),
    partitionEpoch: int32({ default: -1 }),
    directories: arrayOf(uuid(), { since: 1 }),
    eligibleLeaderReplicas: arrayOf(int32(), { since: 2, nullable: 2, default: null, tag: 1 }),
    lastKnownElr: arrayOf(int32(), { since: 2, nullable: 2, default: null, tag: 2 }),
  },
});

export type PartitionRecord = RecordOf<typeof partitionRecord>;
