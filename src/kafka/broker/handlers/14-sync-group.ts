/**
 * SyncGroup, versions 0–5.
 * - The leader hands over the assignment; each member is answered its part once that is replicated.
 * 3: static members; 5: protocol type and name, which must be there, and be the group's (KIP-559).
 */
import type { SyncAnswer } from '../../group/classic/contract.ts';
import { syncGroupApi } from '../../protocol/apis/14-sync-group.ts';
import { errorCode } from '../../protocol/errors.ts';
import { serve } from '../../rpc/served-api.ts';
import type { BrokerHandler } from '../context.ts';

const handleSyncGroup: BrokerHandler<typeof syncGroupApi> = (context, request) => {
  const { body, version } = request;
  const respond = request.guard((answer: SyncAnswer) => {
    const { assignment, errorCode: code, protocol: protocolName, protocolType } = answer;
    request.respond({ assignment, errorCode: code, protocolName, protocolType });
  });
  if (version >= 5 && (body.protocolType === null || body.protocolName === null)) {
    respond({ ...refused, errorCode: errorCode.inconsistentGroupProtocol });
    return;
  }
  const members = context.groups.classicOf(body.groupId, false);
  if (typeof members === 'number') {
    respond({ ...refused, errorCode: members });
    return;
  }
  const sync = {
    memberId: body.memberId,
    instanceId: body.groupInstanceId,
    generation: body.generationId,
    protocolType: body.protocolType,
    protocol: body.protocolName,
    assignments: body.assignments,
  };
  members.step({ kind: 'sync', request: sync, respond });
};

const refused = { protocolType: null, protocol: null, assignment: new Uint8Array(0) };

export const servedSyncGroup = serve(syncGroupApi, [0, 5], handleSyncGroup);
