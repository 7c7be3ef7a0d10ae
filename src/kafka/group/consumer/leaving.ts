/**
 * How members go: they leave, their session ends, or they do not give up in time what they are to.
 * All that they had is free from then on. A static member that says it will be back keeps what it
 * has for as long as its session lasts.
 */
import { errorCode } from '../../protocol/errors.ts';
import type { ConsumerContext, HeartbeatAnswer, HeartbeatRequest } from './contract.ts';
import { nothingHeld } from './partitions.ts';
import { awayEpoch, type Draft } from './state.ts';
import { resolvePatterns } from './subscriptions.ts';
import { raiseEpoch } from './targets.ts';

export function leave(
  draft: Draft,
  context: ConsumerContext,
  { instanceId, memberEpoch, memberId }: HeartbeatRequest,
): HeartbeatAnswer {
  if (memberEpoch === awayEpoch && instanceId !== null) {
    const { assigned, epoch } = draft.currentOf(memberId);
    const away = { epoch: awayEpoch, previousEpoch: epoch, revoking: nothingHeld };
    const value = { ...away, state: 'stable', assigned } as const;
    draft.put({ kind: 'current', memberId, value });
  } else fence(draft, context, memberId);
  return {
    errorCode: errorCode.none,
    errorMessage: null,
    memberId,
    memberEpoch,
    heartbeatIntervalMs: 0,
    assignment: null,
  };
}

/** Takes a member out, whether it knows it or not. */
export function fence(draft: Draft, context: ConsumerContext, memberId: string): void {
  removeMember(draft, memberId);
  resolvePatterns(draft, context, -1, false);
  raiseEpoch(draft, context, true);
  if (draft.memberCount > 0) return;
  const epoch = context.rules.emptyAssignmentEpoch(draft.epoch, draft.assignmentEpoch);
  if (epoch !== draft.assignmentEpoch) draft.put({ kind: 'target-epoch', value: epoch });
}

/** Takes a member out of the draft, with all that is kept of it. */
export function removeMember(draft: Draft, memberId: string): void {
  if (draft.currents.has(memberId)) draft.put({ kind: 'current', memberId, value: null });
  if (draft.targets.has(memberId)) draft.put({ kind: 'target', memberId, value: null });
  draft.put({ kind: 'member', memberId, value: null });
}
