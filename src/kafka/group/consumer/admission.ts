/** What speaks against a heartbeat before it changes anything: its form, its wishes, its sender. */
import { mark } from '../../../base/mark.ts';
import { errorCode } from '../../protocol/errors.ts';
import type { ConsumerContext, HeartbeatAnswer, HeartbeatRequest } from './contract.ts';
import { awayEpoch, type GroupState } from './state.ts';
import { patternProblem } from './topic-regex.ts';

export interface Refusal {
  readonly code: number;
  readonly message: string | null;
}

const refusal = (code: number, message: string): Refusal => ({ code, message });

const invalid = (message: string): Refusal => refusal(errorCode.invalidRequest, message);

/** Why a request cannot be one of this protocol, whatever the group is; null where it can. */
export function formProblem(request: HeartbeatRequest): Refusal | null {
  const { instanceId, memberEpoch, memberId, rackId, regex } = request;
  const isGivenId = memberEpoch === 0 && !request.bringsId;
  if (memberId === '' && !isGivenId) return invalid("MemberId can't be empty.");
  if (instanceId === '') return invalid("InstanceId can't be empty.");
  if (rackId === '') return invalid("RackId can't be empty.");
  if (memberEpoch < awayEpoch) return invalid(`MemberEpoch ${memberEpoch} is invalid.`);
  if (memberEpoch === awayEpoch && instanceId === null) {
    return invalid("InstanceId can't be null.");
  }
  if (memberEpoch === 0) {
    if (request.rebalanceTimeoutMs < 0) return invalid('RebalanceTimeoutMs must be provided.');
    if (request.owned === null || request.owned.size > 0) {
      return invalid('TopicPartitions must be empty when (re-)joining.');
    }
    if (request.topics === null && regex === null) {
      return invalid('A subscription must be set when (re-)joining.');
    }
  }
  return null;
}

/** Why the group does not do what is asked of it; null where it may. */
export function wishProblem(
  { regex, serverAssignor }: HeartbeatRequest,
  state: GroupState,
  context: ConsumerContext,
): Refusal | null {
  if (serverAssignor !== null && !context.settings.assignors.includes(serverAssignor)) {
    const known = context.settings.assignors.join(', ');
    const message = `ServerAssignor ${serverAssignor} is not supported. Supported: ${known}.`;
    return refusal(errorCode.unsupportedAssignor, message);
  }
  // To compile a pattern costs something: one that the group has is known to be one.
  const isNew = regex !== null && regex !== '' && !state.regexes.has(regex);
  const problem = isNew ? patternProblem(regex) : null;
  if (problem === null) return null;
  const message = `SubscribedTopicRegex ${regex} is not a valid pattern: ${problem}.`;
  return refusal(errorCode.invalidRegularExpression, message);
}

/** Why the sender may not take part as who it says it is; null where it may. */
export function senderProblem(
  request: HeartbeatRequest,
  state: GroupState,
  context: ConsumerContext,
): Refusal | null {
  const { instanceId, memberEpoch, memberId } = request;
  const isMember = state.subscriptions.has(memberId);
  const joins = memberEpoch === 0;
  const { maxSize } = context.settings;
  const holder = instanceId === null ? null : (state.statics.get(instanceId) ?? null);
  if (joins && !isMember && holder === null && state.memberCount >= maxSize) {
    const message = `The consumer group has reached its maximum capacity of ${maxSize} members.`;
    return refusal(errorCode.groupMaxSizeReached, message);
  }
  if (instanceId !== null && holder !== memberId) {
    return staticProblem(request, holder, state);
  }
  if (!isMember) return joins ? null : unknown(memberId);
  if (memberEpoch < 0) return null;
  const { epoch, previousEpoch, assigned } = state.currentOf(memberId);
  const current = { epoch, previousEpoch, assigned };
  const question = { claimed: memberEpoch, owned: request.owned, current };
  const code = context.rules.judgeEpoch(question);
  if (code === errorCode.none) return null;
  mark('member-epoch-fenced');
  const message =
    `The member claims epoch ${memberEpoch} and the group has it at ${epoch}: ` +
    'it must abandon all its partitions and rejoin.';
  return refusal(code, message);
}

/** A static member comes under an id that is not its instance's. */
function staticProblem(
  { instanceId, memberEpoch, memberId }: HeartbeatRequest,
  holder: string | null,
  state: GroupState,
): Refusal | null {
  if (memberEpoch !== 0) {
    if (holder === null) return unknown(memberId);
    const message = `Instance id ${instanceId} is another member's by now: ${holder}.`;
    return refusal(errorCode.fencedInstanceId, message);
  }
  if (holder === null || state.currentOf(holder).epoch === awayEpoch) return null;
  const message = `Instance id ${instanceId} is not released yet by member ${holder}.`;
  return refusal(errorCode.unreleasedInstanceId, message);
}

const unknown = (memberId: string): Refusal =>
  refusal(errorCode.unknownMemberId, `Member ${memberId} is not a member of the group.`);

export function refused({ code, message }: Refusal): HeartbeatAnswer {
  return {
    errorCode: code,
    errorMessage: message,
    memberId: null,
    memberEpoch: 0,
    heartbeatIntervalMs: 0,
    assignment: null,
  };
}
