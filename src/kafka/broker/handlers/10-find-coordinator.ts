/**
 * FindCoordinator, versions 0–6.
 * - There are no coordinators in this cluster, neither of groups nor of transactions: every key is
 *   answered COORDINATOR_NOT_AVAILABLE, which clients take as a reason to ask again.
 * 1: key type and error message; 4: many keys in one request (KIP-699).
 */
import { findCoordinatorApi } from '../../protocol/apis/10-find-coordinator.ts';
import { errorCode } from '../../protocol/errors.ts';
import { type Handler, serve } from '../context.ts';

const refusal = {
  errorCode: errorCode.coordinatorNotAvailable,
  errorMessage: 'This cluster has no coordinators.',
  nodeId: -1,
  host: '',
  port: -1,
} as const;

const handleFindCoordinator: Handler<typeof findCoordinatorApi> = (_context, request) => {
  if (request.version < 4) request.respond(refusal);
  else
    request.respond({
      coordinators: request.body.coordinatorKeys.map((key) => ({ key, ...refusal })),
    });
};

export const servedFindCoordinator = serve(findCoordinatorApi, [0, 6], handleFindCoordinator);
