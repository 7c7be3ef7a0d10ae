/**
 * FindCoordinator, versions 0–6.
 * - The coordinator of a group is the leader of the partition of the offsets topic that the group's
 *   id hashes to. Where that has no live leader, or where the topic is not there yet (it is asked
 *   for then), COORDINATOR_NOT_AVAILABLE, which clients take as a reason to ask again.
 * - There are no transactions and no share groups: their keys are INVALID_REQUEST, which clients
 *   take as final. COORDINATOR_NOT_AVAILABLE they would ask again, for ever.
 * - A type of coordinator that does not exist, or not in this version, is INVALID_REQUEST; so is a
 *   key of a share group that is not `group:topicId:partition`.
 * 1: key type and error message; 4: many keys in one request (KIP-699); 6: share groups (KIP-932).
 */
import { findCoordinatorApi } from '../../protocol/apis/10-find-coordinator.ts';
import { errorCode } from '../../protocol/errors.ts';
import { serve } from '../../rpc/served-api.ts';
import type { BrokerContext, BrokerHandler } from '../context.ts';

const groupType = 0;
const transactionType = 1;
const shareType = 2;

const refused = (code: number, message: string) => ({
  errorCode: code,
  errorMessage: message,
  nodeId: -1,
  host: '',
  port: -1,
});

const invalid = (message: string) => refused(errorCode.invalidRequest, message);
const noTransactions = invalid('This cluster has no transactions.');
const noShareGroups = invalid('This cluster has no share groups.');
const unknownType = invalid('There is no such type of coordinator in this version.');
const badShareKey = invalid('The key of a share coordinator is group:topicId:partition.');
const notYet = refused(errorCode.coordinatorNotAvailable, 'The coordinator is not available.');

const handleFindCoordinator: BrokerHandler<typeof findCoordinatorApi> = (context, request) => {
  const { version, body } = request;
  const isKnown = body.keyType >= 0 && body.keyType <= (version >= 6 ? shareType : 1);
  const find = (key: string) => (isKnown ? coordinatorOf(context, body.keyType, key) : unknownType);
  if (version < 4) request.respond(find(body.key));
  else {
    const coordinators = body.coordinatorKeys.map((key) => ({ key, ...find(key) }));
    request.respond({ coordinators });
  }
};

function coordinatorOf({ groups, image }: BrokerContext, keyType: number, key: string) {
  if (keyType === transactionType) return noTransactions;
  if (keyType !== groupType) return isShareKey(key) ? noShareGroups : badShareKey;
  const partition = groups.partitionOf(key);
  const broker = partition === null ? undefined : image.brokers.get(partition.leader);
  if (broker === undefined || broker.fenced) return notYet;
  const { host, id: nodeId, port } = broker;
  return { errorCode: errorCode.none, errorMessage: null, nodeId, host, port };
}

const isShareKey = (key: string): boolean => /^.+:[A-Za-z0-9_-]{22}:[0-9]{1,10}$/.test(key);

export const servedFindCoordinator = serve(findCoordinatorApi, [0, 6], handleFindCoordinator);
