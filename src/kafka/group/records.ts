/**
 * What stands in the log of groups, in Kafka's own formats: keys and values begin with their
 * version as an int16. Written are OffsetCommitKey 1, OffsetCommitValue 4 (1 where the client asked
 * for its own retention, which only that version can say), GroupMetadataKey 2 and
 * GroupMetadataValue 3; what consumer groups write is in `consumer/records.ts`. Read are all
 * versions that Kafka has written; keys of other kinds are skipped, so that a log that newer
 * software has written can be loaded.
 */

import type { LeaderEpoch, Offset, Uuid, WallMs } from '../../base/ids.ts';
import type { OffsetRemoval } from '../observation.ts';
import { encodeVersioned } from '../protocol/message.ts';
import type { GroupRecord as ClassicRecord } from './classic/contract.ts';
import type { ConsumerRecord } from './consumer/contract.ts';
import { decodeConsumerRecord, encodeConsumerRecord } from './consumer/records.ts';
import {
  groupMetadataKey,
  groupMetadataValue,
  offsetCommitKey,
  offsetCommitValue,
} from './schemas.ts';
import { readVersioned, versionOf } from './versioned.ts';

export interface CommittedOffset {
  readonly offset: Offset;
  /** Of the last record consumed; −1 not known. */
  readonly leaderEpoch: LeaderEpoch;
  readonly metadata: string;
  readonly commitTimestamp: WallMs;
  /** As the client's own retention has it (up to version 4 of OffsetCommit); −1: none. */
  readonly expireTimestamp: WallMs;
  /** Zeros where the client did not say. */
  readonly topicId: Uuid;
}

/** A classic group as of its last generation. */
export type StoredGroup = ClassicRecord;

/** A value of null takes away what was there. */
export type GroupRecord =
  | {
      readonly kind: 'offset';
      readonly group: string;
      readonly topic: string;
      readonly partition: number;
      readonly value: CommittedOffset | null;
      /** Why there is no value, where this coordinator decided it; the log does not say. */
      readonly removal?: OffsetRemoval;
    }
  | { readonly kind: 'group'; readonly group: string; readonly value: StoredGroup | null }
  /** Of a group whose broker assigns (KIP-848). */
  | { readonly kind: 'consumer'; readonly group: string; readonly record: ConsumerRecord };

export interface KeyAndValue {
  readonly key: Uint8Array;
  readonly value: Uint8Array | null;
}

export function encodeGroupRecord(record: GroupRecord): KeyAndValue {
  const { group, kind } = record;
  if (kind === 'consumer') return encodeConsumerRecord(group, record.record);
  if (kind === 'offset') {
    const { topic, partition, value } = record;
    const key = encodeVersioned(offsetCommitKey, 1, { group, topic, partition });
    return { key, value: value === null ? null : encodeOffset(value) };
  }
  const { value } = record;
  const key = encodeVersioned(groupMetadataKey, 2, { group });
  return { key, value: value === null ? null : encodeGroup(value) };
}

const encodeOffset = (value: CommittedOffset): Uint8Array =>
  encodeVersioned(offsetCommitValue, value.expireTimestamp >= 0 ? 1 : 4, value);

const encodeGroup = (value: StoredGroup): Uint8Array =>
  encodeVersioned(groupMetadataValue, 3, {
    ...value,
    members: value.members.map((member) => ({
      ...member,
      groupInstanceId: member.instanceId,
      rebalanceTimeout: member.rebalanceTimeoutMs,
      sessionTimeout: member.sessionTimeoutMs,
    })),
  });

function readGroup(bytes: Uint8Array): StoredGroup {
  const value = readVersioned(groupMetadataValue, bytes);
  const members = value.members.map((member) => ({
    memberId: member.memberId,
    instanceId: member.groupInstanceId,
    clientId: member.clientId,
    clientHost: member.clientHost,
    // Version 0 did not say: its sessions were what rebalances waited for.
    rebalanceTimeoutMs:
      member.rebalanceTimeout < 0 ? member.sessionTimeout : member.rebalanceTimeout,
    sessionTimeoutMs: member.sessionTimeout,
    subscription: member.subscription.slice(),
    assignment: member.assignment.slice(),
  }));
  return { ...value, members };
}

/** Null where it is of a kind that is none of ours. Throws a MalformedError where it is damaged. */
export function decodeGroupRecord(key: Uint8Array, value: Uint8Array | null): GroupRecord | null {
  const version = versionOf(key);
  if (version === 0 || version === 1) {
    const { group, topic, partition } = readVersioned(offsetCommitKey, key);
    const decoded = value === null ? null : readVersioned(offsetCommitValue, value);
    return { kind: 'offset', group, topic, partition, value: decoded };
  }
  if (version === 2) {
    const { group } = readVersioned(groupMetadataKey, key);
    return { kind: 'group', group, value: value === null ? null : readGroup(value) };
  }
  const decoded = decodeConsumerRecord(key, value);
  return decoded && { kind: 'consumer', group: decoded.groupId, record: decoded.record };
}
