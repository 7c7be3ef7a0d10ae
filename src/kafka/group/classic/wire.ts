/**
 * Requests and answers of classic members between the wire and the group: what a version lacks, and
 * what old versions were told in place of null.
 */
import type { JoinGroupRequest, joinGroupApi } from '../../protocol/apis/11-join-group.ts';
import type { HeartbeatRequest } from '../../protocol/apis/12-heartbeat.ts';
import type { LeaveGroupRequest, leaveGroupApi } from '../../protocol/apis/13-leave-group.ts';
import type { SyncGroupRequest, syncGroupApi } from '../../protocol/apis/14-sync-group.ts';
import { errorCode } from '../../protocol/errors.ts';
import type { ResponseInput } from '../../protocol/schema.ts';
import type {
  JoinAnswer,
  JoinRequest,
  LeaveAnswer,
  LeavingMember,
  MemberClaim,
  SyncAnswer,
  SyncRequest,
} from './contract.ts';

/** `host`: the client's address, as Kafka prints it. */
export function joinRequestOf(
  body: JoinGroupRequest,
  version: number,
  clientId: string | null,
  host: string,
): JoinRequest {
  const { sessionTimeoutMs } = body;
  return {
    memberId: body.memberId,
    instanceId: body.groupInstanceId,
    clientId: clientId ?? '',
    clientHost: host,
    sessionTimeoutMs,
    // Version 0 has one time-out for both.
    rebalanceTimeoutMs: version === 0 ? sessionTimeoutMs : body.rebalanceTimeoutMs,
    protocolType: body.protocolType,
    protocols: body.protocols,
    reason: body.reason,
    knowsMemberIdRequired: version >= 4,
    maySkipAssignment: version >= 9,
  };
}

export const joinGroupAnswer = (
  answer: JoinAnswer,
  version: number,
): ResponseInput<typeof joinGroupApi> => ({
  errorCode: answer.errorCode,
  generationId: answer.generation,
  protocolType: answer.protocolType,
  protocolName: version < 7 ? (answer.protocol ?? '') : answer.protocol,
  leader: answer.leader,
  skipAssignment: answer.skipAssignment,
  memberId: answer.memberId,
  members: answer.members.map(({ memberId, instanceId, metadata }) => ({
    memberId,
    groupInstanceId: instanceId,
    metadata,
  })),
});

/** From version 5 on a member says what it believes the group's protocol to be (KIP-559). */
export const lacksProtocol = (
  { protocolType, protocolName }: SyncGroupRequest,
  version: number,
): boolean => version >= 5 && (protocolType === null || protocolName === null);

export const syncRequestOf = (body: SyncGroupRequest): SyncRequest => ({
  memberId: body.memberId,
  instanceId: body.groupInstanceId,
  generation: body.generationId,
  protocolType: body.protocolType,
  protocol: body.protocolName,
  assignments: body.assignments,
});

export const syncGroupAnswer = (answer: SyncAnswer): ResponseInput<typeof syncGroupApi> => ({
  errorCode: answer.errorCode,
  protocolType: answer.protocolType,
  protocolName: answer.protocol,
  assignment: answer.assignment,
});

export const claimOf = (body: HeartbeatRequest): MemberClaim => ({
  memberId: body.memberId,
  instanceId: body.groupInstanceId,
  generation: body.generationId,
});

/** Before version 3 one member leaves. */
export const leavingMembersOf = (body: LeaveGroupRequest, version: number): LeavingMember[] =>
  version < 3
    ? [{ memberId: body.memberId, instanceId: null, reason: null }]
    : body.members.map(({ memberId, groupInstanceId, reason }) => ({
        memberId,
        instanceId: groupInstanceId,
        reason,
      }));

/** Before version 3 the error of the one member is the answer's. */
export function leaveGroupAnswer(
  { errorCode: code, members }: LeaveAnswer,
  version: number,
): ResponseInput<typeof leaveGroupApi> {
  if (version < 3)
    return { errorCode: code || (members[0]?.errorCode ?? errorCode.none), members: [] };
  return {
    errorCode: code,
    members: members.map(({ memberId, instanceId, errorCode: each }) => ({
      memberId,
      groupInstanceId: instanceId,
      errorCode: each,
    })),
  };
}
