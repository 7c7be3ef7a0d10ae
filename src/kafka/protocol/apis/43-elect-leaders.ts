/**
 * ElectLeaders: the preferred replica (election type 0), or any where there is no leader (1).
 * Versions 0–2.
 * - 0: preferred elections only
 * - 1: the type of election, an error for the whole answer (KIP-460)
 * - 2: flexible
 */
import type { RequestOf, ResponseOf } from '../schema.ts';
import { arrayOf, arrayOfStructs, defineApi, int8, int16, int32, string } from '../schema.ts';

export const electionType = { preferred: 0, unclean: 1 } as const;

export const electLeadersApi = defineApi({
  key: 43,
  name: 'ElectLeaders',
  versions: [0, 2],
  flexibleFrom: 2,
  request: {
    electionType: int8({ since: 1, default: electionType.preferred }),
    /** Null: all partitions. */
    topicPartitions: arrayOfStructs(
      { topic: string(), partitions: arrayOf(int32()) },
      { nullable: true },
    ),
    timeoutMs: int32({ default: 60_000 }),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16({ since: 1, default: 0 }),
    replicaElectionResults: arrayOfStructs({
      topic: string(),
      partitionResult: arrayOfStructs({
        partitionId: int32(),
        errorCode: int16(),
        errorMessage: string({ nullable: true, default: null }),
      }),
    }),
  },
});

export type ElectLeadersRequest = RequestOf<typeof electLeadersApi>;
export type ElectLeadersResponse = ResponseOf<typeof electLeadersApi>;
