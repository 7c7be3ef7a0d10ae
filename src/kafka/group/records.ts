/**
 * What stands in the log of groups, in Kafka's own formats: keys and values begin with their
 * version as an int16. Written are OffsetCommitKey 1, OffsetCommitValue 4 (1 where the client asked
 * for its own retention, which only that version can say), GroupMetadataKey 2 and
 * GroupMetadataValue 3. Read are all versions that Kafka has written; keys of other kinds are
 * skipped, so that a log that newer software has written can be loaded.
 */
import type { LeaderEpoch, Offset, Uuid, WallMs } from '../../base/ids.ts';
import { MalformedError } from '../protocol/malformed.ts';
import { decodeMessage, encodeMessage } from '../protocol/message.ts';
import type { Message } from '../protocol/schema.ts';
import type { GroupRecord as ClassicRecord } from './classic/contract.ts';
import {
  groupMetadataKey,
  groupMetadataValue,
  offsetCommitKey,
  offsetCommitValue,
} from './schemas.ts';

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
    }
  | { readonly kind: 'group'; readonly group: string; readonly value: StoredGroup | null };

export interface KeyAndValue {
  readonly key: Uint8Array;
  readonly value: Uint8Array | null;
}

const versionBytes = 2;

export function encodeGroupRecord(record: GroupRecord): KeyAndValue {
  const { group, kind } = record;
  if (kind === 'offset') {
    const { topic, partition, value } = record;
    const key = versioned(offsetCommitKey, 1, { group, topic, partition });
    return { key, value: value === null ? null : encodeOffset(value) };
  }
  const { value } = record;
  const key = versioned(groupMetadataKey, 2, { group });
  return { key, value: value === null ? null : encodeGroup(value) };
}

const encodeOffset = (value: CommittedOffset): Uint8Array =>
  versioned(offsetCommitValue, value.expireTimestamp >= 0 ? 1 : 4, value);

const encodeGroup = (value: StoredGroup): Uint8Array =>
  versioned(groupMetadataValue, 3, {
    ...value,
    members: value.members.map((member) => ({
      ...member,
      groupInstanceId: member.instanceId,
      rebalanceTimeout: member.rebalanceTimeoutMs,
      sessionTimeout: member.sessionTimeoutMs,
    })),
  });

function readGroup(bytes: Uint8Array): StoredGroup {
  const value = read(groupMetadataValue, bytes);
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
    const { group, topic, partition } = decodeMessage(offsetCommitKey, version, key, versionBytes);
    const decoded = value === null ? null : read(offsetCommitValue, value);
    return { kind: 'offset', group, topic, partition, value: decoded };
  }
  if (version === 2) {
    const { group } = decodeMessage(groupMetadataKey, version, key, versionBytes);
    return { kind: 'group', group, value: value === null ? null : readGroup(value) };
  }
  return null;
}

function read<Out>(message: Message<Out>, bytes: Uint8Array): Out {
  const version = versionOf(bytes);
  if (version < message.minVersion || version > message.maxVersion) {
    throw new MalformedError(`${message.name} has no version ${version}`);
  }
  return decodeMessage(message, version, bytes, versionBytes);
}

function versionOf(bytes: Uint8Array): number {
  if (bytes.length < versionBytes) throw new MalformedError('a record of groups without a version');
  return (((bytes[0] as number) << 24) >> 16) | (bytes[1] as number);
}

function versioned<In>(message: Message<unknown, In>, version: number, body: In): Uint8Array {
  const encoded = encodeMessage(message, version, body);
  const bytes = new Uint8Array(versionBytes + encoded.length);
  bytes[1] = version;
  bytes.set(encoded, versionBytes);
  return bytes;
}
