/**
 * A classic group becomes a consumer group when its first member of the new protocol comes, and one
 * again when the last of those has gone. Members go on: with what they had, in the generation that
 * becomes the epoch, and the other way round.
 */
import { mark } from '../../../../base/mark.ts';
import type { ClassicSnapshot, GroupRecord } from '../../classic/contract.ts';
import type { ConsumerRecord, Partitions, Subscription, Topics } from '../contract.ts';
import { keyOf, noPartitions } from '../partitions.ts';
import type { GroupState } from '../state.ts';
import { byId, byTopicName, heldSince } from './names.ts';
import {
  type ClassicSubscription,
  readAssignment,
  readSubscription,
  writeAssignment,
} from './protocol.ts';

/**
 * A stable classic group in the records of a consumer group. Null where it cannot be one: it is not
 * of consumers, or its assignor keeps data of its own. What a cooperative member owned when it
 * joined and was not given again it may still hold: it has to say that it does not.
 */
export function upgraded(snapshot: ClassicSnapshot, topics: Topics): ConsumerRecord[] | null {
  const { generation: epoch, members, protocolType } = snapshot;
  if (protocolType !== 'consumer') return null;
  const taken = new Set<string>();
  const records: ConsumerRecord[] = [];
  const joined: { memberId: string; owned: Partitions; assigned: Partitions }[] = [];
  for (const member of members) {
    const metadata = member.protocols.find(({ name }) => name === snapshot.protocol)?.metadata;
    const subscription = metadata === undefined ? null : readSubscription(metadata);
    const assignment = readAssignment(member.assignment);
    if (subscription === null || assignment === null || assignment.hasUserData) return null;
    const { memberId } = member;
    const assigned = firstTaken(byId(assignment.partitions, topics), taken);
    joined.push({ memberId, assigned, owned: byId(subscription.owned, topics) });
    records.push({ kind: 'member', memberId, value: subscriptionOf(member, subscription) });
    records.push({ kind: 'target', memberId, value: assigned });
  }
  for (const { assigned, memberId, owned } of joined) {
    const revoking = heldSince(firstTaken(owned, taken), epoch);
    const state = revoking.size > 0 ? 'unrevoked' : 'stable';
    const held = { assigned: heldSince(assigned, epoch), revoking };
    const value = { epoch, previousEpoch: epoch, state, ...held } as const;
    records.push({ kind: 'current', memberId, value });
  }
  mark('group-upgraded');
  records.push({ kind: 'target-epoch', value: epoch });
  records.push({ kind: 'epoch', value: { epoch, metadataHash: 0 } });
  return records;
}

/** Those that nobody before has: two never hold one partition, whatever an assignor did. */
function firstTaken(partitions: Partitions, taken: Set<string>): Partitions {
  const all = new Map<string, readonly number[]>();
  for (const [id, indexes] of partitions) {
    const free = indexes.filter((index) => !taken.has(keyOf(id, index)));
    for (const index of free) taken.add(keyOf(id, index));
    if (free.length > 0) all.set(id, free);
  }
  return all as Partitions;
}

type SnapshotMember = ClassicSnapshot['members'][number];

const subscriptionOf = (
  member: SnapshotMember,
  { rackId, topics }: ClassicSubscription,
): Subscription => ({
  instanceId: member.instanceId,
  rackId,
  clientId: member.clientId,
  clientHost: member.clientHost,
  topics: [...new Set(topics)].sort(),
  regex: null,
  rebalanceTimeoutMs: member.rebalanceTimeoutMs,
  serverAssignor: null,
  classic: { sessionTimeoutMs: member.sessionTimeoutMs, protocols: member.protocols },
});

/** A group all of whose members speak the classic protocol, as a classic one; else null. */
export function downgraded(
  state: GroupState,
  topics: Topics,
  generation: number,
): GroupRecord | null {
  const protocol = commonProtocols(state)?.[0];
  if (protocol === undefined) return null;
  const members: GroupRecord['members'][number][] = [];
  for (const [memberId, subscription] of state.subscriptions.entries()) {
    const { classic, clientHost, clientId, instanceId, rebalanceTimeoutMs } = subscription;
    const metadata = classic?.protocols.find(({ name }) => name === protocol)?.metadata;
    if (classic === null || metadata === undefined) return null;
    const target = byTopicName(state.targets.get(memberId) ?? noPartitions, topics);
    members.push({
      memberId,
      instanceId,
      clientId,
      clientHost,
      rebalanceTimeoutMs,
      sessionTimeoutMs: classic.sessionTimeoutMs,
      subscription: metadata,
      assignment: writeAssignment(target, metadata),
    });
  }
  const [first] = members;
  if (first === undefined) return null;
  mark('group-downgraded');
  return {
    protocolType: 'consumer',
    generation,
    protocol,
    leader: first.memberId,
    currentStateTimestamp: -1,
    members,
  };
}

/** Protocols that all classic members support, but for some; null where there are none. */
export function commonProtocols(
  state: GroupState,
  isLeftOut: (memberId: string) => boolean = () => false,
): readonly string[] | null {
  let common: readonly string[] | null = null;
  for (const [memberId, { classic }] of state.subscriptions.entries()) {
    if (classic === null || isLeftOut(memberId)) continue;
    const names = classic.protocols.map(({ name }) => name);
    common = common === null ? names : common.filter((name) => names.includes(name));
  }
  return common;
}
