/**
 * The group's epoch and the target assignment. Whatever changes members, subscriptions or topics
 * raises the epoch; the next heartbeat computes the assignment of that epoch, from the last one.
 */
import type { Uuid } from '../../../base/ids.ts';
import type { AssignedMember } from './assign/assignor.ts';
import { assignorNamed } from './assign/assignors.ts';
import type { ConsumerContext, KnownTopic } from './contract.ts';
import { noPartitions, samePartitions } from './partitions.ts';
import type { Draft, GroupState } from './state.ts';
import { knownTopics, metadataHashOf, namesOf } from './subscriptions.ts';

/** Raises the group's epoch: by a change of its members, or where its topics are others. */
export function raiseEpoch(draft: Draft, context: ConsumerContext, hasChanged: boolean): void {
  const metadataHash = metadataHashOf(knownTopics(draft, context));
  if (!hasChanged && metadataHash === draft.metadataHash) return;
  if (draft.hasOldMetadata) draft.put({ kind: 'old-metadata', value: null });
  draft.put({ kind: 'epoch', value: { epoch: draft.epoch + 1, metadataHash } });
}

/** Computes the target assignment where it is of an earlier epoch. */
export function assignTargets(draft: Draft, context: ConsumerContext): void {
  if (draft.epoch <= draft.assignmentEpoch) return;
  const topics = knownTopics(draft, context);
  const idsByName = new Map([...topics.values()].map(({ id, name }) => [name, id]));
  const members: AssignedMember[] = [];
  for (const [memberId, subscription] of draft.subscriptions.entries()) {
    const ids = new Set<Uuid>();
    for (const name of namesOf(draft, subscription)) {
      const id = idsByName.get(name);
      if (id !== undefined) ids.add(id);
    }
    const { instanceId } = subscription;
    const current = draft.targets.get(memberId) ?? noPartitions;
    members.push({ memberId, instanceId, topics: ids, current });
  }
  const partitionCounts = countsOf(topics);
  const assignor = assignorNamed(assignorOf(draft, context));
  const assignment = assignor?.assign({ members, partitionCounts });
  for (const { memberId, current } of members) {
    const target = assignment?.get(memberId) ?? noPartitions;
    if (!samePartitions(target, current)) draft.put({ kind: 'target', memberId, value: target });
  }
  draft.put({ kind: 'target-epoch', value: draft.epoch });
}

const countsOf = (topics: ReadonlyMap<Uuid, KnownTopic>): ReadonlyMap<Uuid, number> =>
  new Map([...topics.values()].map(({ id, partitionCount }) => [id, partitionCount]));

/** The assignor that most members ask for; the broker's first where none does. */
export function assignorOf(state: GroupState, { settings }: ConsumerContext): string {
  const votes = new Map<string, number>();
  for (const { serverAssignor } of state.subscriptions.values()) {
    if (serverAssignor === null || !settings.assignors.includes(serverAssignor)) continue;
    votes.set(serverAssignor, (votes.get(serverAssignor) ?? 0) + 1);
  }
  let chosen = settings.assignors[0] ?? 'uniform';
  let most = 0;
  for (const name of settings.assignors) {
    const count = votes.get(name) ?? 0;
    if (count > most) [chosen, most] = [name, count];
  }
  return chosen;
}
