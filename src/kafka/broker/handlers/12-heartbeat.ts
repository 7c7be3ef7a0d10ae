/**
 * Heartbeat, versions 0–4.
 * - A member of the current generation lives; REBALANCE_IN_PROGRESS tells it to join again.
 * 3: static members.
 */
import { heartbeatApi } from '../../protocol/apis/12-heartbeat.ts';
import { serve } from '../../rpc/served-api.ts';
import type { BrokerHandler } from '../context.ts';

const handleHeartbeat: BrokerHandler<typeof heartbeatApi> = (context, request) => {
  const { groupId, groupInstanceId: instanceId, generationId, memberId } = request.body;
  const respond = request.guard(request.respond.bind(request));
  const members = context.groups.classicOf(groupId, false);
  if (typeof members === 'number') {
    respond({ errorCode: members });
    return;
  }
  const claim = { memberId, instanceId, generation: generationId };
  members.step({ kind: 'heartbeat', request: claim, respond });
};

export const servedHeartbeat = serve(heartbeatApi, [0, 4], handleHeartbeat);
