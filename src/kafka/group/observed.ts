/** What the world is told of a record of groups, once it is committed. */
import type { Uuid } from '../../base/ids.ts';
import type { GroupObservation, MemberShare } from '../observation.ts';
import type { MemberRecord } from './classic/contract.ts';
import {
  type NamedPartitions,
  readAssignment,
  readStickyClaim,
  readSubscription,
} from './consumer/classic/protocol.ts';
import { type ObservedRecord, observedOfConsumer } from './consumer/observed.ts';
import type { Committer } from './offset-commit.ts';
import type { GroupRecord, StoredGroup } from './records.ts';

type AboutOffset = Extract<GroupObservation, { kind: 'offset-committed' }>;
type AboutGroup = Extract<GroupObservation, { kind: 'group-generation' }>;
type Told<O> = Omit<O, 'node' | 'coordinator' | 'leaderEpoch' | 'at' | 'group' | 'found'>;

export type ObservedGroupRecord = Told<AboutOffset> | Told<AboutGroup> | ObservedRecord;

export interface ObservedBy {
  readonly topicName: (id: Uuid) => string;
  /** The assignor of members that ask for none. */
  readonly assignor: string;
}

/** Null of records that say nothing of offsets, of epochs and of what members have. */
export function observedOf(
  record: GroupRecord,
  by: Committer | null,
  told: ObservedBy,
): ObservedGroupRecord | null {
  if (record.kind === 'consumer') return observedOfConsumer(record.record, told);
  if (record.kind === 'group') return observedOfClassic(record.value);
  const { memberId, generation } = by ?? nobody;
  return {
    kind: 'offset-committed',
    partition: `${record.topic}-${record.partition}`,
    offset: record.value?.offset ?? -1,
    memberId,
    generation,
    removal: record.removal ?? null,
  };
}

/** One for all records that take each other's place. */
export function keyOfObserved(group: string, told: ObservedGroupRecord): string {
  const whose = told.kind === 'offset-committed' ? told.partition : memberOf(told);
  return `${told.kind} ${whose} ${group}`;
}

const memberOf = (told: ObservedGroupRecord): string => ('memberId' in told ? told.memberId : '');

const nobody = { memberId: '', generation: -1 };

function observedOfClassic(value: StoredGroup | null): Told<AboutGroup> {
  const kind = 'group-generation';
  if (value === null) return { kind, generation: -1, members: [], protocol: null, shares: null };
  const { generation, protocol } = value;
  const members = value.members.map(({ memberId }) => memberId);
  const shares = value.protocolType === 'consumer' ? sharesOf(value) : null;
  return { kind, generation, members, protocol, shares };
}

function sharesOf({ members, protocol }: StoredGroup): MemberShare[] | null {
  const shares: MemberShare[] = [];
  for (const member of members) {
    const share = shareOf(member, protocol);
    if (share === null) return null;
    shares.push(share);
  }
  return shares;
}

function shareOf(member: MemberRecord, protocol: string | null): MemberShare | null {
  const { memberId, instanceId, rebalanceTimeoutMs, sessionTimeoutMs } = member;
  const subscription = readSubscription(member.subscription);
  const assignment = readAssignment(member.assignment);
  if (subscription === null || assignment === null) return null;
  const claim = protocol === 'sticky' ? readStickyClaim(subscription.userData) : subscription;
  if (claim === null) return null;
  return {
    memberId,
    instanceId,
    sessionTimeoutMs,
    rebalanceTimeoutMs,
    topics: subscription.topics,
    owned: inWords(claim.owned),
    ownedSince: claim.generation,
    assigned: inWords(assignment.partitions),
  };
}

const inWords = (named: NamedPartitions): string[] =>
  named.flatMap(({ partitions, topic }) => partitions.map((index) => `${topic}-${index}`));
