/**
 * ConsumerGroupHeartbeat, versions 0–1 (KIP-848).
 * - A group comes about when its first member joins, with epoch 0; else GROUP_ID_NOT_FOUND, as of a
 *   classic group that has members. What comes of a heartbeat is decided in `group/consumer`.
 * - What cannot be a heartbeat is INVALID_REQUEST, whatever the group is. Who is refused is told no
 *   id.
 * - Answered when all that the answer tells is replicated.
 * 1: patterns (RE2); the member makes its own id (KIP-1082), which the coordinator does in 0.
 */
import { formProblem, refused } from '../../group/consumer/admission.ts';
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
  const heartbeat = heartbeatOf(request);
  const { groupId, memberEpoch } = body;
  const isNamed = groupId.trim() !== '';
  const members = isNamed ? context.groups.consumerOf(groupId, memberEpoch === 0) : unnamed;
  if (typeof members === 'number') {
    // What is said of the request is said first, as where there is a group that says it.
    respond(refused(formProblem(heartbeat) ?? { code: members, message: messageOf(members) }));
  } else members.step({ kind: 'heartbeat', request: heartbeat, respond });
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

const unnamed = errorCode.invalidRequest;

const messages: ReadonlyMap<number, string> = new Map([
  [unnamed, "GroupId can't be empty."],
  [errorCode.groupIdNotFound, 'There is no such consumer group.'],
]);
const messageOf = (code: number): string | null => messages.get(code) ?? null;

export const servedConsumerGroupHeartbeat = serve(
  consumerGroupHeartbeatApi,
  [0, 1],
  handleConsumerGroupHeartbeat,
);
