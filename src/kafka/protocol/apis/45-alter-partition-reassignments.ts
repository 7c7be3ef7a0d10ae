/**
 * AlterPartitionReassignments: other replicas for partitions, or an end to a change under way
 * (KIP-455). Versions 0–1, all flexible.
 * - 1: whether the number of replicas may change
 */
import type { RequestOf, ResponseOf } from '../schema.ts';
import { arrayOf, arrayOfStructs, bool, defineApi, int16, int32, string } from '../schema.ts';

export const alterPartitionReassignmentsApi = defineApi({
  key: 45,
  name: 'AlterPartitionReassignments',
  versions: [0, 1],
  flexibleFrom: 0,
  request: {
    timeoutMs: int32({ default: 60_000 }),
    allowReplicationFactorChange: bool({ since: 1, default: true }),
    topics: arrayOfStructs({
      name: string(),
      partitions: arrayOfStructs({
        partitionIndex: int32(),
        /** In order of preference; null takes a change back that is under way. */
        replicas: arrayOf(int32(), { nullable: true, default: null }),
      }),
    }),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    allowReplicationFactorChange: bool({ since: 1, default: true }),
    errorCode: int16({ default: 0 }),
    errorMessage: string({ nullable: true, default: null }),
    responses: arrayOfStructs({
      name: string(),
      partitions: arrayOfStructs({
        partitionIndex: int32(),
        errorCode: int16(),
        errorMessage: string({ nullable: true, default: null }),
      }),
    }),
  },
});

export type AlterPartitionReassignmentsRequest = RequestOf<typeof alterPartitionReassignmentsApi>;
export type AlterPartitionReassignmentsResponse = ResponseOf<typeof alterPartitionReassignmentsApi>;
