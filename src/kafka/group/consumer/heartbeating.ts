/**
 * A heartbeat of a member that joins or stays: its subscription is taken down, the group's epoch
 * raised where that or the topics changed, the target assignment brought up to it, and the member
 * comes a step nearer to its own part of it.
 */
import { errorCode } from '../../protocol/errors.ts';
import { formProblem, refused, senderProblem, wishProblem } from './admission.ts';
import type {
  ConsumerContext,
  CurrentAssignment,
  HeartbeatAnswer,
  HeartbeatRequest,
  Partitions,
  Subscription,
} from './contract.ts';
import { leave, removeMember } from './leaving.ts';
import { noPartitions, nothingHeld, partitionsOf, sameHeld } from './partitions.ts';
import { reconcile } from './reconciliation.ts';
import type { Draft } from './state.ts';
import { resolvePatterns } from './subscriptions.ts';
import { assignTargets, raiseEpoch } from './targets.ts';

export interface HeartbeatWork {
  readonly draft: Draft;
  readonly context: ConsumerContext;
  readonly wallMs: number;
  /** Topics may have changed since the subscription was last looked at. */
  readonly topicsChanged: boolean;
}

/** Decides on a heartbeat; what it changes is in the draft's records. */
export function heartbeat(work: HeartbeatWork, request: HeartbeatRequest): HeartbeatAnswer {
  const { context, draft } = work;
  const problem =
    formProblem(request) ??
    wishProblem(request, draft, context) ??
    senderProblem(request, draft, context);
  if (problem !== null) return refused(problem);
  if (request.memberEpoch < 0) return leave(draft, context, request);
  const memberId = request.memberId === '' ? context.newUuid() : request.memberId;
  return stay(work, { ...request, memberId });
}

function stay(work: HeartbeatWork, request: HeartbeatRequest): HeartbeatAnswer {
  const { context, draft } = work;
  const { instanceId, memberId, owned } = request;
  const former = instanceId === null ? null : replaceStatic(draft, instanceId, memberId);
  const before = former ?? draft.subscriptions.get(memberId) ?? null;
  const subscription = updated(before, request);
  const part = takePart(work, { memberId, before, subscription, owned });
  const { assigned, epoch } = part.after;
  const isTold = tellsAll(request) || !sameHeld(assigned, part.before.assigned);
  return {
    errorCode: errorCode.none,
    errorMessage: null,
    memberId,
    memberEpoch: epoch,
    heartbeatIntervalMs: context.timeouts().heartbeatIntervalMs,
    assignment: isTold ? partitionsOf(assigned) : null,
  };
}

export interface Participant {
  readonly memberId: string;
  /** Null: it was not a member. */
  readonly before: Subscription | null;
  readonly subscription: Subscription;
  /** What it says it owns; null: nothing new. */
  readonly owned: Partitions | null;
}

/** Brings the group up to a member's subscription, and the member nearer to its part. */
export function takePart(
  work: HeartbeatWork,
  { before, memberId, owned, subscription }: Participant,
): { readonly before: CurrentAssignment; readonly after: CurrentAssignment } {
  const { context, draft } = work;
  const isOther = before === null || !sameSubscription(before, subscription);
  if (isOther) draft.put({ kind: 'member', memberId, value: subscription });
  const hasChanged = before === null || !subscribesTheSame(before, subscription);
  if (hasChanged || work.topicsChanged) {
    resolvePatterns(draft, context, work.wallMs, work.topicsChanged);
    raiseEpoch(draft, context, hasChanged);
  }
  assignTargets(draft, context);
  const current = draft.currentOf(memberId);
  const next = reconcile({
    rules: context.rules,
    memberId,
    current,
    target: draft.targets.get(memberId) ?? noPartitions,
    targetEpoch: draft.assignmentEpoch,
    owned,
    holderOf: draft.holderOf,
  });
  if (next !== current) draft.put({ kind: 'current', memberId, value: next });
  return { before: current, after: next };
}

/** A request with everything in it: its sender is not sure what it was told. */
function tellsAll(request: HeartbeatRequest): boolean {
  const { memberEpoch, owned, rebalanceTimeoutMs, regex, topics } = request;
  const isFull = rebalanceTimeoutMs >= 0 && owned !== null && (topics ?? regex) !== null;
  return memberEpoch === 0 || isFull;
}

/**
 * A static member is back, as another process, after it said that it would: it takes the place it
 * had, and what it had, under its new id. Gives what its former self subscribed to.
 */
export function replaceStatic(
  draft: Draft,
  instanceId: string,
  memberId: string,
): Subscription | null {
  const former = draft.statics.get(instanceId);
  if (former === undefined || former === memberId) return null;
  const subscription = draft.subscriptions.get(former) ?? null;
  const target = draft.targets.get(former) ?? noPartitions;
  const { assigned } = draft.currentOf(former);
  removeMember(draft, former);
  if (subscription === null) return null;
  draft.put({ kind: 'member', memberId, value: subscription });
  draft.put({ kind: 'target', memberId, value: target });
  const back = { epoch: 0, previousEpoch: 0, state: 'stable', revoking: nothingHeld } as const;
  draft.put({ kind: 'current', memberId, value: { ...back, assigned } });
  return subscription;
}

function updated(before: Subscription | null, request: HeartbeatRequest): Subscription {
  const { clientHost, clientId, rebalanceTimeoutMs, regex, topics } = request;
  return {
    instanceId: request.instanceId ?? before?.instanceId ?? null,
    rackId: request.rackId ?? before?.rackId ?? null,
    clientId,
    clientHost,
    topics: topics === null ? (before?.topics ?? []) : [...new Set(topics)].sort(),
    regex: regex === '' ? null : (regex ?? before?.regex ?? null),
    rebalanceTimeoutMs:
      rebalanceTimeoutMs < 0 ? (before?.rebalanceTimeoutMs ?? -1) : rebalanceTimeoutMs,
    serverAssignor: request.serverAssignor ?? before?.serverAssignor ?? null,
    classic: null,
  };
}

const subscribesTheSame = (one: Subscription, other: Subscription): boolean =>
  one.regex === other.regex &&
  one.topics.length === other.topics.length &&
  one.topics.every((name, at) => name === other.topics[at]);

const sameSubscription = (one: Subscription, other: Subscription): boolean =>
  subscribesTheSame(one, other) &&
  one.instanceId === other.instanceId &&
  one.rackId === other.rackId &&
  one.clientId === other.clientId &&
  one.clientHost === other.clientHost &&
  one.rebalanceTimeoutMs === other.rebalanceTimeoutMs &&
  one.serverAssignor === other.serverAssignor &&
  one.classic === null &&
  other.classic === null;
