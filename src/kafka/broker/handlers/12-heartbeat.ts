/**
 * Heartbeat, versions 0–4.
 * - A member of the current generation lives; REBALANCE_IN_PROGRESS tells it to join again.
 * - While its coordinator loads, every member lives: its session begins when that is done.
 * 3: static members.
 */
import { heartbeatApi } from '../../protocol/apis/12-heartbeat.ts';
import { errorCode } from '../../protocol/errors.ts';
import { serve } from '../../rpc/served-api.ts';
import type { BrokerHandler } from '../context.ts';

const handleHeartbeat: BrokerHandler<typeof heartbeatApi> = (context, request) => {
  const { groupId, groupInstanceId: instanceId, generationId, memberId } = request.body;
  const respond = request.guard(request.respond.bind(request));
  const members = context.groups.classicOf(groupId, false);
  if (typeof members === 'number') {
    const isLoading = members === errorCode.coordinatorLoadInProgress;
    respond({ errorCode: isLoading ? errorCode.none : members });
    return;
  }
  const claim = { memberId, instanceId, generation: generationId };
  members.step({ kind: 'heartbeat', request: claim, respond });
};

export const servedHeartbeat = serve(heartbeatApi, [0, 4], handleHeartbeat);
