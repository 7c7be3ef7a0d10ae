/**
 * FindCoordinator: which broker coordinates a group (key type 0), a transactional id (1) or a
 * share group (2). Versions 0–6.
 * - 1: key type, error message
 * - 3: flexible
 * - 4: many keys at once (KIP-699)
 * - 5: TRANSACTION_ABORTABLE
 * - 6: share groups
 */
import type { RequestOf, ResponseOf } from '../schema.ts';
import { arrayOf, arrayOfStructs, defineApi, int8, int16, int32, string } from '../schema.ts';

export const findCoordinatorApi = defineApi({
  key: 10,
  name: 'FindCoordinator',
  versions: [0, 6],
  flexibleFrom: 3,
  request: {
    key: string({ until: 3 }),
    keyType: int8({ since: 1, default: 0 }),
    coordinatorKeys: arrayOf(string(), { since: 4 }),
  },
  response: {
    throttleTimeMs: int32({ since: 1 }),
    errorCode: int16({ until: 3 }),
    errorMessage: string({ since: 1, until: 3, nullable: true }),
    nodeId: int32({ until: 3 }),
    host: string({ until: 3 }),
    port: int32({ until: 3 }),
    coordinators: arrayOfStructs(
      {
        key: string(),
        nodeId: int32(),
        host: string(),
        port: int32(),
        errorCode: int16(),
        errorMessage: string({ nullable: true }),
      },
      { since: 4 },
    ),
  },
});

export type FindCoordinatorRequest = RequestOf<typeof findCoordinatorApi>;
export type FindCoordinatorResponse = ResponseOf<typeof findCoordinatorApi>;
