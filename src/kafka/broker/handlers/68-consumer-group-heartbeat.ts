/**
 * ConsumerGroupHeartbeat, versions 0–1 (KIP-848).
 * - A group comes about when its first member joins, with epoch 0; else GROUP_ID_NOT_FOUND, as of a
 *   classic group that has members. What comes of a heartbeat is decided in `group/consumer`.
 * - Answered when all that the answer tells is replicated.
 * 1: patterns (RE2); the member makes its own id (KIP-1082), which the coordinator does in 0.
 */
import type { HeartbeatAnswer, HeartbeatRequest } from '../../group/consumer/contract.ts';
import { listOf, partitionsFrom } from '../../group/consumer/records.ts';
import { consumerGroupHeartbeatApi } from '../../protocol/apis/68-consumer-group-heartbeat.ts';
import { errorCode } from '../../protocol/errors.ts';
import type { Request } from '../../rpc/contract.ts';
import { serve } from '../../rpc/served-api.ts';
import { hostOf } from '../../rpc/session.ts';
import type { BrokerHandler } from '../context.ts';

const handleConsumerGroupHeartbeat: BrokerHandler<typeof consumerGroupHeartbeatApi> = (
  context,
  request,
) => {
  const { body } = request;
  const respond = request.guard(({ assignment, ...answer }: HeartbeatAnswer) => {
    const topicPartitions = assignment === null ? null : listOf(assignment);
    request.respond({ ...answer, assignment: topicPartitions && { topicPartitions } });
  });
  const members = context.groups.consumerOf(body.groupId, body.memberEpoch === 0);
  if (typeof members === 'number') respond(refused(members, body.groupId));
  else members.step({ kind: 'heartbeat', request: heartbeatOf(request), respond });
};

function heartbeatOf({
  body,
  session,
  version,
}: Request<typeof consumerGroupHeartbeatApi>): HeartbeatRequest {
  return {
    bringsId: version >= 1,
    memberId: body.memberId,
    memberEpoch: body.memberEpoch,
    instanceId: body.instanceId,
    rackId: body.rackId,
    rebalanceTimeoutMs: body.rebalanceTimeoutMs,
    topics: body.subscribedTopicNames,
    regex: body.subscribedTopicRegex,
    serverAssignor: body.serverAssignor,
    owned: body.topicPartitions && partitionsFrom(body.topicPartitions),
    clientId: session.clientId ?? '',
    clientHost: `/${hostOf(session)}`,
  };
}

function refused(code: number, group: string): HeartbeatAnswer {
  const message =
    code === errorCode.groupIdNotFound
      ? `Group ${group} is not a consumer group.`
      : code === errorCode.invalidRequest
        ? "GroupId can't be empty."
        : null;
  return {
    errorCode: code,
    errorMessage: message,
    memberId: '',
    memberEpoch: 0,
    heartbeatIntervalMs: 0,
    assignment: null,
  };
}

export const servedConsumerGroupHeartbeat = serve(
  consumerGroupHeartbeatApi,
  [0, 1],
  handleConsumerGroupHeartbeat,
);
