/**
 * Members of the classic protocol in a consumer group. The group assigns for them too: a join is a
 * report of what they own, an answer to it the epoch they come to, and a sync tells what they have.
 * A heartbeat tells them to join again when there is something to give up or to be had.
 */
import { errorCode } from '../../../protocol/errors.ts';
import type {
  HeartbeatAnswer,
  JoinAnswer,
  JoinRequest,
  LeaveAnswer,
  LeavingMember,
  MemberClaim,
  SyncAnswer,
  SyncRequest,
} from '../../classic/contract.ts';
import type { ConsumerContext, Subscription } from '../contract.ts';
import { type HeartbeatWork, replaceStatic, takePart } from '../heartbeating.ts';
import { fence } from '../leaving.ts';
import { epochIn, noPartitions, partitionsOf } from '../partitions.ts';
import type { Draft, GroupState } from '../state.ts';
import { commonProtocols } from './conversion.ts';
import { byId, byTopicName } from './names.ts';
import { readSubscription, writeAssignment } from './protocol.ts';

/** `pending`: ids that were made and told, and have not joined yet. */
export function join(
  work: HeartbeatWork,
  request: JoinRequest,
  pending: ReadonlySet<string>,
): JoinAnswer {
  const { context, draft } = work;
  const code = judgeJoin(draft, context, request) || judgeId(draft, request, pending);
  if (code !== errorCode.none) return failedJoin(request.memberId, code);
  const { instanceId, protocols } = request;
  const isNew = request.memberId === '';
  const memberId = isNew ? context.newUuid() : request.memberId;
  if (isNew && instanceId === null && request.knowsMemberIdRequired) {
    return failedJoin(memberId, errorCode.memberIdRequired);
  }
  const [first] = protocols;
  const told = first === undefined ? null : readSubscription(first.metadata);
  if (first === undefined || told === null) {
    return failedJoin(request.memberId, errorCode.inconsistentGroupProtocol);
  }
  const former = instanceId === null ? null : replaceStatic(draft, instanceId, memberId);
  const before = former ?? draft.subscriptions.get(memberId) ?? null;
  const subscription: Subscription = {
    instanceId,
    rackId: told.rackId,
    clientId: request.clientId,
    clientHost: request.clientHost,
    topics: [...new Set(told.topics)].sort(),
    regex: null,
    rebalanceTimeoutMs: request.rebalanceTimeoutMs,
    serverAssignor: null,
    classic: {
      sessionTimeoutMs: request.sessionTimeoutMs,
      protocols: protocols.map(({ metadata, name }) => ({ name, metadata: metadata.slice() })),
    },
  };
  const owned = byId(told.owned, context.topics);
  const { after } = takePart(work, { memberId, before, subscription, owned });
  return {
    errorCode: errorCode.none,
    generation: after.epoch,
    protocolType: 'consumer',
    protocol: first.name,
    leader: '',
    memberId,
    skipAssignment: false,
    members: [],
  };
}

function judgeJoin(draft: Draft, { settings }: ConsumerContext, request: JoinRequest): number {
  const { instanceId, memberId, protocols, protocolType, sessionTimeoutMs } = request;
  const { maxSessionTimeoutMs, minSessionTimeoutMs } = settings;
  if (sessionTimeoutMs < minSessionTimeoutMs || sessionTimeoutMs > maxSessionTimeoutMs) {
    return errorCode.invalidSessionTimeout;
  }
  const holder = instanceId === null ? undefined : draft.statics.get(instanceId);
  if (memberId !== '' && instanceId !== null && holder !== memberId) {
    return holder === undefined ? errorCode.unknownMemberId : errorCode.fencedInstanceId;
  }
  const isKnown = draft.subscriptions.has(memberId) || holder !== undefined;
  if (!isKnown && draft.memberCount >= settings.maxSize) return errorCode.groupMaxSizeReached;
  if (protocolType !== 'consumer') return errorCode.inconsistentGroupProtocol;
  const others = commonProtocols(draft, (other) => other === memberId || other === holder);
  const isShared = others === null || protocols.some(({ name }) => others.includes(name));
  if (!isShared) return errorCode.inconsistentGroupProtocol;
  return errorCode.none;
}

/**
 * The error code for an id that nobody was told. Whoever comes with that of a member that is gone
 * may own what others have by now: it shall begin anew, with nothing.
 */
function judgeId(
  draft: Draft,
  { instanceId, memberId }: JoinRequest,
  pending: ReadonlySet<string>,
): number {
  if (memberId === '') return pending.size < maxPending ? 0 : errorCode.groupMaxSizeReached;
  const isKnown = draft.subscriptions.has(memberId) || pending.has(memberId);
  return isKnown || instanceId !== null ? errorCode.none : errorCode.unknownMemberId;
}

/** A bound on memory where Kafka has none. */
const maxPending = 10_000;

/** The error code for a member that speaks the classic protocol, or says it does. */
function judgeClaim(state: GroupState, { generation, instanceId, memberId }: MemberClaim): number {
  if (instanceId !== null) {
    const holder = state.statics.get(instanceId);
    if (holder === undefined) return errorCode.unknownMemberId;
    if (holder !== memberId) return errorCode.fencedInstanceId;
  }
  if (!state.subscriptions.get(memberId)?.classic) return errorCode.unknownMemberId;
  return state.currentOf(memberId).epoch === generation
    ? errorCode.none
    : errorCode.illegalGeneration;
}

export function sync(
  state: GroupState,
  context: ConsumerContext,
  request: SyncRequest,
): SyncAnswer {
  const code = judgeClaim(state, request);
  if (code !== errorCode.none) return failedSync(code);
  const { memberId, protocol, protocolType } = request;
  const own = state.subscriptions.get(memberId)?.classic?.protocols[0];
  const isOther =
    (protocolType !== null && protocolType !== 'consumer') ||
    (protocol !== null && protocol !== own?.name);
  if (own === undefined || isOther) return failedSync(errorCode.inconsistentGroupProtocol);
  const { assigned, epoch, state: memberState } = state.currentOf(memberId);
  // What it has to give up it learns first.
  if (state.epoch > epoch && memberState !== 'unrevoked') {
    return failedSync(errorCode.rebalanceInProgress);
  }
  const named = byTopicName(partitionsOf(assigned), context.topics);
  return {
    errorCode: errorCode.none,
    protocolType: 'consumer',
    protocol: own.name,
    assignment: writeAssignment(named, own.metadata),
  };
}

export function classicHeartbeat(
  state: GroupState,
  context: ConsumerContext,
  claim: MemberClaim,
): HeartbeatAnswer {
  const code = judgeClaim(state, claim);
  if (code !== errorCode.none) return { errorCode: code };
  const joinsAgain = hasNews(state, context, claim.memberId);
  return { errorCode: joinsAgain ? errorCode.rebalanceInProgress : errorCode.none };
}

function hasNews(state: GroupState, { rules }: ConsumerContext, memberId: string): boolean {
  const current = state.currentOf(memberId);
  if (current.epoch < state.epoch || current.state === 'unrevoked') return true;
  if (current.state === 'stable') return false;
  for (const [id, indexes] of state.targets.get(memberId) ?? noPartitions) {
    for (const index of indexes) {
      if (epochIn(current.assigned, id, index) !== null) continue;
      if (!rules.isFree(state.holderOf(id, index), memberId)) return false;
    }
  }
  return true;
}

/** Also members of the new protocol, where an administrator names them. */
export function leaveAll(
  draft: Draft,
  context: ConsumerContext,
  leaving: readonly LeavingMember[],
): LeaveAnswer {
  const members = leaving.map(({ instanceId, memberId }) => {
    const holder = instanceId === null ? memberId : draft.statics.get(instanceId);
    const isOther = instanceId !== null && memberId !== '' && holder !== memberId;
    let code: number = errorCode.none;
    if (holder === undefined || !draft.subscriptions.has(holder)) code = errorCode.unknownMemberId;
    else if (isOther) code = errorCode.fencedInstanceId;
    else fence(draft, context, holder);
    return { memberId, instanceId, errorCode: code };
  });
  return { errorCode: errorCode.none, members };
}

export const failedJoin = (memberId: string, code: number): JoinAnswer => ({
  errorCode: code,
  generation: -1,
  protocolType: null,
  protocol: null,
  leader: '',
  memberId,
  skipAssignment: false,
  members: [],
});

export const failedSync = (code: number): SyncAnswer => ({
  errorCode: code,
  protocolType: null,
  protocol: null,
  assignment: new Uint8Array(0),
});
