/**
 * FindCoordinator, versions 0–6.
 * - There are no coordinators in this cluster, neither of groups nor of transactions: every key is
 *   answered COORDINATOR_NOT_AVAILABLE, which clients take as a reason to ask again.
 * - A type of coordinator that does not exist, or not in this version, is INVALID_REQUEST; so is a
 *   key of a share group that is not `group:topicId:partition`.
 * 1: key type and error message; 4: many keys in one request (KIP-699); 6: share groups (KIP-932).
 */
import { findCoordinatorApi } from '../../protocol/apis/10-find-coordinator.ts';
import { errorCode } from '../../protocol/errors.ts';
import { serve } from '../../rpc/served-api.ts';
import type { BrokerHandler } from '../context.ts';

const shareType = 2;

const answer = (code: number, message: string) => ({
  errorCode: code,
  errorMessage: message,
  nodeId: -1,
  host: '',
  port: -1,
});

const unavailable = answer(errorCode.coordinatorNotAvailable, 'This cluster has no coordinators.');
const unknownType = answer(
  errorCode.invalidRequest,
  'There is no such type of coordinator in this version.',
);
const badShareKey = answer(
  errorCode.invalidRequest,
  'The key of a share coordinator is group:topicId:partition.',
);

const handleFindCoordinator: BrokerHandler<typeof findCoordinatorApi> = (_context, request) => {
  const { version, body } = request;
  const isKnown = body.keyType >= 0 && body.keyType <= (version >= 6 ? shareType : 1);
  if (version < 4) {
    request.respond(isKnown ? unavailable : unknownType);
    return;
  }
  request.respond({
    coordinators: body.coordinatorKeys.map((key) => {
      if (!isKnown) return { key, ...unknownType };
      const isBad = body.keyType === shareType && !isShareKey(key);
      return { key, ...(isBad ? badShareKey : unavailable) };
    }),
  });
};

const isShareKey = (key: string): boolean => /^.+:[A-Za-z0-9_-]{22}:[0-9]{1,10}$/.test(key);

export const servedFindCoordinator = serve(findCoordinatorApi, [0, 6], handleFindCoordinator);
