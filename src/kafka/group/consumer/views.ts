/** What others are told of a consumer group, and the records that take it away. */
import type {
  ConsumerContext,
  ConsumerGroupDescription,
  ConsumerGroupState,
  ConsumerRecord,
} from './contract.ts';
import { noPartitions } from './partitions.ts';
import type { GroupState } from './state.ts';
import { assignorOf } from './targets.ts';

export function stateOf(state: GroupState): ConsumerGroupState {
  if (state.memberCount === 0) return 'Empty';
  if (state.epoch > state.assignmentEpoch) return 'Assigning';
  for (const memberId of state.subscriptions.keys()) {
    const current = state.currentOf(memberId);
    const isThere = current.state === 'stable' && current.epoch === state.assignmentEpoch;
    if (!isThere) return 'Reconciling';
  }
  return 'Stable';
}

export function describeGroup(
  state: GroupState,
  context: ConsumerContext,
): ConsumerGroupDescription {
  return {
    state: stateOf(state),
    epoch: state.epoch,
    assignmentEpoch: state.assignmentEpoch,
    assignor: assignorOf(state, context),
    members: [...state.subscriptions.entries()].map(([memberId, subscription]) => ({
      memberId,
      subscription,
      current: state.currentOf(memberId),
      target: state.targets.get(memberId) ?? noPartitions,
    })),
  };
}

export function tombstonesOf(state: GroupState): ConsumerRecord[] {
  const records: ConsumerRecord[] = [];
  const value = null;
  for (const memberId of state.currents.keys()) records.push({ kind: 'current', memberId, value });
  for (const memberId of state.targets.keys()) records.push({ kind: 'target', memberId, value });
  if (state.hasAssignmentEpoch) records.push({ kind: 'target-epoch', value });
  for (const memberId of state.subscriptions.keys()) {
    records.push({ kind: 'member', memberId, value });
  }
  for (const regex of state.regexes.keys()) records.push({ kind: 'regex', regex, value });
  if (state.hasOldMetadata) records.push({ kind: 'old-metadata', value });
  records.push({ kind: 'epoch', value });
  return records;
}
